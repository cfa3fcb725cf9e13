"""Inboxes: the diagnoses that are shared with a committee, and the questions that a resource centre is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from diagnostic.domain.advice import AdviceReceived, AdviceRequested, QuestionStatus
from diagnostic.domain.committee import OpinionGiven, SharedWithCommittee, SharingAgreed, SharingWithdrawn
from diagnostic.domain.content.content import DiagnosisSection
from diagnostic.domain.lifecycle import DiagnosisOpened
from shared.eventlog import LogEntry, RecordedEvent
from shared.projections import Projection, Row


class ShareRow(TypedDict):
    """A diagnosis that is shared with the committee."""

    id: UUID
    version: int
    units: list[str]
    unit: str
    shared_version: NotRequired[int]
    shared_at: NotRequired[datetime]
    sections: NotRequired[list[DiagnosisSection]]
    until: NotRequired[date]
    opinions: int


class Question(TypedDict):
    """A question to a resource centre, without its text."""

    advice: UUID
    unit: str
    status: QuestionStatus
    requested_at: datetime
    received_on: date | None


class AdviceRow(TypedDict):
    """The questions of one diagnosis to the reader's resource centre."""

    id: UUID
    version: int
    units: list[str]
    requested_at: datetime
    questions: list[Question]


def _project_share(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case DiagnosisOpened(_, unit):
            return row | {"unit": unit, "opinions": 0}
        case SharedWithCommittee(version, scope, until=until):
            shared = {"shared_version": version, "sections": list(scope), "until": until}
            return row | shared | {"shared_at": entry.recorded_at, "opinions": 0}
        case SharingAgreed(scope, until) if "shared_at" in row:
            still_shared = [section for section in row["sections"] if section in scope]
            return (
                row | {"sections": still_shared, "until": min(row["until"], str(until))}
                if still_shared
                else _withdrawn(row)
            )
        case SharingWithdrawn():
            return _withdrawn(row)
        case OpinionGiven():
            return row | {"opinions": row["opinions"] + 1}
    return row


def _withdrawn(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "shared_at"}


def _units_shared_with(row: Row) -> Iterable[str | None]:
    """A committee sees a diagnosis while it is shared."""
    return (row["unit"],) if "shared_at" in row else ()


def _project_advice(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case AdviceRequested(advice, unit=unit) if unit:
            received_on = row.get("received", {}).get(str(advice))
            question = {"advice": advice, "unit": unit, "requested_at": entry.recorded_at, "received_on": received_on}
            return _with_questions(row, [*_questions(row), question]) | {"requested_at": entry.recorded_at}
        case AdviceReceived(advice, received_on):
            # On a past day, an answer can come first: it is effective on its day, the question when it was recorded.
            questions = [
                each | {"received_on": received_on} if each["advice"] == str(advice) else each
                for each in _questions(row)
            ]
            received = row.get("received", {}) | {str(advice): received_on}
            return _with_questions(row, questions) | {"received": received}
    return row


def _questions(row: Row) -> list[Row]:
    return list(row.get("questions", ()))


def _with_questions(row: Row, questions: Sequence[Row]) -> Row:
    """With their statuses, and for each status the centres that have a question of it."""
    with_status = [each | {"status": status_of(each)} for each in questions]
    centres = {
        status.value: sorted({each["unit"] for each in with_status if each["status"] is status})
        for status in QuestionStatus
    }
    return row | centres | {"questions": with_status}


def status_of(question: Row) -> QuestionStatus:
    return QuestionStatus.ANSWERED if question["received_on"] else QuestionStatus.AWAITED


def questions_to(row: Row, unit: str | None, status: QuestionStatus | None) -> Row:
    """What the row says to one centre: its own questions of that status, and nothing of those of others."""
    own = [each for each in row["questions"] if each["unit"] == unit and status in (None, each["status"])]
    hidden = {"received", *(each.value for each in QuestionStatus)}
    return {name: value for name, value in row.items() if name not in hidden} | {"questions": own, "units": [unit]}


def _centres(row: Row) -> Iterable[str | None]:
    """The centres that are asked, by their codes, whatever unit asks."""
    return [each["unit"] for each in row["questions"]]


shares = Projection(
    "shares:v2",
    _project_share,
    about=(DiagnosisOpened, SharedWithCommittee, SharingAgreed, SharingWithdrawn, OpinionGiven),
    filters=("unit",),
    sorts=("shared_at", "until"),
    opened="shared_at",
    units_of=_units_shared_with,
    row=ShareRow,
)
advice = Projection(
    "advice:v2",
    _project_advice,
    about=(AdviceRequested, AdviceReceived),
    filters=(),
    sorts=("requested_at",),
    opened="requested_at",
    units_of=_centres,
    row=AdviceRow,
)
