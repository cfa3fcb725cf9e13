"""Agreement that structure, unit and provider sign once its money is engaged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from parcours.domain.agreement_signatures import AgreementSignatures
from parcours.domain.assignment.signatures import (
    ALREADY_SIGNED,
    NO_SIGNATURE,
    UNEXPECTED_SIGNATORY,
    GivenSignatures,
    read_signatures,
)
from parcours.domain.attachments import REQUIRES_ATTACHMENT, cite_attachment, with_attachment
from parcours.domain.funding.payments import AGREEMENT_ALREADY_RECORDED, FundsReleased
from parcours.domain.guards import (
    BEYOND_PROPOSAL,
    INFORMED_FIRST,
    NO_AGREEMENT,
    NO_PROVIDER,
    NOT_ALL_INFORMED,
    REQUIRES_CONSULTING,
    REQUIRES_SINCE_ADMISSION,
    REQUIRES_VALIDATED_ACTION,
    require_consulting_action,
    require_retained,
    require_startable_action,
    require_validated_action,
    require_within_proposal,
)
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import (
    OPEN_STATUSES,
    Action,
    Agreement,
    AgreementTerms,
    Days,
    Parcours,
    RetainedProvider,
    Sum,
)
from parcours.domain.upcasts import TERMS_IN_CENTS, WITH_READ_TEXT
from shared.kernel import CompanionCommand, Context, Refusal, event, format_euros
from shared.kernel.events import command
from shared.kernel.frozen import replace

NOT_FUNDED = Refusal("not-funded", "Financement engagé insuffisant")


@event("agreement-recorded", 3, label="Convention enregistrée", effective="signed_on", upcasts=TERMS_IN_CENTS)
class AgreementRecorded:
    """`signed_on`: the day of the last of the `signatures` so far; with all of them, the agreement is in force."""

    action: UUID
    terms: AgreementTerms
    signatures: AgreementSignatures
    signed_on: date
    attachment: UUID | None = None


@event(
    "agreement-countersigned",
    3,
    label="Signatures ajoutées à la convention",
    effective="signed_on",
    upcasts=WITH_READ_TEXT,
)
class AgreementCountersigned:
    """`signatures`: all of them so far. `content_hash`: of the text that the signatory read on a screen; null for what
    was signed on paper and recorded by the unit."""

    action: UUID
    signatures: AgreementSignatures
    signed_on: date
    attachment: UUID | None = None
    content_hash: str | None = None


@command(
    title="Enregistrer une convention",
    leads_to=(AgreementRecorded, FundsReleased),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        *REQUIRES_CONSULTING,
        NO_PROVIDER,
        AGREEMENT_ALREADY_RECORDED,
        NOT_ALL_INFORMED,
        BEYOND_PROPOSAL,
        NOT_FUNDED,
        NO_SIGNATURE,
        UNEXPECTED_SIGNATORY,
        *REQUIRES_SINCE_ADMISSION,
        *REQUIRES_ATTACHMENT,
    ),
)
class RecordAgreement:
    """Structure, unit and the chosen provider sign their agreement, which is in force once all have, each structure of
    a collective operation for itself: who signed for each, and when. Funds that cover it are committed before; what it
    leaves of them goes back once it is in force.

    `amount_cents` and `days`: those of the proposal where they are not given, and never more. `attachment`: the file
    of the case that proves it."""

    action: UUID
    signatures: GivenSignatures
    amount_cents: Sum | None = None
    days: Days | None = None
    attachment: UUID | None = None


@command(
    title="Ajouter des signatures à une convention",
    leads_to=(AgreementCountersigned, FundsReleased),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        *REQUIRES_CONSULTING,
        NO_AGREEMENT,
        ALREADY_SIGNED,
        NO_SIGNATURE,
        UNEXPECTED_SIGNATORY,
        *REQUIRES_SINCE_ADMISSION,
        *REQUIRES_ATTACHMENT,
    ),
)
class SignAgreement:
    """Those who had not yet signed an agreement have: who, and when. `attachment`: the file that proves it.

    A structure that joins a collective operation signs the agreement that is in force, before its action starts."""

    action: UUID
    signatures: GivenSignatures
    attachment: UUID | None = None


Command = RecordAgreement | SignAgreement


Event = AgreementRecorded | AgreementCountersigned


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event | FundsReleased]:
    require_consulting_action(parcours, command.action)
    match command:
        case RecordAgreement():
            return _record(parcours, command, context)
        case SignAgreement():
            return sign(parcours, command.action, command.signatures, context, attachment=command.attachment)


def _record(parcours: Parcours, command: RecordAgreement, context: Context) -> list[Event | FundsReleased]:
    action = require_startable_action(parcours, command.action)
    retained = require_retained(action)
    if action.agreement:
        raise AGREEMENT_ALREADY_RECORDED("Cette prestation a déjà sa convention\u00a0: un avenant la complète.")
    if retained.tender and not retained.all_informed:
        raise NOT_ALL_INFORMED(INFORMED_FIRST)
    terms = _terms(command, retained)
    require_within_proposal(retained, terms.amount_cents, terms.days)
    check_funded(terms.amount_cents, action.committed_cents)
    signatures = read_signatures(parcours, command.signatures, context)
    recorded = AgreementRecorded(
        command.action,
        terms,
        signatures=signatures,
        signed_on=signatures.last_on,
        attachment=command.attachment,
    )
    return [recorded, *release_surplus(command.action, action, Agreement(terms, signatures))]


def _terms(command: RecordAgreement, retained: RetainedProvider) -> AgreementTerms:
    return AgreementTerms(command.amount_cents or retained.amount_cents, command.days or retained.days)


def check_funded(amount: int, committed: int) -> None:
    """Raises unless the sum is engaged: nobody signs what there is no money for."""
    if committed < amount:
        raise NOT_FUNDED.of_body(committed > 0)(
            f"La convention est de {format_euros(amount)}, et {format_euros(committed)} sont engagés pour elle\u00a0: "
            "engagez d’abord son financement.",
            amount_cents=amount,
            committed_cents=committed,
        )


def sign(
    parcours: Parcours,
    key: UUID,
    given: GivenSignatures,
    context: Context,
    *,
    attachment: UUID | None = None,
    content_hash: str | None = None,
) -> list[Event | FundsReleased]:
    """The signatures given for an agreement that is recorded, and what of its funds goes back with the last one."""
    action = require_recorded_agreement(parcours, key)
    assert action.agreement is not None
    signatures = read_signatures(parcours, given, context, action.agreement.signatures)
    signed = AgreementCountersigned(
        key, signatures, signed_on=signatures.last_on, attachment=attachment, content_hash=content_hash
    )
    agreement = replace(action.agreement, signatures=signatures)
    return [signed, *([] if action.is_agreed else release_surplus(key, action, agreement))]


def require_recorded_agreement(parcours: Parcours, key: UUID) -> Action:
    action = require_validated_action(parcours, key, *OPEN_STATUSES)
    if action.agreement is None:
        raise NO_AGREEMENT("La convention de cette prestation n’est pas encore enregistrée.")
    return action


def release_surplus(key: UUID, action: Action, agreement: Agreement) -> list[FundsReleased]:
    """What was committed beyond an agreement that is now in force."""
    surplus = action.committed_cents - agreement.terms.amount_cents if agreement.in_force else 0
    return [FundsReleased(key, surplus)] if surplus else []


def companions(event: Any, context: Context) -> Iterable[CompanionCommand]:
    """An agreement relies on its files."""
    if isinstance(event, Event):
        yield from cite_attachment(event, context)


def concluded_tender(parcours: Parcours, event: Any) -> UUID | None:
    """The tender that led to an agreement, once all have signed it. `parcours`: its state before the event."""
    if not isinstance(event, AgreementRecorded | AgreementCountersigned) or event.signatures.missing:
        return None
    action = parcours.actions[event.action]
    return None if action.is_agreed else require_retained(action).tender


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    match event:
        case AgreementRecorded(_, terms, signatures=signatures):
            agreement = Agreement(terms, signatures, proofs=_proofs(event)).with_day_in_force()
        case AgreementCountersigned(_, signatures):
            assert action.agreement is not None
            proofs = (*action.agreement.proofs, *_proofs(event))
            agreement = replace(action.agreement, signatures=signatures, proofs=proofs).with_day_in_force()
    return parcours.with_action(event.action, with_attachment(replace(action, agreement=agreement), event))


def _proofs(event: AgreementRecorded | AgreementCountersigned) -> tuple[UUID, ...]:
    return (event.attachment,) if event.attachment else ()
