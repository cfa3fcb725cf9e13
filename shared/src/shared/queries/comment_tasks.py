"""Tasks about comments, in the caseload of each phase: what leaders wrote waits for whoever accompanies them."""

from __future__ import annotations

from typing import Any

from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import CommentAcknowledged, CommentAdded, Role
from shared.projections import Row
from shared.queries.caseload import TaskKind, due_entry

COMMENT = "comment_to_answer"


def comment_task(case_path: str) -> TaskKind:
    """The kind of these tasks. `case_path`: the address of a case, with {case}. The days are our own."""
    return TaskKind("Commentaire de la structure\u00a0: à lire et à répondre", f"{case_path}/comments/{{item}}", days=7)


def project_comments(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    """The row with its number of `comments`, and its `unanswered` ones as entries of `due`; the same row for another
    event."""
    match recorded.data:
        case CommentAdded(comment):
            number = row.get("comments", 0) + 1
            task = {_key(number): due_entry(COMMENT, entry.recorded_at, item=str(number))}
            waiting = unanswered(row) | task if comment.role is Role.LEADER else {}
            return row | {"comments": number, "unanswered": waiting}
        case CommentAcknowledged(number):
            return row | {"unanswered": {key: task for key, task in unanswered(row).items() if key != _key(number)}}
    return row


def unanswered(row: Row) -> Row:
    """Of a row that `project_comments` may not have changed yet."""
    waiting: Row = row.get("unanswered", {})
    return waiting


def _key(number: int) -> str:
    return f"comment/{number}"
