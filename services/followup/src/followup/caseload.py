"""Tasks that wait for an adviser in followup: reviews, comments, a follow-up to close once all reviews were held."""

from __future__ import annotations

from typing import Any

from followup.domain import follow_up
from followup.domain.state import FollowUpStatus
from followup.projections import follow_ups
from shared.eventlog import LogEntry, RecordedEvent
from shared.projections import Projection, Row
from shared.queries import (
    COMMENT,
    WITH_TASKS,
    Caseload,
    TaskKind,
    comment_task,
    due_entry,
    project_comments,
    unanswered,
)

REVIEW, CLOSURE = "review_to_hold", "follow_up_to_close"
FOLLOW_UP = "/api/v1/follow-ups/{case}"
TASKS = {
    REVIEW: TaskKind("Bilan de suivi à tenir", FOLLOW_UP),
    CLOSURE: TaskKind("Suivi à clore\u00a0: plus aucun bilan n’est prévu", FOLLOW_UP, days=30),
    COMMENT: comment_task(FOLLOW_UP),
}
"""The days are our own, not an official delay."""


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    row = project_comments(row, entry, recorded)
    projected = follow_ups.project(row.get("follow_up", row), entry, recorded)
    if "status" not in projected:
        return row  # a baseline can be corrected before the follow-up opens
    tasks = {}
    if projected["status"] == FollowUpStatus.OPEN:
        due = projected["due"].items()
        tasks = {code: due_entry(REVIEW, entry.recorded_at, on=day, item=code) for code, day in due}
        if not tasks and projected["update_requested_at"] is None:
            tasks = {CLOSURE: due_entry(CLOSURE, entry.recorded_at)}
    before = row.get("due", {})
    unchanged = {key: before[key] for key in tasks if key in before and before[key]["on"] == tasks[key]["on"]}
    current = {"unit": projected["unit"], "adviser": projected["adviser"], "follow_up": projected}
    return row | current | {"due": tasks | unchanged | unanswered(row)}


caseload = Caseload(
    Projection(f"caseload:v2+{follow_ups.name}", _project, about=follow_up.decider.events, queried=WITH_TASKS),
    TASKS,
)
