"""Chasing of orientations: those that their target has not acknowledged, by urgency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from shared.kernel import DifficultyLevel

CHASE_AFTER_DAYS: Mapping[DifficultyLevel, int] = {
    DifficultyLevel.NONE: 15,
    DifficultyLevel.WEAK_SIGNALS: 15,
    DifficultyLevel.PROVEN: 7,
    DifficultyLevel.CRITICAL: 3,
    DifficultyLevel.INSOLVENT: 2,
}
"""Days given to the target, by the structure's level of difficulty. Defaults; a deployment may set others."""


@dataclass(frozen=True, slots=True)
class ChasedStructure:
    """The structure that was oriented."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Chase:
    """An orientation that was sent and not acknowledged yet. `due_at`: when to ask the target again, counted from the
    last chase, `chased_at`, if any; `chases`: how many there were."""

    case: UUID
    orientation: UUID
    structure: ChasedStructure
    unit: str
    target: str
    difficulty: DifficultyLevel
    legal_deadline: date | None
    sent_at: datetime
    due_at: datetime
    overdue: bool
    chased_at: datetime | None = None
    chases: int = 0


def compute_due_time(
    level: DifficultyLevel, last_contacted_at: datetime, days: Mapping[DifficultyLevel, int]
) -> datetime:
    """`days`: those that the deployment sets, by level."""
    return last_contacted_at + timedelta(days=days.get(level, CHASE_AFTER_DAYS[level]))


def sort_by_urgency(chases: Iterable[Chase]) -> list[Chase]:
    """The overdue first, then by the gravity of the difficulty, then by the due time."""
    return sorted(chases, key=lambda chase: (not chase.overdue, -chase.difficulty.gravity, chase.due_at))
