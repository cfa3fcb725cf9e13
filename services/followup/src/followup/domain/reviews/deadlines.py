"""Deadlines of the reviews: moved by an adviser, and recorded when a review falls due or is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from followup.domain.closure import StructureClosedDown
from followup.domain.opening import FollowUpOpened, FollowUpResumed
from followup.domain.reviews.reporting import (
    ALREADY_RECORDED,
    UNKNOWN_REVIEW,
    ReviewCancelled,
    ReviewRecorded,
    ReviewUnreachable,
    find_planned_review,
)
from followup.domain.reviews.review import OVERDUE_AFTER
from followup.domain.state import NOT_OPEN, FollowUp, FollowUpStatus
from shared.kernel import Context, Day, Deadline, Encrypted, Line, Reason, Refusal, event, paris_date, require_future
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command

REVIEW, OVERDUE = "review", "overdue-review"
TOO_SOON = Refusal("review-day-to-come", "Le jour du bilan n’est pas venu")


@event("review-planned", label="Échéance d’un bilan déplacée")
class ReviewPlanned:
    review: str
    due_on: date
    reason: Encrypted


@event("review-fell-due", label="Bilan arrivé à échéance")
class ReviewFellDue:
    review: str
    due_on: date


@event("review-overdue", label="Bilan en retard")
class ReviewOverdue:
    review: str
    due_on: date


@command(
    title="Déplacer l’échéance d’un bilan",
    leads_to=(ReviewPlanned,),
    may_refuse=(NOT_OPEN, UNKNOWN_REVIEW, ALREADY_RECORDED, IMPLAUSIBLE_DATE),
)
class PlanReview:
    """A review that was not held yet gets another date, and why."""

    review: Line
    due_on: Day
    reason: Reason


@command(leads_to=(ReviewFellDue,), may_refuse=(TOO_SOON,))
class MarkReviewDue:
    """The day of a review has come, and it was not held yet."""

    review: str


@command(leads_to=(ReviewOverdue,), may_refuse=(TOO_SOON,))
class MarkReviewOverdue:
    """The day of a review is long past, and it was not held yet."""

    review: str


Command = PlanReview | MarkReviewDue | MarkReviewOverdue
Event = ReviewPlanned | ReviewFellDue | ReviewOverdue


def decide(follow_up: FollowUp, command: Command, context: Context) -> list[Event]:
    match command:
        case PlanReview(code, due_on, reason=reason):
            review = find_planned_review(follow_up, code)
            require_future(due_on, context.now, "L’échéance d’un bilan")
            if due_on == review.due_on:
                return []
            return [ReviewPlanned(code, due_on, reason=context.text(reason))]
        case MarkReviewDue() | MarkReviewOverdue():
            return _mark(follow_up, command, context)


def available_commands(follow_up: FollowUp) -> Iterator[type]:
    if follow_up.status is FollowUpStatus.OPEN and follow_up.pending_reviews:
        yield from (PlanReview, MarkReviewDue, MarkReviewOverdue)


def evolve(follow_up: FollowUp, event: Event) -> FollowUp:
    match event:
        case ReviewPlanned(code, due_on):
            return follow_up.with_review(code, due_on=due_on, fell_due=False, overdue=False)
        case ReviewFellDue(code):
            return follow_up.with_review(code, fell_due=True)
        case ReviewOverdue(code):
            return follow_up.with_review(code, overdue=True)


def review_deadlines(_before: FollowUp, event: Any) -> Iterator[Deadline]:
    """Each review to be held has two deadlines: its own day, and the day from which it is overdue."""
    match event:
        case FollowUpOpened(reviews=reviews) | FollowUpResumed(reviews=reviews):
            for code, due_on in reviews.items():
                yield from _deadlines_of(code, due_on)
        case ReviewPlanned(code, due_on):
            yield from _deadlines_of(code, due_on)
        case ReviewRecorded(code) | ReviewUnreachable(code):
            yield from _deadlines_of(code, None)
        case ReviewCancelled(code, _, due_on=due_on):
            yield from _deadlines_of(code, due_on)
        case StructureClosedDown(_, codes):
            for code in codes:
                yield from _deadlines_of(code, None)


def deadline_command(kind: str, code: str) -> MarkReviewDue | MarkReviewOverdue:
    return MarkReviewDue(code) if kind == REVIEW else MarkReviewOverdue(code)


def _deadlines_of(code: str, due_on: date | None) -> Iterator[Deadline]:
    yield Deadline(REVIEW, code, on=due_on)
    yield Deadline(OVERDUE, code, on=due_on and due_on + OVERDUE_AFTER)


def _mark(follow_up: FollowUp, command: MarkReviewDue | MarkReviewOverdue, context: Context) -> list[Event]:
    """Nothing when the review already has its result, or was marked before."""
    if not follow_up.is_pending(command.review):
        return []
    review, today = follow_up.reviews[command.review], paris_date(context.now)
    match command:
        case MarkReviewDue(code):
            _require_day_reached(review.due_on, today)
            return [] if review.fell_due else [ReviewFellDue(code, review.due_on)]
        case MarkReviewOverdue(code):
            _require_day_reached(review.due_on + OVERDUE_AFTER, today)
            return [] if review.overdue else [ReviewOverdue(code, review.due_on)]


def _require_day_reached(day: date, today: date) -> None:
    if today < day:
        raise TOO_SOON(f"Ce jour viendra le {day:%d/%m/%Y}.")
