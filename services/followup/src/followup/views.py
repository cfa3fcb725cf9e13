"""What followup lists: the structures that a unit follows, and when each is to be seen again."""

from __future__ import annotations

from typing import Any

from followup.domain.events import (
    FollowUpClosed,
    FollowUpOpened,
    FollowUpResumed,
    NeedFound,
    ReviewPlanned,
    ReviewRecorded,
    ReviewUnreachable,
    StructureClosedDown,
)
from followup.domain.follow_up import Status
from followup.domain.reviews import ReviewStatus
from shared.eventlog.mapper import RecordedEvent
from shared.eventlog.recorder import LogEntry
from shared.views import Document, View


def _project(row: Document, entry: LogEntry, recorded: RecordedEvent[Any]) -> Document:
    match recorded.data:
        case FollowUpOpened(_, structure, unit, adviser, _, _, reviews):
            opened = {
                "status": Status.OPEN,
                "structure": structure,
                "unit": unit,
                "adviser": adviser,
                "opened_at": entry.recorded_at,
                "reviews_held": 0,
                "reviews_unreachable": 0,
                "needs": 0,
            }
            return _due(row | opened, reviews)
        case FollowUpResumed(_, adviser, reviews):
            reopened = row | {"status": Status.OPEN, "adviser": adviser, "outcome": None, "closed_at": None}
            return _due(reopened, row["due"] | reviews)
        case ReviewPlanned(review, due_on):
            return _due(row, row["due"] | {review: due_on})
        case ReviewRecorded(review):
            return _done(row, ReviewStatus.HELD, review)
        case ReviewUnreachable(review):
            return _done(row, ReviewStatus.UNREACHABLE, review)
        case StructureClosedDown():
            return _due(row, {})
        case NeedFound():
            return row | {"needs": row["needs"] + 1}
        case FollowUpClosed(outcome):
            return row | {"status": Status.CLOSED, "outcome": outcome, "closed_at": entry.recorded_at}
    return row


def _done(row: Document, how: ReviewStatus, review: str) -> Document:
    counted = f"reviews_{how}"
    due = {code: due_on for code, due_on in row["due"].items() if code != review}
    return _due(row | {counted: row[counted] + 1}, due)


def _due(row: Document, due: dict[str, Any]) -> Document:
    """`due` gives the date of each review that is left, by code."""
    days = {code: str(due_on) for code, due_on in due.items()}
    return row | {"due": days, "next_due_on": min(days.values(), default=None)}


follow_ups = View("follow-ups:v1", _project, searched=("unit", "adviser"))
