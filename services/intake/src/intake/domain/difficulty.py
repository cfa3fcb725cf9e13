"""How hard is it for the structure, and how long has it left to act? Triage, in minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from annotated_types import Len

from shared.kernel import Context, Count, Day, Encrypted, Refusal, Text, event, require_past
from shared.kernel.events import command


class Level(StrEnum):
    """From the least to the most pressing."""

    NONE = "none"
    WEAK_SIGNALS = "weak_signals"
    PROVEN = "proven"
    CRITICAL = "critical"
    INSOLVENT = "insolvent"

    @property
    def gravity(self) -> int:
        return list(Level).index(self)

    @property
    def is_a_crisis(self) -> bool:
        """The DLA is no emergency scheme: it receives such a structure quickly and re-orients it (S, 2025)."""
        return self in (Level.CRITICAL, Level.INSOLVENT)


class Lasting(StrEnum):
    ONE_OFF = "one_off"
    STRUCTURAL = "structural"


class Cause(StrEnum):
    """The nature of a cause: our own list, wide enough to count by."""

    ACTIVITY = "activity"
    PUBLIC_FUNDING = "public_funding"
    CASH = "cash"
    COSTS = "costs"
    BUSINESS_MODEL = "business_model"
    GOVERNANCE = "governance"
    HUMAN_RESOURCES = "human_resources"
    OUTSIDE_EVENT = "outside_event"
    OTHER = "other"


LEGAL_DELAY = timedelta(days=45)
"""From the cessation of payments to the latest day to declare it; found in public material, never legal advice."""
DISCLAIMER = (
    "Date indicative\u00a0: quarante-cinq jours après la date de cessation des paiements déclarée par la structure. "
    "Elle ne remplace ni un conseil juridique, ni l’appréciation du tribunal\u202f; faites-la confirmer sans attendre."
)

CESSATION_WITHOUT_INSOLVENCY = Refusal("cessation-without-insolvency", "Niveau de difficulté à revoir", status=422)


@command(title="Qualifier les difficultés")
class QualifyDifficulty:
    """The adviser says how hard it is for the structure: level, one-off or structural, causes, days left to act.

    `cessation_on`: the day from which it could no longer pay what was due, for an insolvent structure only; null while
    that day is not known."""

    level: Level
    lasting: Lasting | None = None
    causes: Annotated[tuple[Cause, ...], Len(0, 9)] = ()
    explanation: Text | None = None
    days_left: Count | None = None
    cessation_on: Day | None = None


@dataclass(frozen=True, slots=True)
class Difficulty:
    """One triage, with who made it and when; a later one stands beside it, and neither is edited."""

    level: Level
    by: str
    at: datetime
    lasting: Lasting | None = None
    causes: tuple[Cause, ...] = ()
    explanation: Encrypted | None = None
    days_left: int | None = None
    cessation_on: date | None = None
    legal_deadline: date | None = None


@event("difficulty-qualified", label="Niveau de difficulté qualifié")
class DifficultyQualified:
    difficulty: Difficulty


def qualify(command: QualifyDifficulty, context: Context) -> DifficultyQualified:
    """Keeps the legal deadline as it was told on that day."""
    if command.cessation_on and command.level is not Level.INSOLVENT:
        raise CESSATION_WITHOUT_INSOLVENCY(
            "Une date de cessation des paiements va avec le niveau «\u202fen cessation des paiements\u202f» "
            "(insolvent)\u00a0: changez le niveau, ou retirez la date."
        )
    if command.cessation_on:
        require_past(command.cessation_on, context.now, "La date de cessation des paiements")
    return DifficultyQualified(
        Difficulty(
            command.level,
            context.actor.id,
            at=context.now,
            lasting=command.lasting,
            causes=tuple(dict.fromkeys(command.causes)),
            explanation=context.optional_text(command.explanation),
            days_left=command.days_left,
            cessation_on=command.cessation_on,
            legal_deadline=command.cessation_on + LEGAL_DELAY if command.cessation_on else None,
        )
    )
