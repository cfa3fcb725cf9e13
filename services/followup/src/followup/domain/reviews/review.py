"""A review: when it is due, where it stands, and the report of one that was held."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from followup.domain.reviews.comparison import ComparedIndicator, PerimeterChange
from shared.kernel import Encrypted, LabelledEnum, add_months
from shared.kernel.frozen import frozen

REVIEWS = {"M0": 0, "M6": 6, "M18": 18}
"""Months after the parcours' end. Found in public material, sometimes local: a setting, never an official rule."""
EARLIEST_BEFORE_DUE = timedelta(days=30)
"""How long before it is due a review can be held."""
OVERDUE_AFTER = timedelta(days=60)
"""How long after its day a review that was not held is overdue. Our design, never an official rule."""


class ReviewStatus(LabelledEnum):
    PLANNED = "planned", "à venir"
    HELD = "held", "réalisé"
    UNREACHABLE = "unreachable", "structure injoignable"
    CLOSED_DOWN = "closed_down", "structure ayant cessé son activité"


@frozen
class Report:
    """The results of a review that was held. `not_measured`: the baseline's indicators that it left out.

    `perimeter_change`: why the structure is another than the diagnosis measured, said here or at an earlier review.
    `appropriation`: how far the structure has made the changes its own; `satisfaction` null: no answer, or no
    question, as `satisfaction_asked` says."""

    held_on: date
    indicators: dict[str, ComparedIndicator]
    not_measured: tuple[str, ...]
    appropriation: int
    appropriation_notes: Encrypted | None
    satisfaction: int | None
    summary: Encrypted
    satisfaction_asked: bool = True
    perimeter_change: PerimeterChange | None = None
    perimeter_notes: Encrypted | None = None


@frozen
class Review:
    """`fell_due`: its day came while it was still to be held; `overdue`: its day is long past."""

    due_on: date
    status: ReviewStatus = ReviewStatus.PLANNED
    report: Report | None = None
    attempts: int | None = None
    notes: Encrypted | None = None
    fell_due: bool = False
    overdue: bool = False

    @property
    def opens_on(self) -> date:
        """The first day on which it can be held."""
        return self.due_on - EARLIEST_BEFORE_DUE


def schedule(completed_on: date, months_by_code: Mapping[str, int], completions: int) -> dict[str, date]:
    """When each review is due, by code. `completions`: how many times the parcours has ended, this one included."""
    suffix = f"-{completions}" if completions > 1 else ""
    return {code + suffix: add_months(completed_on, months) for code, months in months_by_code.items()}
