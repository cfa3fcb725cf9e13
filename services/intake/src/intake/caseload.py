"""The caseload: requests to triage, to meet or to answer, and orientations to chase."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from intake.domain import orientation
from intake.domain.chasing import CHASE_AFTER_DAYS
from intake.domain.request.assessment import MeetingRecorded
from intake.domain.request.difficulty import DifficultyTriaged
from intake.domain.request.outcome import RequestAdmitted, RequestNotAdmitted, RequestOriented, RequestWithdrawn
from intake.domain.request.reception import LinkedRequestOpened, RequestReceived
from intake.domain.request.state import Triage
from intake.domain.request.transfer import RequestTransferred, TransferReceived
from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import DifficultyLevel
from shared.projections import Projection, Row
from shared.queries import Caseload, TaskKind, due_entry

TRIAGE, MEETING, OUTCOME, CHASE = "request_to_triage", "meeting_to_hold", "outcome_to_give", "orientation_to_chase"
REQUEST = "/api/v1/requests/{case}"
TASKS = {
    TRIAGE: TaskKind("Difficultés de la structure à qualifier", REQUEST, days=2),
    MEETING: TaskKind("Entretien d’accueil à tenir", REQUEST, days=15),
    OUTCOME: TaskKind("Suite à donner à la demande", REQUEST, days=30),
    CHASE: TaskKind("Orientation à relancer", f"{REQUEST}/orientations/{{item}}"),
}
"""Days are defaults of this program and no official delay. Those of a chase, and of the meeting with a structure in a
crisis, depend on its level of difficulty."""


def build_caseload(get_chase_days: Callable[[], Mapping[DifficultyLevel, int]]) -> Caseload:
    return Caseload(projection, TASKS, pace_days=lambda: _paces(get_chase_days()))


def _paces(chase_days: Mapping[DifficultyLevel, int]) -> Mapping[str, int]:
    days = {**CHASE_AFTER_DAYS, **chase_days}
    meetings = {f"{MEETING}:{level}": days[level] for level in DifficultyLevel if level.is_a_crisis}
    return meetings | {f"{CHASE}:{level}": count for level, count in days.items()}


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    stream, now = str(entry.originator_id), entry.recorded_at
    match recorded.data:
        case RequestReceived() | LinkedRequestOpened() | TransferReceived() as opened:
            difficulty = getattr(opened, "difficulty", None)
            triage = {} if difficulty else {TRIAGE: due_entry(TRIAGE, now)}
            # No adviser opens a linked request: its adviser is known once it is admitted.
            adviser = None if isinstance(opened, LinkedRequestOpened) else recorded.meta.actor
            received = {"unit": opened.unit, "adviser": adviser, **_pace(difficulty)}
            return row | received | {"due": triage | {MEETING: due_entry(MEETING, now)}}
        case DifficultyTriaged(difficulty):
            return _without(row, TRIAGE) | _pace(difficulty)
        case MeetingRecorded() if MEETING in row["due"]:
            return _with(_without(row, MEETING), OUTCOME, due_entry(OUTCOME, now))
        case RequestAdmitted(adviser=adviser):
            return _without(row, TRIAGE, MEETING, OUTCOME) | {"adviser": adviser}
        case RequestOriented() | RequestNotAdmitted() | RequestTransferred() | RequestWithdrawn():
            return _without(row, TRIAGE, MEETING, OUTCOME)
        case orientation.OrientationSent():
            return _with(row, stream, due_entry(CHASE, now, item=stream))
        case orientation.OrientationAcknowledged() | orientation.OrientationDeclined():
            return _without(row, stream)
    return row


def _pace(difficulty: Triage | None) -> Row:
    return {"pace": difficulty.level if difficulty else DifficultyLevel.NONE}


def _with(row: Row, key: str, entry: Row) -> Row:
    return row | {"due": row["due"] | {key: entry}}


def _without(row: Row, *keys: str) -> Row:
    return row | {"due": {key: entry for key, entry in row["due"].items() if key not in keys}}


projection = Projection("caseload:v1", _project)
