"""Projections of diagnostic: the list of diagnoses, with the progress of each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from diagnostic.domain.content.axes import AxisAssessed
from diagnostic.domain.content.difficulty import DifficultyQualified
from diagnostic.domain.content.employment import EmploymentCorrected, EmploymentRecorded
from diagnostic.domain.content.sessions import SessionCancelled, SessionCorrected, SessionRecorded
from diagnostic.domain.lifecycle import (
    DiagnosisOpened,
    DiagnosisStatus,
    DiagnosisStopped,
    SubmissionVoided,
    ValidationVoided,
)
from diagnostic.domain.plan import BaselineCorrected, PlanAgreed
from diagnostic.domain.validation import LEADERS_NEEDED, DiagnosisContested, DiagnosisSubmitted, DiagnosisValidated
from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import Axis, DifficultyLevel
from shared.projections import Projection, Row


class Jobs(TypedDict):
    """The paid posts at the diagnosis."""

    cdi: float
    cdd: float


class DiagnosisRow(TypedDict):
    """A diagnosis in the list."""

    id: UUID
    version: int
    units: list[str]
    status: DiagnosisStatus
    structure: UUID
    unit: str
    adviser: str
    headcount: int | None
    employment: Jobs | None
    difficulty: DifficultyLevel | None
    admitted_at: datetime
    opened_at: datetime
    sessions: int
    session_days: list[date | None]
    last_session_on: date | None
    axes: list[Axis]
    submitted_version: int | None
    submitted_at: datetime | None
    validated_at: datetime | None
    validated_by: list[str]
    contested_at: datetime | None
    agreed_at: NotRequired[datetime]
    plan: NotRequired[list[Axis]]


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case DiagnosisOpened(structure, unit, adviser=adviser, admitted_at=admitted_at, headcount=headcount):
            return row | {
                "status": DiagnosisStatus.OPEN,
                "structure": structure,
                "unit": unit,
                "adviser": adviser,
                "headcount": headcount,
                "employment": None,
                "difficulty": None,
                "admitted_at": admitted_at,
                "opened_at": entry.recorded_at,
                "sessions": 0,
                "session_days": [],
                "last_session_on": None,
                "axes": [],
                "submitted_version": None,
                "submitted_at": None,
                "validated_at": None,
                "validated_by": [],
                "contested_at": None,
            }
        case SessionRecorded(session):
            return row | _session_fields([*row["session_days"], str(session.held_on)])
        case SessionCorrected(number, session):
            return row | _session_fields(_with_day(row["session_days"], number, str(session.held_on)))
        case SessionCancelled(number):
            return row | _session_fields(_with_day(row["session_days"], number, None))
        case EmploymentRecorded(employment) | EmploymentCorrected(employment):
            return row | {"employment": {"cdi": employment.cdi, "cdd": employment.cdd}}
        case BaselineCorrected(code, _, value=value) if code in (row["employment"] or ()):
            return row | {"employment": row["employment"] | {code: value}}
        case DifficultyQualified(difficulty):
            return row | {"difficulty": difficulty.level}
        case AxisAssessed(axis):
            return row | {"axes": sorted({*row["axes"], axis})}
        case DiagnosisSubmitted(version):
            submitted = {"submitted_version": version, "submitted_at": entry.recorded_at, "contested_at": None}
            return row | {"status": DiagnosisStatus.SUBMITTED} | submitted
        case DiagnosisValidated(leader=leader):
            agreeing = [*row["validated_by"], leader]
            if len(agreeing) < LEADERS_NEEDED:
                return row | {"validated_by": agreeing}
            first = row["validated_at"] or entry.recorded_at
            return row | {"status": DiagnosisStatus.VALIDATED, "validated_at": first, "validated_by": agreeing}
        case DiagnosisContested(leader=leader):
            agreeing = [each for each in row["validated_by"] if each != leader]
            if row["validated_at"] and len(agreeing) >= LEADERS_NEEDED:
                return row | {"validated_by": agreeing, "contested_at": entry.recorded_at}
            return row | NOT_SUBMITTED | {"status": DiagnosisStatus.CONTESTED, "contested_at": entry.recorded_at}
        case SubmissionVoided() | ValidationVoided():
            return row | NOT_SUBMITTED | {"status": DiagnosisStatus.OPEN}
        case DiagnosisStopped():
            return row | {"status": DiagnosisStatus.STOPPED}
        case PlanAgreed(axes=axes):
            return row | {"status": DiagnosisStatus.AGREED, "agreed_at": entry.recorded_at, "plan": list(axes)}
    return row


def _session_fields(days: list[str | None]) -> Row:
    """`session_days`: by number, null for a session that was cancelled."""
    dates = [day for day in days if day]
    return {"sessions": len(dates), "session_days": days, "last_session_on": max(dates, default=None)}


def _with_day(days: list[str | None], number: int, day: str | None) -> list[str | None]:
    return [*days[: number - 1], day, *days[number:]]


NOT_SUBMITTED: Row = {"submitted_version": None, "submitted_at": None, "validated_at": None, "validated_by": []}

diagnoses = Projection(
    "diagnoses:v1",
    _project,
    searched=("unit", "adviser"),
    filters=("status", "unit", "adviser"),
    sorts=("status", "opened_at", "last_session_on", "submitted_at"),
    opened="opened_at",
    row=DiagnosisRow,
)
