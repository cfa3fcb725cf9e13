"""Corrections of recorded facts: the error stays in the log, and a new event gives the right value and the reason."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le

from parcours.domain.ending import WHAT, AbandonmentKind
from parcours.domain.guards import (
    NOTHING_TO_CORRECT,
    REQUIRES_SINCE_ADMISSION,
    UNKNOWN_ACTION,
    require_action,
    require_since_admission,
)
from parcours.domain.lifecycle import PARCOURS_NOT_OPEN
from parcours.domain.state import (
    Introduction,
    Parcours,
    ParcoursStatus,
)
from shared.kernel import (
    Context,
    Day,
    Encrypted,
    Ending,
    EndingKind,
    PersonalData,
    PersonalLine,
    Reason,
    Text,
    event,
)
from shared.kernel.events import command
from shared.kernel.frozen import replace


@event("introduction-corrected", label="Mise en relation corrigée", effective="held_on")
class IntroductionCorrected:
    action: UUID
    introduction: int
    whom: PersonalData
    held_on: date
    reason: Encrypted


@event("debrief-corrected", label="Bilan de fin de parcours corrigé", effective="held_on")
class DebriefCorrected:
    debrief: Encrypted
    held_on: date
    reason: Encrypted


@event("parcours-ending-corrected", label="Fin du parcours corrigée", effective="ending.on")
class ParcoursEndingCorrected:
    ending: Ending
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
    title="Corriger le bilan de fin de parcours",
    leads_to=(DebriefCorrected,),
    may_refuse=(PARCOURS_NOT_OPEN, NOTHING_TO_CORRECT, *REQUIRES_SINCE_ADMISSION),
)
class CorrectDebrief:
    """The closing debrief was held on another day, or had other conclusions."""

    debrief: Text
    held_on: Day
    reason: Reason


@command(
    title="Corriger la fin d’un parcours abandonné",
    leads_to=(ParcoursEndingCorrected,),
    may_refuse=(PARCOURS_NOT_OPEN, NOTHING_TO_CORRECT, *REQUIRES_SINCE_ADMISSION),
)
class CorrectEnding:
    """The parcours ended before its term in another way, or on another day; what is not given stays as it is."""

    reason: Reason
    kind: AbandonmentKind | None = None
    on: Day | None = None


Command = CorrectIntroduction | CorrectDebrief | CorrectEnding


Event = IntroductionCorrected | DebriefCorrected | ParcoursEndingCorrected


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    """At any time, after the end too: a fact does not depend on the status of the parcours."""
    reason, now = context.text(command.reason), context.now
    match command:
        case CorrectIntroduction(key, n, whom=whom, held_on=held_on):
            if n > len(require_action(parcours, key).introductions):
                raise NOTHING_TO_CORRECT("Cette action n’a pas de mise en relation de ce rang.")
            require_since_admission(parcours, held_on, now, "La date de la mise en relation")
            return [IntroductionCorrected(key, n, whom=context.person(whom), held_on=held_on, reason=reason)]
        case CorrectDebrief(debrief, held_on):
            if not parcours.completed:
                raise NOTHING_TO_CORRECT("Le bilan de fin de parcours n’a pas encore eu lieu.")
            require_since_admission(parcours, held_on, now, "La date du bilan de fin de parcours")
            return [DebriefCorrected(context.text(debrief), held_on, reason=reason)]
        case CorrectEnding():
            return [_correct_ending(parcours, command, context)]


def _correct_ending(parcours: Parcours, command: CorrectEnding, context: Context) -> ParcoursEndingCorrected:
    if parcours.status is not ParcoursStatus.ABANDONED:
        raise NOTHING_TO_CORRECT("Ce parcours n’a pas été abandonné\u00a0: la date de son bilan se corrige à part.")
    before = parcours.ending
    kind = command.kind or (before.kind if before else None)
    on = command.on or (before.on if before else None)
    if kind is None or on is None or Ending(EndingKind(kind), on) == before:
        raise NOTHING_TO_CORRECT.of_body()(
            "Dites ce qui change\u00a0: comment le parcours a pris fin, quel jour, ou les deux."
        )
    require_since_admission(parcours, on, context.now, WHAT)
    return ParcoursEndingCorrected(Ending(EndingKind(kind), on), context.text(command.reason))


def evolve(parcours: Parcours, event: Event) -> Parcours:
    match event:
        case DebriefCorrected(debrief, held_on):
            has_ended = parcours.status is ParcoursStatus.COMPLETED
            ending = Ending(EndingKind.COMPLETED, held_on) if has_ended else parcours.ending
            return replace(parcours, debrief=debrief, debrief_held_on=held_on, ending=ending)
        case ParcoursEndingCorrected(ending):
            return replace(parcours, status=ParcoursStatus.ABANDONED, ending=ending)
        case IntroductionCorrected(key, n, whom=whom, held_on=held_on):
            action = parcours.actions[key]
            before, after = action.introductions[: n - 1], action.introductions[n:]
            corrected = replace(action, introductions=(*before, Introduction(whom, held_on), *after))
            return parcours.with_action(key, corrected)
