"""Rows over time: each row of a projection with the position that made it so, and each one that it replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection

from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import paris_date
from shared.projections.projection import Projection, Row, search_text, sort_keys

RecordedEntry = tuple[LogEntry, RecordedEvent[Any]]


@dataclass(slots=True)
class RowSince:
    """A row as it stands since a position of the log. `version` counts on inside it without a new `since`."""

    document: Row
    since: int
    search: str
    sort_keys: dict[str, str]


def next_row(
    projection: Projection, before: RowSince | None, entry: LogEntry, event: RecordedEvent[Any]
) -> RowSince | None:
    """The case's row after an event that the projection is about; null while it has none. Where nothing but its
    `version` changes, it is `before` itself, with that version."""
    row = projection.changed(before.document if before else None, entry, event)
    if before is not None:
        if row is None:
            before.document["version"] += 1
            return before
        if _same(before.document, row):
            before.document = row
            return before
    if row is None:
        return None
    return RowSince(row, entry.id, search=search_text(projection, row), sort_keys=sort_keys(projection, row))


class RowChanges:
    """The rows of one batch of events: as they are after it, and as they were before each change in it."""

    def __init__(self, projection: Projection, rows: dict[UUID, RowSince]) -> None:
        self._projection, self.rows = projection, rows
        self._touched: set[UUID] = set()
        self.replaced: list[dict[str, Any]] = []

    def apply(self, entry: LogEntry, event: RecordedEvent[Any]) -> None:
        if not self._projection.is_about(event):
            return
        case, before = entry.case_id, self.rows.get(entry.case_id)
        row = next_row(self._projection, before, entry, event)
        if row is None:
            return
        self._touched.add(case)
        if before is not None and row is not before:
            self.replaced.append(_written(case, before) | {"until": entry.id})
        self.rows[case] = row

    def write(self, connection: Connection[Any]) -> None:
        rows = [_written(case, self.rows[case]) for case in self._touched]
        for statement, written in ((WRITE_ROWS, rows), (WRITE_HISTORY, self.replaced)):
            if written:
                connection.execute(statement, (self._projection.name, msgspec.json.encode(written).decode()))


def read_rows(connection: Connection[Any], projection: Projection, cases: Iterable[UUID]) -> dict[UUID, RowSince]:
    rows = connection.execute(
        "SELECT case_id, document, since, search, sort_keys FROM projection_rows"
        " WHERE projection = %s AND case_id = ANY(%s)",
        (projection.name, list(cases)),
    ).fetchall()
    return {row.pop("case_id"): RowSince(**row) for row in rows}


def write_backdated(connection: Connection[Any], events: Sequence[RecordedEntry]) -> None:
    """The events that had happened on another day than they were recorded. The first projection to read one writes."""
    days = ((entry, effective_days(entry, event)) for entry, event in events)
    rows = [
        {"position": entry.id, "case_id": entry.case_id, "first": found[0], "until": found[1]}
        for entry, found in days
        if found
    ]
    if rows:
        connection.execute(WRITE_BACKDATED, (msgspec.json.encode(rows).decode(),))


def effective_days(entry: LogEntry, event: RecordedEvent[Any]) -> tuple[date, date] | None:
    """The days at whose end an event had happened or was recorded, and not both: the first, and the one after the
    last."""
    if event.meta.effective_at is None:
        return None
    first, until = sorted((paris_date(event.meta.effective_at), paris_date(entry.recorded_at)))
    return (first, until) if first < until else None


WRITE_ROWS = (
    "INSERT INTO projection_rows (projection, case_id, version, document, search, sort_keys, since)"
    " SELECT %s, case_id, (document->>'version')::bigint, document, search, sort_keys, since"
    " FROM jsonb_to_recordset(%s::jsonb)"
    " AS r (case_id uuid, document jsonb, search text, sort_keys jsonb, since bigint)"
    " ON CONFLICT (projection, case_id) DO UPDATE SET version = excluded.version, document = excluded.document,"
    " search = excluded.search, sort_keys = excluded.sort_keys, since = excluded.since"
)
WRITE_HISTORY = (
    "INSERT INTO projection_history (projection, case_id, since, until, document, search, sort_keys)"
    " SELECT %s, case_id, since, until, document, search, sort_keys FROM jsonb_to_recordset(%s::jsonb)"
    " AS r (case_id uuid, document jsonb, search text, sort_keys jsonb, since bigint, until bigint)"
)
WRITE_BACKDATED = (
    "INSERT INTO backdated_events SELECT position, case_id, daterange(first, until) FROM jsonb_to_recordset(%s::jsonb)"
    " AS b (position bigint, case_id uuid, first date, until date) ORDER BY position ON CONFLICT DO NOTHING"
)


def _same(before: Row, after: Row) -> bool:
    """Whether two rows say the same; their `version` counts events, of which many change nothing else."""
    return {**before, "version": 0} == {**after, "version": 0}


def _written(case: UUID, stored: RowSince) -> dict[str, Any]:
    return {
        "case_id": case,
        "document": stored.document,
        "since": stored.since,
        "search": stored.search,
        "sort_keys": stored.sort_keys,
    }
