"""What followup lists: the structures that a unit follows, and when each is to be seen again."""

from __future__ import annotations

from typing import Any

from followup.domain import follow_up, sheet
from followup.domain.events import (
    BaselineCorrectionHeard,
    FollowUpClosed,
    FollowUpOpened,
    FollowUpResumed,
    NeedFound,
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
from followup.domain.reviews import Comparability, Report, ReviewStatus
from followup.domain.state import Status
from followup.integration_events import request_opened_by
from shared.eventlog import LogEntry, RecordedEvent
from shared.projections import Projection, Row

ENDED = (ReviewStatus.HELD, ReviewStatus.UNREACHABLE)


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case FollowUpOpened(
            _, structure, unit=unit, adviser=adviser, baseline=baseline, definitions=_, reviews=reviews
        ):
            opened = {
                "status": Status.OPEN,
                "structure": structure,
                "unit": unit,
                "adviser": adviser,
                "opened_at": entry.recorded_at,
                **_reviews({}),
                "needs": 0,
                "updates": 0,
                "linked_requests": [],
                "fell_due": [],
                "overdue": [],
                "update_asked_at": None,
                "baseline": baseline,
                "measured": {},
                "appropriation": {},
                "satisfaction": {},
            }
            return _due(row | opened, reviews)
        case FollowUpResumed(_, adviser, reviews=reviews):
            reopened = row | {"status": Status.OPEN, "adviser": adviser, "outcome": None, "closed_at": None}
            reopened |= {"update_asked_at": None}
            return _due(reopened, row["due"] | reviews)
        case BaselineCorrectionHeard(code, value) if "baseline" in row:  # before that, the opening tells the right one
            return row | {"baseline": row["baseline"] | {code: value}}
        case ReviewPlanned(review, due_on):
            return _due(_called(row, review), row["due"] | {review: due_on})
        case ReviewFellDue(review):
            return row | {"fell_due": [*row["fell_due"], review]}
        case ReviewOverdue(review):
            return row | {"overdue": [*row["overdue"], review]}
        case ReviewRecorded(review, report):
            return _done(_told(row, review, report), ReviewStatus.HELD, review)
        case ReviewCorrected(review, report):
            return _told(row, review, report)
        case ReviewCancelled(review, _, due_on=due_on):
            forgotten = {said: _without(row[said], review) for said in ("measured", "appropriation", "satisfaction")}
            left = _reviews(_without(row["reviews"], review))
            return _due(row | forgotten | left, row["due"] | {review: due_on})
        case ReviewUnreachable(review):
            return _done(row, ReviewStatus.UNREACHABLE, review)
        case StructureClosedDown():
            return _due(row | {"fell_due": [], "overdue": []}, {})
        case ParcoursUpdateRequested():
            return row | {"update_asked_at": entry.recorded_at, "updates": row["updates"] + 1}
        case ParcoursUpdateWithdrawn():
            return row | {"update_asked_at": None}
        case NeedFound():
            linked = [*row["linked_requests"], str(request_opened_by(recorded.meta.id))]
            return row | {"needs": row["needs"] + 1, "linked_requests": linked}
        case FollowUpClosed(outcome):
            closed = {"status": Status.CLOSED, "outcome": outcome, "closed_at": entry.recorded_at}
            return row | closed | {"update_asked_at": None}
    return row


def _done(row: Row, how: ReviewStatus, review: str) -> Row:
    return _due(_called(row, review) | _reviews(row["reviews"] | {review: how}), _without(row["due"], review))


def _reviews(ended: dict[str, str]) -> Row:
    """Counted anew each time: by the days on which things happened, one may be cancelled before it was held."""
    held, unreachable = (sum(how == counted for how in ended.values()) for counted in ENDED)
    return {"reviews": ended, "reviews_held": held, "reviews_unreachable": unreachable}


def _called(row: Row, review: str) -> Row:
    """What was said of a review's day does not hold any more: it was held, or its day has changed."""
    return row | {said: [code for code in row[said] if code != review] for said in ("fell_due", "overdue")}


def _told(row: Row, review: str, report: Report) -> Row:
    comparable = {
        code: indicator.value
        for code, indicator in report.indicators.items()
        if indicator.comparability is Comparability.COMPARABLE
    }
    asked = {review: report.satisfaction} if report.satisfaction_asked else {}
    return row | {
        "measured": row["measured"] | {review: comparable},
        "appropriation": row["appropriation"] | {review: report.appropriation},
        "satisfaction": _without(row["satisfaction"], review) | asked,
    }


def _without(said: dict[str, Any], review: str) -> dict[str, Any]:
    return {code: value for code, value in said.items() if code != review}


def _due(row: Row, due: dict[str, Any]) -> Row:
    """`due` gives the date of each review that is left, by code."""
    days = {code: str(due_on) for code, due_on in due.items()}
    return row | {"due": days, "next_due_on": min(days.values(), default=None)}


follow_ups = Projection(
    "follow-ups:v4",
    _project,
    searched=("unit", "adviser"),
    about=follow_up.decider.events,
    filters=("status", "unit", "adviser"),
    sorts=("status", "opened_at", "next_due_on"),
    opened="opened_at",
)


def _sheet(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case sheet.SheetSubmitted(theme):
            return row | {"status": sheet.Status.SUBMITTED, "theme": theme, "submitted_at": entry.recorded_at}
        case sheet.SheetReturned():
            return row | {"status": sheet.Status.RETURNED}
        case sheet.SheetPublished(theme, title, context=context, what_worked=what_worked, limits=limits):
            told = {"title": title, "context": context, "what_worked": what_worked, "limits": limits}
            return row | told | {"status": sheet.Status.PUBLISHED, "theme": theme, "published_at": entry.recorded_at}
    return row


sheets = Projection(
    "sheets:v1",
    _sheet,
    searched=("theme", "title", "context", "what_worked", "limits"),
    about=sheet.decider.events,
    filters=("status", "theme"),
    sorts=("theme", "title", "submitted_at", "published_at"),
    opened="submitted_at",
    everywhere=True,
)
