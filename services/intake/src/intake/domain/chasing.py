"""Which orientations wait for their target's word, and which of them is the most pressing?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from intake.domain.request.state import DifficultyLevel

CHASED_AFTER: Mapping[DifficultyLevel, int] = {
    DifficultyLevel.NONE: 15,
    DifficultyLevel.WEAK_SIGNALS: 15,
    DifficultyLevel.PROVEN: 7,
    DifficultyLevel.CRITICAL: 3,
    DifficultyLevel.INSOLVENT: 2,
}
"""Days given to the target, by the structure's level of difficulty; ours, to be set by each deployment."""


@dataclass(frozen=True, slots=True)
class Chase:
    """An orientation that was sent and that nobody acknowledged yet; `due_at`: when to ask again."""

    case: UUID
    orientation: UUID
    structure: str
    unit: str
    target: str
    level: DifficultyLevel
    legal_deadline: date | None
    sent_at: datetime
    due_at: datetime
    overdue: bool


def ask_again_at(level: DifficultyLevel, sent_at: datetime, days: Mapping[DifficultyLevel, int]) -> datetime:
    """`days`: the deployment's own, where ours do not suit."""
    return sent_at + timedelta(days=days.get(level, CHASED_AFTER[level]))


def most_pressing_first(chases: Iterable[Chase]) -> list[Chase]:
    """The overdue before the others, then by the gravity of the difficulty, then by the day to ask again."""
    return sorted(chases, key=lambda chase: (not chase.overdue, -chase.level.gravity, chase.due_at))
