"""Projections of followup: the list of follow-ups, and the list of capitalisation sheets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from followup.domain import follow_up
from followup.domain.closure import ClosingDownCorrected, FollowUpClosed, StructureClosedDown
from followup.domain.needs import NeedFound
from followup.domain.opening import BaselineCorrectionReplicated, FollowUpOpened, FollowUpResumed
from followup.domain.parcours_update import ParcoursUpdateRequested, ParcoursUpdateWithdrawn
from followup.domain.reviews.comparison import Comparability
from followup.domain.reviews.deadlines import ReviewFellDue, ReviewOverdue, ReviewPlanned
from followup.domain.reviews.reporting import ReviewCancelled, ReviewCorrected, ReviewRecorded, ReviewUnreachable
from followup.domain.reviews.review import Report, ReviewStatus
from followup.domain.sheets import sheet
from followup.domain.state import FollowUpStatus
from followup.integration_events import request_opened_by
from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import Axis, Ending, EndingKind
from shared.projections import Projection, Row

REPORT_FIELDS = ("measured", "appropriation", "satisfaction")
COUNTED_STATUSES = (ReviewStatus.HELD, ReviewStatus.UNREACHABLE)


class FollowUpRow(TypedDict):
    """A follow-up in the list. `reviews`, `due` and the measures are by the code of a review."""

    id: UUID
    version: int
    units: list[str]
    status: FollowUpStatus
    structure: UUID
    unit: str
    adviser: str
    opened_at: datetime
    reviews: dict[str, ReviewStatus]
    reviews_done: int
    reviews_unreachable: int
    needs: int
    updates: int
    linked_requests: list[UUID]
    fell_due: list[str]
    overdue: list[str]
    due: dict[str, date]
    next_due_on: date | None
    update_requested_at: datetime | None
    baseline: dict[str, float]
    measured: dict[str, dict[str, float]]
    appropriation: dict[str, int | None]
    satisfaction: dict[str, int | None]
    ending: NotRequired[Ending | None]
    closed_at: NotRequired[datetime | None]


class SheetRow(TypedDict):
    """A capitalisation sheet in the list; its text once it is published, and until then the unit that proposed it."""

    id: UUID
    version: int
    units: list[str]
    status: sheet.SheetStatus
    theme: Axis
    submitted_at: datetime
    published_at: NotRequired[datetime]
    title: NotRequired[str]
    context: NotRequired[str]
    what_worked: NotRequired[str]
    limits: NotRequired[str]


def _project_follow_up(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case FollowUpOpened(
            _, structure, unit=unit, adviser=adviser, baseline=baseline, definitions=_, reviews=reviews
        ):
            opened = {
                "status": FollowUpStatus.OPEN,
                "structure": structure,
                "unit": unit,
                "adviser": adviser,
                "opened_at": entry.recorded_at,
                **_review_counts({}),
                "needs": 0,
                "updates": 0,
                "linked_requests": [],
                "fell_due": [],
                "overdue": [],
                "update_requested_at": None,
                "baseline": baseline,
                "measured": {},
                "appropriation": {},
                "satisfaction": {},
            }
            return _with_due_dates(row | opened, reviews)
        case FollowUpResumed(_, adviser, reviews=reviews):
            resumed = row | {"status": FollowUpStatus.OPEN, "adviser": adviser, "ending": None, "closed_at": None}
            return _with_due_dates(resumed | {"update_requested_at": None}, row["due"] | reviews)
        case BaselineCorrectionReplicated(code, value) if "baseline" in row:
            # One that came before the opening is part of the baseline with which the follow-up opens.
            return row | {"baseline": row["baseline"] | {code: value}}
        case ReviewPlanned(review, due_on):
            return _with_due_dates(_without_marks(row, review), row["due"] | {review: due_on})
        case ReviewFellDue(review):
            return row | {"fell_due": [*row["fell_due"], review]}
        case ReviewOverdue(review):
            return row | {"overdue": [*row["overdue"], review]}
        case ReviewRecorded(review, report):
            return _with_result(_with_report(row, review, report), ReviewStatus.HELD, review)
        case ReviewCorrected(review, report):
            return _with_report(row, review, report)
        case ReviewCancelled(review, _, due_on=due_on):
            without_report = {
                name: _without(row[name], review) for name in ("measured", "appropriation", "satisfaction")
            }
            counts = _review_counts(_without(row["reviews"], review))
            return _with_due_dates(row | without_report | counts, row["due"] | {review: due_on})
        case ReviewUnreachable(review):
            return _with_result(row, ReviewStatus.UNREACHABLE, review)
        case StructureClosedDown():
            return _with_due_dates(row | {"fell_due": [], "overdue": []}, {})
        case ParcoursUpdateRequested():
            return row | {"update_requested_at": entry.recorded_at, "updates": row["updates"] + 1}
        case ParcoursUpdateWithdrawn():
            return row | {"update_requested_at": None}
        case NeedFound():
            linked = [*row["linked_requests"], str(request_opened_by(recorded.meta.id))]
            return row | {"needs": row["needs"] + 1, "linked_requests": linked}
        case FollowUpClosed(ending):
            return row | _ending(ending) | {"closed_at": entry.recorded_at, "update_requested_at": None}
        case ClosingDownCorrected(closed_on):
            ended = _with_due_dates(row | {"fell_due": [], "overdue": []}, {})
            closed_at = row.get("closed_at") or entry.recorded_at
            return ended | _ending(Ending(EndingKind.CLOSED_DOWN, closed_on)) | {"closed_at": closed_at}
    return row


def _ending(ending: Ending) -> Row:
    return {"status": FollowUpStatus.CLOSED, "ending": {"kind": ending.kind, "on": ending.on}}


def _with_result(row: Row, status: ReviewStatus, review: str) -> Row:
    counts = _review_counts(row["reviews"] | {review: status})
    return _with_due_dates(_without_marks(row, review) | counts, _without(row["due"], review))


def _review_counts(results: dict[str, str]) -> Row:
    """Counted anew each time: in valid time, a review can be cancelled before it was held."""
    held_count, unreachable_count = (
        sum(status == counted for status in results.values()) for counted in COUNTED_STATUSES
    )
    return {"reviews": results, "reviews_done": held_count, "reviews_unreachable": unreachable_count}


def _without_marks(row: Row, review: str) -> Row:
    """Due and overdue no longer apply to a review that was held, or whose day has changed."""
    return row | {mark: [code for code in row[mark] if code != review] for mark in ("fell_due", "overdue")}


def _with_report(row: Row, review: str, report: Report) -> Row:
    comparable = {
        code: indicator.value
        for code, indicator in report.indicators.items()
        if indicator.comparability is Comparability.COMPARABLE
    }
    satisfaction = {review: report.satisfaction} if report.satisfaction_asked else {}
    return row | {
        "measured": row["measured"] | {review: comparable},
        "appropriation": row["appropriation"] | {review: report.appropriation},
        "satisfaction": _without(row["satisfaction"], review) | satisfaction,
    }


def _without(by_review: dict[str, Any], review: str) -> dict[str, Any]:
    return {code: value for code, value in by_review.items() if code != review}


def _with_due_dates(row: Row, due: dict[str, Any]) -> Row:
    """`due`: the date of each review that is still to be held, by code."""
    days = {code: str(due_on) for code, due_on in due.items()}
    return row | {"due": days, "next_due_on": min(days.values(), default=None)}


follow_ups = Projection(
    "follow-ups:v1",
    _project_follow_up,
    searched=("unit", "adviser"),
    about=follow_up.decider.events,
    filters=("status", "unit", "adviser"),
    sorts=("status", "opened_at", "next_due_on"),
    opened="opened_at",
    row=FollowUpRow,
)


def _project_sheet(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case sheet.SheetSubmitted(theme):
            own = {"units": row.get("units") or [recorded.meta.unit]}
            status = {"status": sheet.SheetStatus.SUBMITTED, "theme": theme, "submitted_at": entry.recorded_at}
            return row | own | status
        case sheet.SheetReturned():
            return row | {"status": sheet.SheetStatus.RETURNED}
        case sheet.SheetPublished(theme, title, context=context, what_worked=what_worked, limits=limits):
            text = {"title": title, "context": context, "what_worked": what_worked, "limits": limits}
            status = {"status": sheet.SheetStatus.PUBLISHED, "theme": theme, "published_at": entry.recorded_at}
            return row | text | status | {"units": []}
    return row


sheets = Projection(
    "sheets:v2",
    _project_sheet,
    searched=("theme", "title", "context", "what_worked", "limits"),
    about=sheet.decider.events,
    filters=("status", "theme"),
    sorts=("theme", "title", "submitted_at", "published_at"),
    opened="submitted_at",
    everywhere=("status", sheet.SheetStatus.PUBLISHED.value),
    units_of=lambda row: row["units"],
    row=SheetRow,
)
