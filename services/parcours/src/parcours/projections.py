"""Projections behind the lists: the parcours of a unit and how far each is, its funds and its operations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from parcours.domain.building.duration import DurationDerogationGranted
from parcours.domain.building.edits import ActionAdded, ActionRemoved, AxesRanked
from parcours.domain.building.validation import (
    ParcoursAdjusted,
    ParcoursContested,
    ParcoursShared,
    ParcoursValidated,
    SharedVersionVoided,
)
from parcours.domain.collective.conclusion import OperationCancelled, OperationClosed
from parcours.domain.collective.membership import (
    BeneficiaryJoined,
    BeneficiaryLeft,
    OperationContinued,
    OperationFellShort,
    OperationRestored,
    OperationStarted,
)
from parcours.domain.collective.operation import OperationPlanned
from parcours.domain.collective.state import OperationStatus
from parcours.domain.coordination import ActionAbandoned, ActionCarriedOver, ActionFinished, ActionStarted
from parcours.domain.corrections import DebriefCorrected, ParcoursEndingCorrected
from parcours.domain.ending import ParcoursAbandoned, ParcoursCompleted, UpdateAbandoned
from parcours.domain.funding.fund import FundAdjusted, FundEngaged, FundFreed, FundOpened, FundSpent
from parcours.domain.funding.payments import FundsCommitted, FundsReleased, PaymentAuthorised
from parcours.domain.lifecycle import ParcoursOpened
from parcours.domain.state import ActionKind, ParcoursStatus
from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import Ending, EndingKind, paris_date
from shared.projections import Projection, Row


class ParcoursRow(TypedDict):
    """A parcours in the list. `started`, `done`, `abandoned` and `carried_over` count actions.
    `completed_at` is the last completion, while an update is under way too."""

    id: UUID
    version: int
    units: list[str]
    status: ParcoursStatus
    structure: UUID
    unit: str
    adviser: str
    admitted_at: datetime
    opened_at: datetime
    axes: int
    ranking: list[str]
    first_validated_at: datetime | None
    validated_at: NotRequired[datetime | None]
    actions: int
    consulting: int
    started: int
    done: int
    abandoned: int
    carried_over: int
    committed_cents: int
    paid_cents: int
    starts_on: NotRequired[date]
    ends_on: NotRequired[date]
    shared_at: NotRequired[datetime]
    contested: NotRequired[bool]
    completed_at: NotRequired[datetime]
    debrief_held_on: NotRequired[date]
    abandoned_at: NotRequired[datetime]
    ended_at: NotRequired[datetime]
    ending: NotRequired[Ending | None]


class FundRow(TypedDict):
    """A fund in the list; what is available is allocated and not committed."""

    id: UUID
    version: int
    units: list[str]
    unit: str
    year: int
    allocated_cents: int
    committed_cents: int
    paid_cents: int


class OperationRow(TypedDict):
    """A collective operation in the list. `actions` counts those that beneficiaries have in it, `beneficiaries` the
    structures that have not left."""

    id: UUID
    version: int
    units: list[str]
    unit: str
    status: OperationStatus
    actions: int
    beneficiaries: int
    committed_cents: int
    paid_cents: int
    opened_at: datetime
    started_at: datetime | None
    ended_on: date | None


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    now = entry.recorded_at
    if "opened_at" not in row and not isinstance(recorded.data, ParcoursOpened):
        return row  # of a collective operation, whose agreement and funds have the same events
    match recorded.data:
        case ParcoursOpened(plan):
            return row | {
                "status": ParcoursStatus.BUILDING,
                "structure": plan.structure,
                "unit": plan.unit,
                "adviser": plan.adviser,
                "admitted_at": plan.admitted_at,
                "opened_at": now,
                "axes": len(plan.axes),
                "ranking": [],
                "first_validated_at": None,
                **dict.fromkeys(("actions", "consulting", "started", "done", "abandoned", "carried_over"), 0),
                **dict.fromkeys(("committed_cents", "paid_cents"), 0),
            }
        case AxesRanked(ranking):
            return row | {"ranking": ranking}
        case ActionAdded(_, planned):
            return _one_more(row, "actions", *(["consulting"] if planned.kind is ActionKind.CONSULTING else []))
        case ActionRemoved(_, _, kind=kind):
            return _one_more(row, "actions", *(["consulting"] if kind is ActionKind.CONSULTING else []), by=-1)
        case ParcoursShared(period=period):
            dates = {"starts_on": period.starts_on, "ends_on": period.ends_on}
            return row | dates | {"status": ParcoursStatus.SHARED, "shared_at": now, "contested": False}
        case ParcoursContested():
            return row | {"status": ParcoursStatus.BUILDING, "contested": True}
        case SharedVersionVoided():
            return row | {"status": ParcoursStatus.BUILDING}
        case ParcoursAdjusted():
            return row | {"status": ParcoursStatus.BUILDING, "validated_at": None, "ending": None}
        case ParcoursValidated():
            first = {"first_validated_at": row["first_validated_at"] or now}
            return row | first | {"status": ParcoursStatus.UNDER_WAY, "validated_at": row.get("validated_at") or now}
        case ActionStarted():
            return _one_more(row, "started")
        case ActionFinished():
            return _one_more(row, "done")
        case ActionAbandoned():
            return _one_more(row, "abandoned")
        case ActionCarriedOver():
            return _one_more(row, "carried_over")
        case FundsCommitted(_, amount):
            return _one_more(row, "committed_cents", by=amount)
        case FundsReleased(_, amount):
            return _one_more(row, "committed_cents", by=-amount)
        case PaymentAuthorised(_, amount):
            return _one_more(row, "paid_cents", by=amount)
        case ParcoursCompleted(held_on=held_on):
            ended = {"completed_at": now, "ended_at": now, "debrief_held_on": held_on}
            return _completed(row | ended)
        case DebriefCorrected(held_on=held_on):
            corrected = row | {"debrief_held_on": held_on}
            return _completed(corrected) if row["status"] == ParcoursStatus.COMPLETED else corrected
        case UpdateAbandoned():
            return _completed(row)
        case ParcoursAbandoned(ending=ending):
            known = ending or Ending(EndingKind.ABANDONED, paris_date(now))
            return _abandoned(row | {"abandoned_at": now, "ended_at": now}, known)
        case ParcoursEndingCorrected(ending):
            return _abandoned({"abandoned_at": now, "ended_at": now} | row, ending)
    return row


def _completed(row: Row) -> Row:
    ending = {"kind": EndingKind.COMPLETED, "on": row["debrief_held_on"]}
    return row | {"status": ParcoursStatus.COMPLETED, "ending": ending}


def _abandoned(row: Row, ending: Ending) -> Row:
    return row | {"status": ParcoursStatus.ABANDONED, "ending": {"kind": ending.kind, "on": ending.on}}


def _one_more(row: Row, *counted: str, by: int = 1) -> Row:
    return row | {name: row[name] + by for name in counted}


parcours_list = Projection(
    "parcours:v6",
    _project,
    searched=("unit", "adviser"),
    filters=("status", "unit", "adviser"),
    sorts=("status", "opened_at", "starts_on", "ends_on"),
    opened="opened_at",
    row=ParcoursRow,
)


def _fund(row: Row, _: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case FundOpened(unit, year, allocated_cents=allocated):
            sums = {"allocated_cents": allocated, "committed_cents": 0, "paid_cents": 0}
            return row | {"unit": unit, "year": year} | sums
        case FundAdjusted(allocated):
            return row | {"allocated_cents": allocated}
        case FundEngaged(_, _, amount_cents=amount):
            return _one_more(row, "committed_cents", by=amount)
        case FundFreed(_, amount):
            return _one_more(row, "committed_cents", by=-amount)
        case FundSpent(_, amount):
            return _one_more(row, "paid_cents", by=amount)
    return row


funds = Projection(
    "funds:v2", _fund, searched=("unit", "year"), filters=("unit", "year"), sorts=("unit", "year"), row=FundRow
)


def _operation(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    if "beneficiaries" not in row and not isinstance(recorded.data, OperationPlanned):
        return row
    match recorded.data:
        case OperationPlanned(unit):
            planned = {"unit": unit, "status": OperationStatus.PLANNED, "opened_at": entry.recorded_at}
            counts = dict.fromkeys(("actions", "beneficiaries", "committed_cents", "paid_cents"), 0)
            return row | planned | counts | {"started_at": None, "ended_on": None}
        case FundsCommitted(_, amount):
            return _one_more(row, "committed_cents", by=amount)
        case FundsReleased(_, amount):
            return _one_more(row, "committed_cents", by=-amount)
        case PaymentAuthorised(_, amount):
            return _one_more(row, "paid_cents", by=amount)
        case BeneficiaryJoined(beneficiaries=beneficiaries):
            return _one_more(row, "actions") | {"beneficiaries": beneficiaries}
        case BeneficiaryLeft(beneficiaries=beneficiaries):
            return _one_more(row, "actions", by=-1) | {"beneficiaries": beneficiaries}
        case OperationStarted():
            started_at = row["started_at"] or entry.recorded_at
            return row | {"status": OperationStatus.STARTED, "started_at": started_at}
        case OperationContinued():
            return row | {"status": OperationStatus.STARTED}
        case OperationFellShort():
            return row | {"status": OperationStatus.FELL_SHORT}
        case OperationRestored():
            status = OperationStatus.STARTED if row["started_at"] else OperationStatus.PLANNED
            return row | {"status": status}
        case OperationClosed(closed_on=ended_on):
            return row | {"status": OperationStatus.CLOSED, "ended_on": ended_on}
        case OperationCancelled(cancelled_on=ended_on):
            return row | {"status": OperationStatus.CANCELLED, "ended_on": ended_on}
    return row


def _project_derogations(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case ParcoursOpened(plan):
            return row | {"structure": plan.structure, "unit": plan.unit, "years": []}
        case DurationDerogationGranted():
            granted = {"by": recorded.meta.actor, "at": entry.recorded_at}
            return row | {"years": [str(paris_date(entry.recorded_at).year)], "derogation": granted}
    return row


derogations = Projection("derogations:v1", _project_derogations, about=(ParcoursOpened, DurationDerogationGranted))

operations = Projection(
    "operations:v3",
    _operation,
    searched=("unit",),
    filters=("status", "unit"),
    sorts=("status", "unit", "opened_at"),
    opened="opened_at",
    row=OperationRow,
)
