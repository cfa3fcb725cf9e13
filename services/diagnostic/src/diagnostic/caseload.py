"""What waits for an adviser in a diagnosis: a session to hold, a leader's word, a plan to agree."""

from __future__ import annotations

from typing import Any

from diagnostic.domain.state import Status
from diagnostic.views import diagnoses
from shared.eventlog import LogEntry, RecordedEvent
from shared.projections import Document, View
from shared.queries import Caseload, What, due

SESSION, SUBMISSION, WORD = "session_to_hold", "diagnosis_to_submit", "leader_to_answer"
CONTESTED, PLAN = "contestation_to_answer", "plan_to_agree"
DIAGNOSIS = "/api/v1/diagnoses/{case}"
WHATS = {
    SESSION: What("Première séance de diagnostic à tenir", DIAGNOSIS, 30),
    SUBMISSION: What("Diagnostic à soumettre à la structure", DIAGNOSIS, 90),
    WORD: What("Diagnostic soumis\u00a0: réponse de la structure attendue", DIAGNOSIS, 15),
    CONTESTED: What("Diagnostic contesté\u00a0: à revoir avec la structure", DIAGNOSIS, 15),
    PLAN: What("Plan d’accompagnement à convenir", DIAGNOSIS, 30),
}
"""Days are ours, and no official delay."""
AT = {Status.SUBMITTED: WORD, Status.CONTESTED: CONTESTED, Status.VALIDATED: PLAN}


def _project(row: Document, entry: LogEntry, recorded: RecordedEvent[Any]) -> Document:
    told = diagnoses.project(row, entry, recorded)
    if told is row:
        return row
    started = SUBMISSION if told["sessions"] else SESSION
    what = started if told["status"] == Status.OPEN else AT.get(told["status"])
    waits = {what: row.get("due", {}).get(what) or due(what, entry.recorded_at)} if what else {}
    if told["status"] == Status.VALIDATED and told["contested_at"]:
        waits |= {CONTESTED: due(CONTESTED, told["contested_at"])}
    return told | {"due": waits}


caseload = Caseload(View(f"caseload:v1+{diagnoses.name}", _project), WHATS)
