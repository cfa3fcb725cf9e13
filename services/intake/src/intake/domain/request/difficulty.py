"""Triage: how severe the structure's difficulties are, and how many days it has left to act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from annotated_types import Len

from intake.domain.mail import MailKind, queue_alert
from intake.domain.request.state import NOT_RECEIVED, OUTCOME_GIVEN, Request, RequestStatus, Triage, require_status
from shared.kernel import (
    CompanionCommand,
    Context,
    Count,
    Day,
    DifficultyCause,
    DifficultyLevel,
    DifficultyNature,
    Refusal,
    Text,
    event,
    require_past,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import replace

LEGAL_DELAY = timedelta(days=45)
"""From the cessation of payments to the last day to declare it; from public material, never legal advice."""
DISCLAIMER = (
    "Date indicative\u00a0: quarante-cinq jours après la date de cessation des paiements déclarée par la structure. "
    "Elle ne remplace ni un conseil juridique, ni l’appréciation du tribunal\u202f; faites-la confirmer sans attendre."
)

CESSATION_WITHOUT_INSOLVENCY = Refusal("cessation-without-insolvency", "Niveau de difficulté à revoir", status=422)


@event("difficulty-triaged", label="Niveau de difficulté qualifié")
class DifficultyTriaged:
    difficulty: Triage


@command(
    title="Qualifier les difficultés",
    leads_to=(DifficultyTriaged,),
    may_refuse=(IMPLAUSIBLE_DATE, CESSATION_WITHOUT_INSOLVENCY, OUTCOME_GIVEN, NOT_RECEIVED),
)
class TriageDifficulty:
    """The adviser states the level of difficulty, its nature (one-off or structural), its causes, the days left to act.

    `cessation_on`: the day from which it could no longer pay its debts, for an insolvent structure only; null while
    that day is unknown."""

    level: DifficultyLevel
    nature: DifficultyNature | None = None
    causes: Annotated[tuple[DifficultyCause, ...], Len(0, 9)] = ()
    explanation: Text | None = None
    days_left: Count | None = None
    cessation_on: Day | None = None


def triage(request: Request, command: TriageDifficulty, context: Context) -> list[DifficultyTriaged]:
    """The legal deadline is stored as it was computed on that day."""
    require_status(request, RequestStatus.RECEIVED, RequestStatus.ADMITTED)
    if command.cessation_on and command.level is not DifficultyLevel.INSOLVENT:
        raise CESSATION_WITHOUT_INSOLVENCY(
            "Une date de cessation des paiements va avec le niveau «\u202fen cessation des paiements\u202f» "
            "(insolvent)\u00a0: changez le niveau, ou retirez la date."
        )
    if command.cessation_on:
        require_past(command.cessation_on, context.now, "La date de cessation des paiements")
    difficulty = Triage(
        command.level,
        context.actor.id,
        at=context.now,
        nature=command.nature,
        causes=tuple(dict.fromkeys(command.causes)),
        explanation=context.optional_text(command.explanation),
        days_left=command.days_left,
        cessation_on=command.cessation_on,
        legal_deadline=command.cessation_on + LEGAL_DELAY if command.cessation_on else None,
    )
    return [DifficultyTriaged(difficulty)]


def evolve(request: Request, event: DifficultyTriaged) -> Request:
    return replace(request, difficulties=(*request.difficulties, event.difficulty))


def alerts(request: Request, event: object, context: Context) -> Iterator[CompanionCommand]:
    """Where mail is on: whoever is in charge learns at once that somebody else has recorded an insolvency."""
    if not isinstance(event, DifficultyTriaged) or event.difficulty.level is not DifficultyLevel.INSOLVENT:
        return
    was_known = request.difficulty is not None and request.difficulty.level is DifficultyLevel.INSOLVENT
    if not was_known and request.adviser not in (None, context.actor.id):
        which = event.difficulty.at.isoformat()
        yield queue_alert(context.pseudonym, MailKind.INSOLVENT, context.case, which)
