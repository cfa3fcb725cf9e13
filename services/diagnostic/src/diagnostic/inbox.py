"""Inboxes: the diagnoses that are shared with a committee, and the questions that a resource centre is asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from diagnostic.domain.advice import AdviceReceived, AdviceRequested
from diagnostic.domain.committee import OpinionGiven, SharedWithCommittee, SharingWithdrawn
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
        case SharingWithdrawn():
            return {name: value for name, value in row.items() if name != "shared_at"}
        case OpinionGiven():
            return row | {"opinions": row["opinions"] + 1}
    return row


def _units_shared_with(row: Row) -> Iterable[str | None]:
    """A committee sees a diagnosis while it is shared."""
    return (row["unit"],) if "shared_at" in row else ()


def _project_advice(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case AdviceRequested(advice, unit=unit) if unit:
            question = {"advice": advice, "unit": unit, "requested_at": entry.recorded_at, "received_on": None}
            return row | {"requested_at": entry.recorded_at, "questions": [*row.get("questions", []), question]}
        case AdviceReceived(advice, received_on):
            questions = [
                each | {"received_on": received_on} if each["advice"] == str(advice) else each
                for each in row.get("questions", [])
            ]
            return row | {"questions": questions} if questions else row
    return row


def _centres(row: Row) -> Iterable[str | None]:
    """The centres that are asked, by their codes, whatever unit asks."""
    return [each["unit"] for each in row["questions"]]


shares = Projection(
    "shares:v1",
    _project_share,
    about=(DiagnosisOpened, SharedWithCommittee, SharingWithdrawn, OpinionGiven),
    filters=("unit",),
    sorts=("shared_at", "until"),
    opened="shared_at",
    units_of=_units_shared_with,
    row=ShareRow,
)
advice = Projection(
    "advice:v1",
    _project_advice,
    about=(AdviceRequested, AdviceReceived),
    filters=(),
    sorts=("requested_at",),
    opened="requested_at",
    units_of=_centres,
    row=AdviceRow,
)
