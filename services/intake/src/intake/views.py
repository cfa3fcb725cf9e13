"""What intake lists: the requests of a unit, and where each stands."""

from __future__ import annotations

from typing import Any

from intake.domain import orientation
from intake.domain.events import (
    AccompanimentEnded,
    CaseClosed,
    LinkedRequestOpened,
    RequestAdmitted,
    RequestOriented,
    RequestReceived,
    RequestTransferred,
    RequestWithdrawn,
)
from intake.domain.request import Status
from shared.eventlog.mapper import RecordedEvent
from shared.eventlog.recorder import LogEntry
from shared.views import Document, View


def _project(row: Document, entry: LogEntry, recorded: RecordedEvent[Any]) -> Document:
    match recorded.data:
        case RequestReceived(structure, _, _, _, unit) | LinkedRequestOpened(_, structure, _, _, _, unit):
            origin = getattr(recorded.data, "origin", None)
            # A linked request opens by itself: its adviser is known once somebody admits it.
            return row | {
                "status": Status.RECEIVED,
                "structure": structure.name,
                "department": structure.department,
                "unit": unit,
                "adviser": None if origin else recorded.meta.actor,
                "origin": origin,
                "received_at": entry.recorded_at,
            }
        case RequestAdmitted(adviser=adviser):
            return row | {"status": Status.ADMITTED, "adviser": adviser, "outcome_at": entry.recorded_at}
        case RequestOriented():
            return row | {"status": Status.ORIENTED, "outcome_at": entry.recorded_at}
        case RequestTransferred():
            return row | {"status": Status.TRANSFERRED, "outcome_at": entry.recorded_at}
        case RequestWithdrawn():
            return row | {"status": Status.WITHDRAWN, "outcome_at": entry.recorded_at}
        case AccompanimentEnded():
            return row | {"accompaniment_ended": True}
        case CaseClosed(ending):
            return row | {"status": Status.CLOSED, "ending": ending}
        case orientation.OrientationProposed(_, target):
            return row | {"oriented_to": [*row.get("oriented_to", []), target]}
    return row


requests = View("requests:v1", _project, searched=("structure", "department"))
