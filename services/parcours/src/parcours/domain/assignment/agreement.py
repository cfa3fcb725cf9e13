"""Agreement that structure, unit and provider sign once its money is engaged, and its amendments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from parcours.domain.assignment.signatures import (
    ALREADY_SIGNED,
    MISSING_SIGNATURES,
    NO_SIGNATURE,
    GivenSignatures,
    read_signatures,
    require_all,
)
from parcours.domain.attachments import REQUIRES_ATTACHMENT, cite_attachment, with_attachment
from parcours.domain.funding.fund import FUND_EXHAUSTED, FUND_NOT_OPEN
from parcours.domain.funding.payments import AGREEMENT_ALREADY_RECORDED, FundsCommitted, FundsReleased, commit
from parcours.domain.guards import (
    BEYOND_PROPOSAL,
    INFORMED_FIRST,
    NO_AGREEMENT,
    NO_PROVIDER,
    NOT_ALL_INFORMED,
    REPORT_ALREADY_ACCEPTED,
    REQUIRES_CONSULTING,
    REQUIRES_SINCE_ADMISSION,
    REQUIRES_SINCE_SIGNATURE,
    REQUIRES_VALIDATED_ACTION,
    SIGNATURE,
    require_agreement,
    require_consulting_action,
    require_open_report,
    require_retained,
    require_since_signature,
    require_startable_action,
    require_validated_action,
    require_within_proposal,
)
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import (
    OPEN_STATUSES,
    Action,
    AddedTerms,
    Agreement,
    AgreementSignatures,
    AgreementTerms,
    Days,
    Parcours,
    RetainedProvider,
    Sum,
)
from parcours.domain.upcasts import EXTRA_AMOUNT_IN_CENTS, TERMS_IN_CENTS
from shared.kernel import CompanionCommand, Context, Refusal, event, format_euros
from shared.kernel.events import command
from shared.kernel.frozen import replace

NOT_FUNDED = Refusal("not-funded", "Financement engagé insuffisant")
EMPTY_AMENDMENT = Refusal("empty-amendment", "Avenant sans objet", status=422)


@event("agreement-recorded", 2, label="Convention enregistrée", effective="signed_on", upcasts=TERMS_IN_CENTS)
class AgreementRecorded:
    """`signed_on`: the day of the last of the `signatures` so far; with all three, the agreement is in force."""

    action: UUID
    terms: AgreementTerms
    signatures: AgreementSignatures
    signed_on: date
    attachment: UUID | None = None


@event("agreement-countersigned", label="Signatures ajoutées à la convention", effective="signed_on")
class AgreementCountersigned:
    """`signatures`: all of them so far."""

    action: UUID
    signatures: AgreementSignatures
    signed_on: date
    attachment: UUID | None = None


@event("amendment-signed", 2, label="Avenant signé", effective="signed_on", upcasts=EXTRA_AMOUNT_IN_CENTS)
class AmendmentSigned:
    action: UUID
    signatures: AgreementSignatures
    signed_on: date
    extra_days: int = 0
    extra_amount_cents: int = 0
    attachment: UUID | None = None


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
        *REQUIRES_SINCE_ADMISSION,
        *REQUIRES_ATTACHMENT,
    ),
)
class RecordAgreement:
    """Structure, unit and the chosen provider sign their agreement, which is in force once all three have: who signed
    for each, and when. Funds that cover it are committed before; what it leaves of them goes back once it is in force.

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
        *REQUIRES_SINCE_ADMISSION,
        *REQUIRES_ATTACHMENT,
    ),
)
class SignAgreement:
    """Those who had not yet signed an agreement have: who, and when. `attachment`: the file that proves it."""

    action: UUID
    signatures: GivenSignatures
    attachment: UUID | None = None


@command(
    title="Enregistrer un avenant signé",
    leads_to=(FundsCommitted, AmendmentSigned),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        *REQUIRES_CONSULTING,
        REPORT_ALREADY_ACCEPTED,
        EMPTY_AMENDMENT,
        NO_SIGNATURE,
        MISSING_SIGNATURES,
        *REQUIRES_SINCE_ADMISSION,
        *REQUIRES_SINCE_SIGNATURE,
        FUND_NOT_OPEN,
        FUND_EXHAUSTED,
        *REQUIRES_ATTACHMENT,
    ),
)
class RecordAmendment:
    """Structure, unit and provider agree on more days, or on more money, which is committed with the amendment.
    All three sign. `attachment`: the file of the case that proves it."""

    action: UUID
    signatures: GivenSignatures
    extra_days: Days | None = None
    extra_amount_cents: Sum | None = None
    attachment: UUID | None = None


Command = RecordAgreement | SignAgreement | RecordAmendment


Event = AgreementRecorded | AgreementCountersigned | AmendmentSigned


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event | FundsCommitted | FundsReleased]:
    require_consulting_action(parcours, command.action)
    match command:
        case RecordAgreement():
            return _record(parcours, command, context)
        case SignAgreement():
            return _sign(parcours, command, context)
        case RecordAmendment():
            return _amend(parcours, command, context)


def _record(
    parcours: Parcours, command: RecordAgreement, context: Context
) -> list[Event | FundsCommitted | FundsReleased]:
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
    return [recorded, *_release_surplus(command.action, action, Agreement(terms, signatures))]


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


def _sign(parcours: Parcours, command: SignAgreement, context: Context) -> list[Event | FundsCommitted | FundsReleased]:
    action = require_validated_action(parcours, command.action, *OPEN_STATUSES)
    if action.agreement is None:
        raise NO_AGREEMENT("La convention de cette prestation n’est pas encore enregistrée.")
    signatures = read_signatures(parcours, command.signatures, context, action.agreement.signatures)
    signed = AgreementCountersigned(
        command.action, signatures, signed_on=signatures.last_on, attachment=command.attachment
    )
    agreement = replace(action.agreement, signatures=signatures)
    return [signed, *_release_surplus(command.action, action, agreement)]


def _release_surplus(key: UUID, action: Action, agreement: Agreement) -> list[FundsReleased]:
    """What was committed beyond an agreement that is now in force."""
    surplus = action.committed_cents - agreement.terms.amount_cents if agreement.in_force else 0
    return [FundsReleased(key, surplus)] if surplus else []


def _amend(
    parcours: Parcours, command: RecordAmendment, context: Context
) -> list[Event | FundsCommitted | FundsReleased]:
    key = command.action
    action = require_open_report(require_validated_action(parcours, key, *OPEN_STATUSES))
    require_agreement(action)
    if command.extra_days is None and command.extra_amount_cents is None:
        raise EMPTY_AMENDMENT("Un avenant ajoute des jours, une somme, ou les deux.")
    signatures = read_signatures(parcours, command.signatures, context)
    signed_on = require_all(signatures)
    for signature in signatures.by_party.values():
        require_since_signature(action, signature.signed_on, context, SIGNATURE)
    amended = AmendmentSigned(
        key,
        signatures,
        signed_on=signed_on,
        extra_days=command.extra_days or 0,
        extra_amount_cents=command.extra_amount_cents or 0,
        attachment=command.attachment,
    )
    extra = command.extra_amount_cents
    return [*([commit(parcours, key, extra, context)] if extra else []), amended]


def companions(event: Any, context: Context) -> Iterable[CompanionCommand]:
    """An agreement and its amendments rely on their files."""
    if isinstance(event, Event):
        yield from cite_attachment(event, context)


def concluded_tender(parcours: Parcours, event: Any) -> UUID | None:
    """The tender that led to an agreement, once all three have signed it."""
    if isinstance(event, AgreementRecorded | AgreementCountersigned) and not event.signatures.missing:
        return require_retained(parcours.actions[event.action]).tender
    return None


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    match event:
        case AgreementRecorded(_, terms, signatures=signatures):
            changed = replace(action, agreement=Agreement(terms, signatures, proofs=_proofs(event)))
        case AgreementCountersigned(_, signatures):
            assert action.agreement is not None
            proofs = (*action.agreement.proofs, *_proofs(event))
            changed = replace(action, agreement=replace(action.agreement, signatures=signatures, proofs=proofs))
        case AmendmentSigned():
            changed = replace(action, agreement=_amended(require_agreement(action), event))
    return parcours.with_action(event.action, with_attachment(changed, event))


def _proofs(event: AgreementRecorded | AgreementCountersigned) -> tuple[UUID, ...]:
    return (event.attachment,) if event.attachment else ()


def _amended(agreement: Agreement, amendment: AmendmentSigned) -> Agreement:
    terms, added = agreement.terms, agreement.amended
    amount, days = amendment.extra_amount_cents, amendment.extra_days
    return replace(
        agreement,
        terms=AgreementTerms(terms.amount_cents + amount, terms.days + days),
        amended=AddedTerms(added.amount_cents + amount, added.days + days),
    )
