"""Lists and caseloads over projected rows, filtered by right in SQL."""

from shared.queries.caseload import (
    WITH_TASKS,
    Caseload,
    TaskKind,
    cursor_after,
    due_entry,
    fetch_caseload,
    reference_instant,
)
from shared.queries.comment_tasks import COMMENT, comment_task, project_comments, unanswered
from shared.queries.list_query import CURRENT_ROWS, NEWEST_FIRST, InvalidCursor, count_rows, fetch_page

__all__ = [
    "COMMENT",
    "CURRENT_ROWS",
    "NEWEST_FIRST",
    "WITH_TASKS",
    "Caseload",
    "InvalidCursor",
    "TaskKind",
    "comment_task",
    "count_rows",
    "cursor_after",
    "due_entry",
    "fetch_caseload",
    "fetch_page",
    "project_comments",
    "reference_instant",
    "unanswered",
]
