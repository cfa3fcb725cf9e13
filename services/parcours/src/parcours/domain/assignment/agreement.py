"""Agreement that structure, unit and provider sign, and its amendments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from parcours.domain.attachments import REQUIRES_ATTACHMENT, cite_attachment, with_attachment
from parcours.domain.guards import (
    NOT_CONSULTING,
    REPORT_ALREADY_ACCEPTED,
    REQUIRES_SINCE_ADMISSION,
    REQUIRES_SINCE_SIGNATURE,
    REQUIRES_VALIDATED_ACTION,
    SIGNATURE,
    require_agreement,
    require_consulting_action,
    require_open_report,
    require_since_admission,
    require_since_signature,
    require_startable_action,
    require_validated_action,
)
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import OPEN_STATUSES, Agreement, AgreementTerms, Days, Parcours
from parcours.domain.tender import conclusion, tender
from parcours.domain.tender.conclusion import BEYOND_PROPOSAL, NOT_ALL_INFORMED, NOT_AWARDED, OTHER_ACTION
from shared.kernel import (
    CompanionCommand,
    Context,
    Day,
    Encrypted,
    Line,
    PersonalData,
    PersonalLine,
    Reason,
    Refusal,
    event,
)
from shared.kernel.events import command
from shared.kernel.frozen import replace

AGREEMENT_ALREADY_SIGNED = Refusal("agreement-already-signed", "Convention déjà signée")
NO_TENDER = Refusal("no-tender", "Ni consultation ni exception")
WRONG_SIGNATURES = Refusal("wrong-signatures", "Dates de signature incohérentes", status=422)


@event("agreement-signed", label="Convention signée avec le prestataire", effective="terms.signed_on")
class AgreementSigned:
    action: UUID
    provider: PersonalData
    terms: AgreementTerms
    tender: UUID | None = None
    exception: Encrypted | None = None
    attachment: UUID | None = None
    account: str | None = None


@event("amendment-signed", label="Avenant signé", effective="signed_on")
class AmendmentSigned:
    action: UUID
    extra_days: int
    signed_on: date
    attachment: UUID | None = None


@command(
    title="Enregistrer une convention signée",
    leads_to=(AgreementSigned,),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        NOT_CONSULTING,
        AGREEMENT_ALREADY_SIGNED,
        NO_TENDER,
        *REQUIRES_SINCE_ADMISSION,
        WRONG_SIGNATURES,
        *REQUIRES_ATTACHMENT,
        OTHER_ACTION,
        NOT_AWARDED,
        NOT_ALL_INFORMED,
        BEYOND_PROPOSAL,
    ),
)
class RecordAgreement:
    """Structure, unit and provider have signed their agreement: how many days, for how much (cents).

    `tender`: the awarded one that leads to it, or else `exception`: why there was none, and `account`: the
    identity under which the provider may act by itself. `signed_on`: the day of the last of the three `signatures`.
    `attachment`: the file of the case that proves it."""

    action: UUID
    provider: PersonalLine
    terms: AgreementTerms
    tender: UUID | None = None
    exception: Reason | None = None
    attachment: UUID | None = None
    account: Line | None = None


@command(
    title="Enregistrer un avenant signé",
    leads_to=(AmendmentSigned,),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        NOT_CONSULTING,
        REPORT_ALREADY_ACCEPTED,
        *REQUIRES_SINCE_SIGNATURE,
        *REQUIRES_ATTACHMENT,
    ),
)
class RecordAmendment:
    """Structure, unit and provider agree on more days. `attachment`: the file of the case that proves it."""

    action: UUID
    extra_days: Days
    signed_on: Day
    attachment: UUID | None = None


Command = RecordAgreement | RecordAmendment


Event = AgreementSigned | AmendmentSigned


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    require_consulting_action(parcours, command.action)
    match command:
        case RecordAgreement():
            return [_sign(parcours, command, context)]
        case RecordAmendment(key, extra_days, signed_on=signed_on):
            action = require_open_report(require_validated_action(parcours, key, *OPEN_STATUSES))
            signed_on = require_since_signature(action, signed_on, context, SIGNATURE)
            return [AmendmentSigned(key, extra_days, signed_on=signed_on, attachment=command.attachment)]


def _sign(parcours: Parcours, command: RecordAgreement, context: Context) -> AgreementSigned:
    if require_startable_action(parcours, command.action).agreement:
        raise AGREEMENT_ALREADY_SIGNED("Cette prestation a déjà sa convention\u00a0: un avenant la complète.")
    if (command.tender is None) == (command.exception is None):
        raise NO_TENDER(
            "Une convention suit une consultation attribuée\u202f; sinon, dites pourquoi il n’y en a pas eu."
        )
    check_signatures(parcours, command.terms, context)
    return AgreementSigned(
        command.action,
        context.person(command.provider),
        terms=command.terms,
        tender=command.tender,
        exception=context.optional_text(command.exception),
        attachment=command.attachment,
        account=command.account,
    )


def check_signatures(parcours: Parcours, terms: AgreementTerms, context: Context) -> None:
    """Raises unless every signature is since the admission, and the last of the three dates the agreement."""
    require_since_admission(parcours, terms.signed_on, context.now, SIGNATURE)
    if terms.signatures:
        days = (terms.signatures.structure, terms.signatures.unit, terms.signatures.provider)
        require_since_admission(parcours, min(days), context.now, SIGNATURE)
        if max(days) != terms.signed_on:
            raise WRONG_SIGNATURES("Une convention est signée le jour de la dernière des trois signatures.")


def companions(event: Any, context: Context) -> Iterable[CompanionCommand]:
    """The tender that led to an agreement must have been awarded, and everyone informed."""
    if isinstance(event, AgreementSigned) and event.tender:
        ask = conclusion.ConcludeTender(event.action, event.terms.amount, days=event.terms.days)
        yield CompanionCommand(tender.decider, event.tender, command=ask, case=context.case)
    if isinstance(event, Event):
        yield from cite_attachment(event, context)


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    match event:
        case AgreementSigned():
            changed = replace(action, agreement=_agreement(event))
        case AmendmentSigned(_, extra_days):
            agreement = require_agreement(action)
            changed = replace(action, agreement=_with_days(agreement, extra_days))
    return parcours.with_action(event.action, with_attachment(changed, event))


def _agreement(signed: AgreementSigned) -> Agreement:
    return Agreement(
        signed.provider, signed.terms, tender=signed.tender, exception=signed.exception, account=signed.account
    )


def _with_days(agreement: Agreement, extra_days: int) -> Agreement:
    return replace(agreement, terms=replace(agreement.terms, days=agreement.terms.days + extra_days))
