"""Which days does a follow-up keep, and what is said when one of them has come?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from followup.domain.commands import CallOverdueReview, CallReview
from followup.domain.events import (
    Event,
    FollowUpOpened,
    FollowUpResumed,
    ReviewCancelled,
    ReviewFellDue,
    ReviewOverdue,
    ReviewPlanned,
    ReviewRecorded,
    ReviewUnreachable,
    StructureClosedDown,
)
from followup.domain.reviews import OVERDUE_AFTER
from followup.domain.state import FollowUp
from shared.kernel import Context, Deadline, Refusal

REVIEW, OVERDUE = "review", "overdue-review"
TOO_SOON = Refusal("review-day-to-come", "Le jour du bilan n’est pas venu")


def deadlines(_before: FollowUp, event: Event) -> Iterator[Deadline]:
    """Each review to be held keeps two days: its own, and that from which it is overdue."""
    match event:
        case FollowUpOpened(reviews=reviews) | FollowUpResumed(reviews=reviews):
            for code, due_on in reviews.items():
                yield from _days(code, due_on)
        case ReviewPlanned(code, due_on):
            yield from _days(code, due_on)
        case ReviewRecorded(code) | ReviewUnreachable(code):
            yield from _days(code, None)
        case ReviewCancelled(code, _, due_on=due_on):
            yield from _days(code, due_on)
        case StructureClosedDown(_, codes):
            for code in codes:
                yield from _days(code, None)


def _days(code: str, due_on: date | None) -> Iterator[Deadline]:
    yield Deadline(REVIEW, code, on=due_on)
    yield Deadline(OVERDUE, code, on=due_on and due_on + OVERDUE_AFTER)


def deadline_command(kind: str, code: str) -> CallReview | CallOverdueReview:
    return CallReview(code) if kind == REVIEW else CallOverdueReview(code)


def called(follow_up: FollowUp, command: CallReview | CallOverdueReview, context: Context) -> list[Event]:
    """Nothing when the review has its outcome by now, or was called before."""
    if not follow_up.awaits(command.review):
        return []
    review, today = follow_up.reviews[command.review], context.now.date()
    match command:
        case CallReview(code):
            _not_before(review.due_on, today)
            return [] if review.fell_due else [ReviewFellDue(code, review.due_on)]
        case CallOverdueReview(code):
            _not_before(review.due_on + OVERDUE_AFTER, today)
            return [] if review.overdue else [ReviewOverdue(code, review.due_on)]


def _not_before(day: date, today: date) -> None:
    if today < day:
        raise TOO_SOON(f"Ce jour viendra le {day:%d/%m/%Y}.")
