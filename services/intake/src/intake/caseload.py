"""What waits for an adviser at intake: a request to triage, to meet, to answer; an orientation to chase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake.domain import orientation
from intake.domain.chasing import CHASED_AFTER
from intake.domain.difficulty import Difficulty, DifficultyQualified, Level
from intake.domain.events import (
    LinkedRequestOpened,
    MeetingRecorded,
    RequestAdmitted,
    RequestOriented,
    RequestReceived,
    RequestTransferred,
    RequestWithdrawn,
    TransferReceived,
)
from intake.settings import deployment
from shared.eventlog import LogEntry, RecordedEvent
from shared.projections import Document, View
from shared.queries import Caseload, What, due

TRIAGE, MEETING, OUTCOME, CHASE = "request_to_triage", "meeting_to_hold", "outcome_to_give", "orientation_to_chase"
REQUEST = "/api/v1/requests/{case}"
WHATS = {
    TRIAGE: What("Difficultés de la structure à qualifier", REQUEST, 2),
    MEETING: What("Entretien d’accueil à tenir", REQUEST, 15),
    OUTCOME: What("Suite à donner à la demande", REQUEST, 30),
    CHASE: What("Orientation à relancer", f"{REQUEST}/orientations/{{item}}"),
}
"""Days are ours, and no official delay; those of a chase, and of the meeting of a structure in a crisis, are those
given by its level of difficulty."""


def _paces() -> Mapping[str, int]:
    days = {**CHASED_AFTER, **deployment().chase_days}
    meetings = {f"{MEETING}:{level}": days[level] for level in Level if level.is_a_crisis}
    return meetings | {f"{CHASE}:{level}": given for level, given in days.items()}


def _project(row: Document, entry: LogEntry, recorded: RecordedEvent[Any]) -> Document:
    stream, now = str(entry.originator_id), entry.recorded_at
    match recorded.data:
        case RequestReceived() | LinkedRequestOpened() | TransferReceived() as opened:
            known = getattr(opened, "difficulty", None)
            waits = {} if known else {TRIAGE: due(TRIAGE, now)}
            # A linked request opens by itself: its adviser is known once somebody admits it.
            adviser = None if isinstance(opened, LinkedRequestOpened) else recorded.meta.actor
            received = {"unit": opened.unit, "adviser": adviser, **_pace(known)}
            return row | received | {"due": waits | {MEETING: due(MEETING, now)}}
        case DifficultyQualified(difficulty):
            return _without(row, TRIAGE) | _pace(difficulty)
        case MeetingRecorded() if MEETING in row["due"]:
            return _with(_without(row, MEETING), OUTCOME, due(OUTCOME, now))
        case RequestAdmitted(adviser=adviser):
            return _without(row, TRIAGE, MEETING, OUTCOME) | {"adviser": adviser}
        case RequestOriented() | RequestTransferred() | RequestWithdrawn():
            return _without(row, TRIAGE, MEETING, OUTCOME)
        case orientation.OrientationSent():
            return _with(row, stream, due(CHASE, now, item=stream))
        case orientation.OrientationAcknowledged() | orientation.OrientationDeclined():
            return _without(row, stream)
    return row


def _pace(difficulty: Difficulty | None) -> Document:
    return {"pace": difficulty.level if difficulty else Level.NONE}


def _with(row: Document, key: str, entry: Document) -> Document:
    return row | {"due": row["due"] | {key: entry}}


def _without(row: Document, *keys: str) -> Document:
    return row | {"due": {key: entry for key, entry in row["due"].items() if key not in keys}}


caseload = Caseload(View("caseload:v1", _project), WHATS, _paces)
