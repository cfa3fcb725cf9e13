"""Corrections of what was recorded of a provider's assignment: its agreement, the days worked, the final report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from annotated_types import Ge, Le

from parcours.domain.agreement_signatures import AgreementSignatures
from parcours.domain.assignment.signatures import (
    MISSING_SIGNATURES,
    NO_SIGNATURE,
    UNEXPECTED_SIGNATORY,
    GivenSignatures,
    awaited_signatures,
    read_signatures,
    require_all,
)
from parcours.domain.attachments import REQUIRES_ATTACHMENT, cite_attachment, with_attachment
from parcours.domain.funding.fund import FUND_EXHAUSTED, FUND_NOT_OPEN
from parcours.domain.funding.payments import FundsCommitted, FundsReleased, follow_correction
from parcours.domain.guards import (
    BEYOND_PROPOSAL,
    NO_AGREEMENT,
    NOTHING_TO_CORRECT,
    RECEIPT,
    REQUIRES_CONSULTING,
    REQUIRES_SINCE_ADMISSION,
    REQUIRES_SINCE_SIGNATURE,
    SIGNATURE,
    UNKNOWN_ACTION,
    require_agreement,
    require_consulting_action,
    require_retained,
    require_since_signature,
    require_within_proposal,
)
from parcours.domain.lifecycle import PARCOURS_NOT_OPEN
from parcours.domain.state import Action, Agreement, AgreementTerms, Days, Parcours, Sum
from parcours.domain.upcasts import TERMS_IN_CENTS
from shared.kernel import (
    CompanionCommand,
    Context,
    Day,
    Encrypted,
    PersonalData,
    PersonalLine,
    Reason,
    Refusal,
    event,
)
from shared.kernel.events import command
from shared.kernel.frozen import replace

BELOW_RECORDED = Refusal("below-recorded", "Moins que ce qui est déjà payé ou réalisé", depends_on_body=True)
PROVIDER_OF_THE_TENDER = Refusal("provider-of-the-tender", "Le prestataire est celui de la consultation")


@event("agreement-corrected", 3, label="Convention corrigée", effective="signed_on", upcasts=TERMS_IN_CENTS)
class AgreementCorrected:
    """`provider`: its name, where the wrong one was recorded."""

    action: UUID
    terms: AgreementTerms
    signatures: AgreementSignatures
    signed_on: date
    reason: Encrypted
    provider: PersonalData | None = None


@event("days-corrected", label="Jours d’intervention corrigés", effective="effective_on")
class DaysCorrected:
    action: UUID
    days: int
    effective_on: date
    reason: Encrypted


@event("final-report-corrected", label="Réception du rapport final corrigée", effective="received_on")
class FinalReportCorrected:
    """`attachment`: the report itself, in place of the one that was cited, if any."""

    action: UUID
    received_on: date
    reason: Encrypted
    attachment: UUID | None = None


@command(
    title="Corriger une convention",
    leads_to=(AgreementCorrected, FundsCommitted, FundsReleased),
    may_refuse=(
        PARCOURS_NOT_OPEN,
        UNKNOWN_ACTION,
        *REQUIRES_CONSULTING,
        NO_AGREEMENT,
        PROVIDER_OF_THE_TENDER,
        BEYOND_PROPOSAL,
        BELOW_RECORDED,
        NO_SIGNATURE,
        UNEXPECTED_SIGNATORY,
        MISSING_SIGNATURES,
        *REQUIRES_SINCE_ADMISSION,
        FUND_NOT_OPEN,
        FUND_EXHAUSTED,
    ),
)
class CorrectAgreement:
    """An agreement was recorded otherwise than it was signed; what is not given stays as it is. What is committed
    follows its sum.

    `amount_cents` and `days`: in all, with those of the amendments. `signatures`: all of them. `provider`: its name,
    where there was no tender; a tender's winner keeps the name it has there."""

    action: UUID
    reason: Reason
    amount_cents: Sum | None = None
    days: Days | None = None
    signatures: GivenSignatures | None = None
    provider: PersonalLine | None = None


@command(
    title="Corriger les jours d’intervention",
    leads_to=(DaysCorrected, FundsCommitted, FundsReleased),
    may_refuse=(
        PARCOURS_NOT_OPEN,
        UNKNOWN_ACTION,
        *REQUIRES_CONSULTING,
        BELOW_RECORDED,
        *REQUIRES_SINCE_SIGNATURE,
        FUND_NOT_OPEN,
        FUND_EXHAUSTED,
    ),
)
class CorrectDays:
    """The provider had worked so many days in all, by that day: more or fewer than was recorded. After an abandonment,
    what is committed for the days worked follows."""

    action: UUID
    days: Annotated[int, Ge(0), Le(1_000)]
    effective_on: Day
    reason: Reason


@command(
    title="Corriger la réception d’un rapport final",
    leads_to=(FinalReportCorrected,),
    may_refuse=(
        PARCOURS_NOT_OPEN,
        UNKNOWN_ACTION,
        *REQUIRES_CONSULTING,
        NOTHING_TO_CORRECT,
        *REQUIRES_SINCE_SIGNATURE,
        *REQUIRES_ATTACHMENT,
    ),
)
class CorrectFinalReport:
    """The final report was received on another day, or its file was not joined, or is another one: `attachment` takes
    the place of the file that was cited."""

    action: UUID
    reason: Reason
    received_on: Day | None = None
    attachment: UUID | None = None


Command = CorrectAgreement | CorrectDays | CorrectFinalReport


Event = AgreementCorrected | DaysCorrected | FinalReportCorrected


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event | FundsCommitted | FundsReleased]:
    """At any time, after the end too: a fact does not depend on the status of the parcours."""
    match command:
        case CorrectAgreement():
            return _correct_agreement(parcours, command, context)
        case CorrectDays():
            return _correct_days(parcours, command, context)
        case CorrectFinalReport():
            return [_correct_report(parcours, command, context)]


def _correct_days(
    parcours: Parcours, command: CorrectDays, context: Context
) -> list[Event | FundsCommitted | FundsReleased]:
    action = require_consulting_action(parcours, command.action)
    terms = require_agreement(action).terms
    if command.days > terms.days:
        raise BELOW_RECORDED(f"La convention prévoit {terms.days} jours en tout, avenants compris.", agreed=terms.days)
    require_since_signature(action, command.effective_on, context, "La date de l’intervention")
    corrected = DaysCorrected(
        command.action, command.days, effective_on=command.effective_on, reason=context.text(command.reason)
    )
    return [corrected, *follow_correction(parcours, command.action, terms, command.days, context=context)]


def _correct_report(parcours: Parcours, command: CorrectFinalReport, context: Context) -> FinalReportCorrected:
    action = require_consulting_action(parcours, command.action)
    if action.report_received_on is None:
        raise NOTHING_TO_CORRECT("Aucun rapport final n’a été reçu pour cette prestation.")
    if command.received_on is None and command.attachment is None:
        raise NOTHING_TO_CORRECT.of_body()("Dites ce qui est à corriger\u00a0: la date, le fichier, ou les deux.")
    received_on = command.received_on or action.report_received_on
    return FinalReportCorrected(
        command.action,
        require_since_signature(action, received_on, context, RECEIPT),
        reason=context.text(command.reason),
        attachment=command.attachment,
    )


def companions(event: Any, context: Context) -> Iterable[CompanionCommand]:
    """A corrected report relies on its file."""
    if isinstance(event, FinalReportCorrected):
        yield from cite_attachment(event, context)


def _correct_agreement(
    parcours: Parcours, command: CorrectAgreement, context: Context
) -> list[Event | FundsCommitted | FundsReleased]:
    action = require_consulting_action(parcours, command.action)
    agreement, retained = require_agreement(action), require_retained(action)
    if command.provider and retained.tender:
        raise PROVIDER_OF_THE_TENDER(
            "Le prestataire est celui que la consultation a retenu\u00a0: il ne change pas ici."
        )
    terms = AgreementTerms(command.amount_cents or agreement.terms.amount_cents, command.days or agreement.terms.days)
    _check_terms(action, agreement, terms)
    signatures, signed_on = agreement.signatures, agreement.signed_on
    if command.signatures:
        awaited = awaited_signatures(parcours, agreement.signatures)
        signatures = read_signatures(parcours, command.signatures, context, awaited)
        require_all(signatures)
        signed_on = _day_in_force(agreement, signatures)
    if action.report_received_on and signed_on > action.report_received_on:
        raise BELOW_RECORDED(f"{SIGNATURE} ne peut suivre la réception du rapport final.")
    corrected = AgreementCorrected(
        command.action,
        terms,
        signatures=signatures,
        signed_on=signed_on,
        reason=context.text(command.reason),
        provider=context.person(command.provider) if command.provider else None,
    )
    return [corrected, *follow_correction(parcours, command.action, terms, action.days, context=context)]


def _day_in_force(agreement: Agreement, corrected: AgreementSignatures) -> date:
    """The day of the last corrected signature, but for those of structures that joined a collective operation later."""
    former = agreement.signatures.structures
    later = {case for case, each in former.items() if each and each.signed_on > agreement.signed_on}
    first = {case: each for case, each in corrected.structures.items() if case not in later}
    return replace(corrected, structures=first).last_on


def _check_terms(action: Action, agreement: Agreement, terms: AgreementTerms) -> None:
    """Raises when the corrected terms go beyond the proposal and the amendments, or below what was paid or worked."""
    added = agreement.amended
    require_within_proposal(require_retained(action), terms.amount_cents - added.amount_cents, terms.days - added.days)
    if terms.amount_cents < action.paid_cents or terms.days < action.days:
        raise BELOW_RECORDED(
            "La convention ne peut prévoir moins que ce qui est déjà payé ou réalisé\u00a0: corrigez d’abord cela.",
            paid_cents=action.paid_cents,
            days=action.days,
        )


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    match event:
        case AgreementCorrected():
            changed = _corrected(action, event)
        case DaysCorrected(_, days):
            changed = replace(action, days=days)
        case FinalReportCorrected():
            changed = _with_report(action, event)
    return parcours.with_action(event.action, changed)


def _with_report(action: Action, event: FinalReportCorrected) -> Action:
    corrected = replace(action, report_received_on=event.received_on)
    if event.attachment is None:
        return corrected
    others = tuple(proof for proof in action.proofs if proof != action.report_attachment)
    return with_attachment(replace(corrected, proofs=others, report_attachment=event.attachment), event)


def _corrected(action: Action, event: AgreementCorrected) -> Action:
    agreement = replace(
        require_agreement(action), terms=event.terms, signatures=event.signatures, in_force_on=event.signed_on
    )
    retained = require_retained(action)
    if event.provider:
        retained = replace(retained, name=event.provider)
    return replace(action, agreement=agreement, retained=retained)
