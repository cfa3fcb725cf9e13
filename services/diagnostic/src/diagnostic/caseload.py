"""Tasks that wait for an adviser in diagnostic: a session to hold, a leader's answer, a plan to agree."""

from __future__ import annotations

from typing import Any

from diagnostic.domain.lifecycle import DiagnosisStatus
from diagnostic.projections import diagnoses
from shared.eventlog import LogEntry, RecordedEvent
from shared.projections import Projection, Row
from shared.queries import Caseload, TaskKind, due_entry

SESSION, SUBMISSION, ANSWER = "session_to_hold", "diagnosis_to_submit", "leader_to_answer"
CONTESTED, PLAN = "contestation_to_answer", "plan_to_agree"
DIAGNOSIS = "/api/v1/diagnoses/{case}"
TASKS = {
    SESSION: TaskKind("Première séance de diagnostic à tenir", DIAGNOSIS, days=30),
    SUBMISSION: TaskKind("Diagnostic à soumettre à la structure", DIAGNOSIS, days=90),
    ANSWER: TaskKind("Diagnostic soumis\u00a0: réponse de la structure attendue", DIAGNOSIS, days=15),
    CONTESTED: TaskKind("Diagnostic contesté\u00a0: à revoir avec la structure", DIAGNOSIS, days=15),
    PLAN: TaskKind("Plan d’accompagnement à convenir", DIAGNOSIS, days=30),
}
"""The days are our own, not an official delay."""
TASK_OF_STATUS = {
    DiagnosisStatus.SUBMITTED: ANSWER,
    DiagnosisStatus.CONTESTED: CONTESTED,
    DiagnosisStatus.VALIDATED: PLAN,
}


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    projected = diagnoses.project(row, entry, recorded)
    if projected is row:
        return row
    before_submission = SUBMISSION if projected["sessions"] else SESSION
    status = projected["status"]
    task = before_submission if status == DiagnosisStatus.OPEN else TASK_OF_STATUS.get(status)
    tasks = {task: row.get("due", {}).get(task) or due_entry(task, entry.recorded_at)} if task else {}
    if status == DiagnosisStatus.VALIDATED and projected["contested_at"]:
        tasks |= {CONTESTED: due_entry(CONTESTED, projected["contested_at"])}
    return projected | {"due": tasks}


caseload = Caseload(Projection(f"caseload:v1+{diagnoses.name}", _project), TASKS)
