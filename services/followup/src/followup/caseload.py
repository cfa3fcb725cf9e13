"""What waits for an adviser in follow-up: a review to hold, and a follow-up to close once they all were."""

from __future__ import annotations

from typing import Any

from followup.domain import follow_up
from followup.domain.state import Status
from followup.projections import follow_ups
from shared.eventlog import LogEntry, RecordedEvent
from shared.projections import Projection, Row
from shared.queries import Caseload, TaskKind, due_entry

REVIEW, CLOSURE = "review_to_hold", "follow_up_to_close"
FOLLOW_UP = "/api/v1/follow-ups/{case}"
WHATS = {
    REVIEW: TaskKind("Bilan de suivi à tenir", FOLLOW_UP),
    CLOSURE: TaskKind("Suivi à clore\u00a0: plus aucun bilan n’est prévu", FOLLOW_UP, days=30),
}
"""Days are ours, and no official delay."""


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    told = follow_ups.project(row.get("follow_up", row), entry, recorded)
    if "status" not in told:
        return row  # a baseline may be corrected before the follow-up opens
    waits = {}
    if told["status"] == Status.OPEN:
        waits = {code: due_entry(REVIEW, entry.recorded_at, on=day, item=code) for code, day in told["due"].items()}
        if not waits and told["update_asked_at"] is None:
            waits = {CLOSURE: due_entry(CLOSURE, entry.recorded_at)}
    before = row.get("due", {})
    known = {key: before[key] for key in waits if key in before and before[key]["on"] == waits[key]["on"]}
    return row | {"unit": told["unit"], "adviser": told["adviser"], "follow_up": told, "due": waits | known}


caseload = Caseload(
    Projection(f"caseload:v1+{follow_ups.name}", _project, about=follow_up.decider.events),
    WHATS,
)
