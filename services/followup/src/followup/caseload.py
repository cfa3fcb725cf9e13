"""Whom does an adviser see next? Follow-ups, those due first before the others, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from shared.eventlog.recorder import LogRecorder
from shared.views import Document, View, folded

AFTER = r"^\d{4}-\d\d-\d\d\.[0-9a-f-]{36}$"
NOTHING_DUE = "9999-12-31"


class Caseload(BaseModel):
    """Follow-ups by the day they are due; give `next` back as `after` to go on, until it is null."""

    items: list[dict[str, Any]]
    next: str | None = Field(examples=["2026-09-02.0197a1b2-0000-7000-8000-000000000000"])


@dataclass(frozen=True, slots=True)
class Wanted:
    """`due`: with a review due by that day; `overdue`: or overdue only. `units`: null for all."""

    q: str = ""
    status: str | None = None
    adviser: str | None = None
    due: date | None = None
    overdue: bool = False
    units: list[str] | None = None


def caseload(recorder: LogRecorder, view: View, wanted: Wanted, after: str | None, limit: int) -> Caseload:
    day, _, case = (after or "").partition(".")
    rows = recorder.fetch(
        f"SELECT document FROM (SELECT *, coalesce(document->>'next_due_on', '{NOTHING_DUE}') AS day"  # noqa: S608
        " FROM {schema}.views WHERE view = %(view)s) v WHERE search LIKE ALL(%(words)s)"
        " AND (%(status)s::text IS NULL OR document->>'status' = %(status)s)"
        " AND (%(adviser)s::text IS NULL OR document->>'adviser' = %(adviser)s)"
        " AND (%(due)s::text IS NULL OR day <= %(due)s)"
        " AND (%(units)s::text[] IS NULL OR document->>'unit' = ANY(%(units)s))"
        " AND (NOT %(overdue)s OR document->'overdue' <> '[]')"
        " AND (day, case_id::text) > (%(day)s, %(case)s) ORDER BY day, case_id::text LIMIT %(limit)s",
        {
            "view": view.name,
            "words": [f"%{_literally(word)}%" for word in folded(wanted.q).split()],
            "status": wanted.status,
            "adviser": wanted.adviser,
            "due": wanted.due and wanted.due.isoformat(),
            "overdue": wanted.overdue,
            "units": wanted.units,
            "day": day,
            "case": case,
            "limit": limit,
        },
    )
    items = [row["document"] for row in rows]
    return Caseload(items=items, next=_cursor(items[-1]) if len(items) == limit else None)


def _cursor(row: Document) -> str:
    return f"{row['next_due_on'] or NOTHING_DUE}.{row['id']}"


def _literally(word: str) -> str:
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
