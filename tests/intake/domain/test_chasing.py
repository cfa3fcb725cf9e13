"""Chasing of orientations: due times and urgency."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from intake.domain.chasing import CHASE_AFTER_DAYS, Chase, ChasedStructure, compute_due_time, sort_by_urgency
from shared.kernel import DifficultyLevel
from shared.testing.scenarios import NOW, UNIT

# Chasing


def chase(n: int, level: DifficultyLevel, days_ago: int) -> Chase:
    sent_at = NOW - timedelta(days=days_ago)
    due_at = compute_due_time(level, sent_at, {})
    return Chase(
        UUID(int=n),
        UUID(int=n),
        structure=ChasedStructure(UUID(int=n), ""),
        unit=UNIT,
        target="CODEFI",
        difficulty=level,
        legal_deadline=None,
        sent_at=sent_at,
        due_at=due_at,
        overdue=due_at < NOW,
    )


def test_the_graver_the_sooner_the_target_is_asked_again_unless_the_deployment_says_otherwise() -> None:
    delays = [CHASE_AFTER_DAYS[level] for level in DifficultyLevel]
    assert delays == sorted(delays, reverse=True)
    assert compute_due_time(DifficultyLevel.CRITICAL, NOW, {DifficultyLevel.CRITICAL: 1}) == NOW + timedelta(days=1)


def test_the_most_pressing_orientation_comes_first() -> None:
    fresh, late, latest, insolvent = (
        chase(1, DifficultyLevel.CRITICAL, 1),
        chase(2, DifficultyLevel.PROVEN, 8),
        chase(3, DifficultyLevel.PROVEN, 20),
        chase(4, DifficultyLevel.INSOLVENT, 3),
    )
    assert sort_by_urgency([fresh, late, latest, insolvent]) == [insolvent, latest, late, fresh]
