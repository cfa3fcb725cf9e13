"""Where does a follow-up stand, after all that happened to it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from followup.domain.events import (
    BaselineCorrectionHeard,
    ClosingDownCorrected,
    Event,
    FollowUpClosed,
    FollowUpOpened,
    FollowUpResumed,
    NeedFound,
    Outcome,
    ParcoursUpdateRequested,
    ParcoursUpdateWithdrawn,
    ReviewCancelled,
    ReviewCorrected,
    ReviewFellDue,
    ReviewOverdue,
    ReviewPlanned,
    ReviewRecorded,
    ReviewUnreachable,
    StructureClosedDown,
)
from followup.domain.reviews import Review, ReviewStatus
from followup.domain.themes import Theme
from shared.kernel import Encrypted
from shared.kernel.frozen import replace


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Need:
    """`apart`: what sets it apart from another on the same theme."""

    theme: Theme
    description: Encrypted
    apart: Encrypted | None = None


@dataclass(frozen=True, slots=True)
class ParcoursUpdate:
    """What a review asked of the parcours, until the parcours has ended again."""

    review: str
    reason: Encrypted
    axes: tuple[Theme, ...]


@dataclass(frozen=True, slots=True)
class BaselineCorrection:
    """What a figure of the diagnosis was from a day on; `corrected_at`: when it was recorded there."""

    value: float
    effective_on: date
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class FollowUp:
    """`completions`: the events that told of the parcours' end, one for each time that it ended. `corrections`: what of
    the baseline, as it stands here, diagnostic corrected."""

    status: Status = Status.NEW
    structure: UUID | None = None
    unit: str = ""
    adviser: str = ""
    completions: tuple[UUID, ...] = ()
    baseline: dict[str, float] = field(default_factory=dict)
    corrections: dict[str, BaselineCorrection] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    reviews: dict[str, Review] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    closed_down_on: date | None = None
    outcome: Outcome | None = None
    conclusion: Encrypted | None = None
    update: ParcoursUpdate | None = None

    def awaits(self, code: str) -> bool:
        """Is this review still to be held?"""
        return self.status is Status.OPEN and code in self.left

    @property
    def left(self) -> tuple[str, ...]:
        """The reviews still to be held, the next one first."""
        planned = [code for code, review in self.reviews.items() if review.status is ReviewStatus.PLANNED]
        return tuple(sorted(planned, key=lambda code: self.reviews[code].due_on))


def evolve(follow_up: FollowUp, event: Event) -> FollowUp:
    match event:
        case FollowUpOpened(
            completion,
            structure,
            unit=unit,
            adviser=adviser,
            baseline=baseline,
            definitions=definitions,
            reviews=reviews,
        ):
            return FollowUp(
                Status.OPEN,
                structure,
                unit=unit,
                adviser=adviser,
                completions=(completion,),
                baseline=baseline,
                corrections=follow_up.corrections,
                definitions=definitions,
                reviews={code: Review(due_on) for code, due_on in reviews.items()},
            )
        case FollowUpResumed(completion, adviser, reviews=reviews):
            return replace(
                follow_up,
                status=Status.OPEN,
                adviser=adviser,
                completions=(*follow_up.completions, completion),
                reviews=follow_up.reviews | {code: Review(due_on) for code, due_on in reviews.items()},
                closed_down_on=None,
                outcome=None,
                conclusion=None,
                update=None,
            )
        case BaselineCorrectionHeard(code, value, effective_on=effective_on, corrected_at=corrected_at):
            correction = BaselineCorrection(value, effective_on, corrected_at=corrected_at)
            corrected = replace(follow_up, corrections=follow_up.corrections | {code: correction})
            return replace(corrected, baseline=follow_up.baseline | {code: value})
        case ReviewPlanned(code, due_on):
            return _with(follow_up, code, due_on=due_on, fell_due=False, overdue=False)
        case ReviewFellDue(code):
            return _with(follow_up, code, fell_due=True)
        case ReviewOverdue(code):
            return _with(follow_up, code, overdue=True)
        case ReviewRecorded(code, report):
            return _with(follow_up, code, status=ReviewStatus.HELD, report=report)
        case ReviewCorrected(code, report):
            return _with(follow_up, code, report=report)
        case ReviewCancelled(code, _, due_on=due_on):
            return replace(follow_up, reviews=follow_up.reviews | {code: Review(due_on)})
        case ClosingDownCorrected(closed_on):
            return replace(follow_up, closed_down_on=closed_on)
        case ReviewUnreachable(code, attempts, notes=notes):
            return _with(follow_up, code, status=ReviewStatus.UNREACHABLE, attempts=attempts, notes=notes)
        case ParcoursUpdateRequested(review, reason, axes=axes):
            return replace(follow_up, update=ParcoursUpdate(review, reason, axes=axes))
        case ParcoursUpdateWithdrawn():
            return replace(follow_up, update=None)
        case StructureClosedDown(closed_on, codes, notes=notes):
            moot = {
                code: replace(follow_up.reviews[code], status=ReviewStatus.CLOSED_DOWN, notes=notes) for code in codes
            }
            return replace(follow_up, reviews=follow_up.reviews | moot, closed_down_on=closed_on)
        case NeedFound(theme, description, apart=apart):
            return replace(follow_up, needs=(*follow_up.needs, Need(theme, description, apart=apart)))
        case FollowUpClosed(outcome, conclusion):
            return replace(follow_up, status=Status.CLOSED, outcome=outcome, conclusion=conclusion, update=None)


def _with(follow_up: FollowUp, code: str, **changes: Any) -> FollowUp:
    return replace(follow_up, reviews=follow_up.reviews | {code: replace(follow_up.reviews[code], **changes)})
