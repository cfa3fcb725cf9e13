"""What diagnostic lists: the diagnoses of a unit, and how far each has come."""

from __future__ import annotations

from typing import Any

from diagnostic.domain.diagnosis import Status
from diagnostic.domain.events import (
    AxisAssessed,
    DiagnosisContested,
    DiagnosisOpened,
    DiagnosisSubmitted,
    DiagnosisValidated,
    PlanAgreed,
    SessionRecorded,
    SubmissionVoided,
    ValidationVoided,
)
from shared.eventlog.mapper import RecordedEvent
from shared.eventlog.recorder import LogEntry
from shared.views import Document, View


def _project(row: Document, entry: LogEntry, recorded: RecordedEvent[Any]) -> Document:
    match recorded.data:
        case DiagnosisOpened(structure, unit, adviser, admitted_at, headcount):
            return row | {
                "status": Status.OPEN,
                "structure": structure,
                "unit": unit,
                "adviser": adviser,
                "headcount": headcount,
                "admitted_at": admitted_at,
                "opened_at": entry.recorded_at,
                "sessions": 0,
                "last_session_on": None,
                "axes": [],
                "submitted_version": None,
                "submitted_at": None,
                "validated_at": None,
                "contested_at": None,
            }
        case SessionRecorded(session):
            days = [str(session.held_on), row["last_session_on"] or ""]
            return row | {"sessions": row["sessions"] + 1, "last_session_on": max(days)}
        case AxisAssessed(axis):
            return row | {"axes": sorted({*row["axes"], axis})}
        case DiagnosisSubmitted(version):
            submitted = {"submitted_version": version, "submitted_at": entry.recorded_at, "contested_at": None}
            return row | {"status": Status.SUBMITTED} | submitted
        case DiagnosisValidated():
            return row | {"status": Status.VALIDATED, "validated_at": entry.recorded_at}
        case DiagnosisContested():
            return row | NOT_SUBMITTED | {"status": Status.CONTESTED, "contested_at": entry.recorded_at}
        case SubmissionVoided() | ValidationVoided():
            return row | NOT_SUBMITTED | {"status": Status.OPEN}
        case PlanAgreed(axes=axes):
            return row | {"status": Status.AGREED, "agreed_at": entry.recorded_at, "plan": list(axes)}
    return row


NOT_SUBMITTED: Document = {"submitted_version": None, "submitted_at": None, "validated_at": None}

diagnoses = View("diagnoses:v1", _project, searched=("unit", "adviser"))
