"""Corrections of recorded facts: the error stays in the log, and a new event gives the right value and the reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from annotated_types import Ge, Le

from parcours.domain.assignment.agreement import WRONG_SIGNATURES, check_signatures
from parcours.domain.guards import (
    NO_AGREEMENT,
    NOT_CONSULTING,
    RECEIPT,
    REQUIRES_SINCE_ADMISSION,
    REQUIRES_SINCE_SIGNATURE,
    SIGNATURE,
    UNKNOWN_ACTION,
    require_action,
    require_agreement,
    require_consulting_action,
    require_since_admission,
    require_since_signature,
)
from parcours.domain.lifecycle import PARCOURS_NOT_OPEN
from parcours.domain.state import AgreementTerms, Introduction, Parcours
from parcours.domain.tender import conclusion, tender
from parcours.domain.tender.conclusion import BEYOND_PROPOSAL
from shared.kernel import (
    CompanionCommand,
    Context,
    Day,
    Encrypted,
    PersonalData,
    PersonalLine,
    Reason,
    Refusal,
    Text,
    event,
)
from shared.kernel.events import command
from shared.kernel.frozen import replace

NOTHING_TO_CORRECT = Refusal("nothing-to-correct", "Rien à corriger")
BELOW_RECORDED = Refusal("below-recorded", "Moins que ce qui est déjà engagé ou réalisé")


@event("introduction-corrected", label="Mise en relation corrigée", effective="held_on")
class IntroductionCorrected:
    action: UUID
    introduction: int
    whom: PersonalData
    held_on: date
    reason: Encrypted


@event("agreement-corrected", label="Convention corrigée", effective="terms.signed_on")
class AgreementCorrected:
    action: UUID
    provider: PersonalData
    terms: AgreementTerms
    reason: Encrypted


@event("days-corrected", label="Jours d’intervention corrigés", effective="effective_on")
class DaysCorrected:
    action: UUID
    days: int
    effective_on: date
    reason: Encrypted


@event("final-report-corrected", label="Réception du rapport final corrigée", effective="received_on")
class FinalReportCorrected:
    action: UUID
    received_on: date
    reason: Encrypted


@event("debrief-corrected", label="Bilan de fin de parcours corrigé", effective="held_on")
class DebriefCorrected:
    debrief: Encrypted
    held_on: date
    reason: Encrypted


@command(
    title="Corriger une mise en relation",
    leads_to=(IntroductionCorrected,),
    may_refuse=(PARCOURS_NOT_OPEN, UNKNOWN_ACTION, NOTHING_TO_CORRECT, *REQUIRES_SINCE_ADMISSION),
)
class CorrectIntroduction:
    """The n-th introduction of an action was with another person, or on another day."""

    action: UUID
    introduction: Annotated[int, Ge(1), Le(1_000)]
    whom: PersonalLine
    held_on: Day
    reason: Reason


@command(
    title="Corriger une convention",
    leads_to=(AgreementCorrected,),
    may_refuse=(
        PARCOURS_NOT_OPEN,
        UNKNOWN_ACTION,
        NOT_CONSULTING,
        NO_AGREEMENT,
        BELOW_RECORDED,
        *REQUIRES_SINCE_ADMISSION,
        WRONG_SIGNATURES,
        BEYOND_PROPOSAL,
    ),
)
class CorrectAgreement:
    """An agreement was recorded otherwise than it was signed: its provider or its terms, whose days include those of
    the amendments."""

    action: UUID
    provider: PersonalLine
    terms: AgreementTerms
    reason: Reason


@command(
    title="Corriger les jours d’intervention",
    leads_to=(DaysCorrected,),
    may_refuse=(PARCOURS_NOT_OPEN, UNKNOWN_ACTION, NOT_CONSULTING, BELOW_RECORDED, *REQUIRES_SINCE_SIGNATURE),
)
class CorrectDays:
    """The provider had worked so many days in all, by that day: more or fewer than was recorded."""

    action: UUID
    days: Annotated[int, Ge(0), Le(1_000)]
    effective_on: Day
    reason: Reason


@command(
    title="Corriger la réception d’un rapport final",
    leads_to=(FinalReportCorrected,),
    may_refuse=(PARCOURS_NOT_OPEN, UNKNOWN_ACTION, NOT_CONSULTING, NOTHING_TO_CORRECT, *REQUIRES_SINCE_SIGNATURE),
)
class CorrectFinalReport:
    """The final report was received on another day."""

    action: UUID
    received_on: Day
    reason: Reason


@command(
    title="Corriger le bilan de fin de parcours",
    leads_to=(DebriefCorrected,),
    may_refuse=(PARCOURS_NOT_OPEN, NOTHING_TO_CORRECT, *REQUIRES_SINCE_ADMISSION),
)
class CorrectDebrief:
    """The closing debrief was held on another day, or had other conclusions."""

    debrief: Text
    held_on: Day
    reason: Reason


Command = CorrectIntroduction | CorrectAgreement | CorrectDays | CorrectFinalReport | CorrectDebrief


Event = IntroductionCorrected | AgreementCorrected | DaysCorrected | FinalReportCorrected | DebriefCorrected


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    """At any time, after the end too: a fact does not depend on the status of the parcours."""
    reason, now = context.text(command.reason), context.now
    match command:
        case CorrectIntroduction(key, n, whom=whom, held_on=held_on):
            if n > len(require_action(parcours, key).introductions):
                raise NOTHING_TO_CORRECT("Cette action n’a pas de mise en relation de ce rang.")
            require_since_admission(parcours, held_on, now, "La date de la mise en relation")
            return [IntroductionCorrected(key, n, whom=context.person(whom), held_on=held_on, reason=reason)]
        case CorrectAgreement():
            return [_correct_agreement(parcours, command, context)]
        case CorrectDays(key, days, effective_on=effective_on):
            action = require_consulting_action(parcours, key)
            agreed = require_agreement(action).terms.days
            if days > agreed:
                raise BELOW_RECORDED(f"La convention prévoit {agreed} jours en tout, avenants compris.", agreed=agreed)
            require_since_signature(action, effective_on, context, "La date de l’intervention")
            return [DaysCorrected(key, days, effective_on=effective_on, reason=reason)]
        case CorrectFinalReport(key, received_on):
            action = require_consulting_action(parcours, key)
            if action.report_received_on is None:
                raise NOTHING_TO_CORRECT("Aucun rapport final n’a été reçu pour cette prestation.")
            return [
                FinalReportCorrected(key, require_since_signature(action, received_on, context, RECEIPT), reason=reason)
            ]
        case CorrectDebrief(debrief, held_on):
            if not parcours.completed:
                raise NOTHING_TO_CORRECT("Le bilan de fin de parcours n’a pas encore eu lieu.")
            require_since_admission(parcours, held_on, now, "La date du bilan de fin de parcours")
            return [DebriefCorrected(context.text(debrief), held_on, reason=reason)]


def _correct_agreement(parcours: Parcours, command: CorrectAgreement, context: Context) -> AgreementCorrected:
    action = require_consulting_action(parcours, command.action)
    require_agreement(action)
    if command.terms.amount < action.committed or command.terms.days < action.days:
        raise BELOW_RECORDED(
            "La convention ne peut prévoir moins que ce qui est déjà engagé ou réalisé\u00a0: corrigez d’abord cela.",
            committed=action.committed,
            days=action.days,
        )
    check_signatures(parcours, command.terms, context)
    if action.report_received_on and command.terms.signed_on > action.report_received_on:
        raise BELOW_RECORDED(f"{SIGNATURE} ne peut suivre la réception du rapport final.")
    return AgreementCorrected(
        command.action,
        context.person(command.provider),
        terms=command.terms,
        reason=context.text(command.reason),
    )


def companions(parcours: Parcours, event: Any, context: Context) -> Iterable[CompanionCommand]:
    """Corrected or not, an agreement stays within the proposal that was retained."""
    if isinstance(event, AgreementCorrected):
        agreement = require_agreement(parcours.actions[event.action])
        if agreement.tender:
            yield CompanionCommand(
                tender.decider, agreement.tender, command=conclusion.VerifyAmount(event.terms.amount), case=context.case
            )


def evolve(parcours: Parcours, event: Event) -> Parcours:
    if isinstance(event, DebriefCorrected):
        return replace(parcours, debrief=event.debrief, debrief_held_on=event.held_on)
    action = parcours.actions[event.action]
    match event:
        case IntroductionCorrected(_, n, whom=whom, held_on=held_on):
            before, after = action.introductions[: n - 1], action.introductions[n:]
            changed = replace(action, introductions=(*before, Introduction(whom, held_on), *after))
        case AgreementCorrected(_, provider, terms=terms):
            agreement = require_agreement(action)
            signatures = terms.signatures or agreement.terms.signatures
            terms = replace(terms, signatures=signatures)
            changed = replace(action, agreement=replace(agreement, provider=provider, terms=terms))
        case DaysCorrected(_, days):
            changed = replace(action, days=days)
        case FinalReportCorrected(_, received_on):
            changed = replace(action, report_received_on=received_on)
    return parcours.with_action(event.action, changed)
