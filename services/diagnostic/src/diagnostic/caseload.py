"""What waits for an adviser in a diagnosis: a session to hold, a leader's word, a plan to agree."""

from __future__ import annotations

from typing import Any

from diagnostic.domain.lifecycle import Status
from diagnostic.projections import diagnoses
from shared.eventlog import LogEntry, RecordedEvent
from shared.projections import Projection, Row
from shared.queries import Caseload, TaskKind, due_entry

SESSION, SUBMISSION, WORD = "session_to_hold", "diagnosis_to_submit", "leader_to_answer"
CONTESTED, PLAN = "contestation_to_answer", "plan_to_agree"
DIAGNOSIS = "/api/v1/diagnoses/{case}"
WHATS = {
    SESSION: TaskKind("Première séance de diagnostic à tenir", DIAGNOSIS, days=30),
    SUBMISSION: TaskKind("Diagnostic à soumettre à la structure", DIAGNOSIS, days=90),
    WORD: TaskKind("Diagnostic soumis\u00a0: réponse de la structure attendue", DIAGNOSIS, days=15),
    CONTESTED: TaskKind("Diagnostic contesté\u00a0: à revoir avec la structure", DIAGNOSIS, days=15),
    PLAN: TaskKind("Plan d’accompagnement à convenir", DIAGNOSIS, days=30),
}
"""Days are ours, and no official delay."""
AT = {Status.SUBMITTED: WORD, Status.CONTESTED: CONTESTED, Status.VALIDATED: PLAN}


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    told = diagnoses.project(row, entry, recorded)
    if told is row:
        return row
    started = SUBMISSION if told["sessions"] else SESSION
    what = started if told["status"] == Status.OPEN else AT.get(told["status"])
    waits = {what: row.get("due", {}).get(what) or due_entry(what, entry.recorded_at)} if what else {}
    if told["status"] == Status.VALIDATED and told["contested_at"]:
        waits |= {CONTESTED: due_entry(CONTESTED, told["contested_at"])}
    return told | {"due": waits}


caseload = Caseload(Projection(f"caseload:v1+{diagnoses.name}", _project), WHATS)
