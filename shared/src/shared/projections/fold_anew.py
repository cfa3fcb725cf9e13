"""Folding anew: projections made from the first event of a long log, case by case, and written by COPY.

A case is folded once and whole, so that no row is read back or updated. All is one transaction: the rows appear with
their checkpoint, and of a process that ended before nothing is left."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection, Rollback
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.eventlog.storage.statements import ALLOW_PAUSES
from shared.projections.projection import Projection
from shared.projections.row_history import RowSince, effective_days, next_row, write_backdated

PAGE_EVENTS = 1_000
"""Read at once."""
WRITTEN_ROWS = 2_000
"""Written at once; with one page, what is in memory."""
FIRST = (UUID(int=0), 0)
CURRENT_COLUMNS: Mapping[str, str] = {
    "projection": "text",
    "case_id": "uuid",
    "version": "int8",
    "since": "int8",
    "document": "jsonb",
    "search": "text",
    "sort_keys": "jsonb",
}
"""With the types that a binary COPY needs."""
HISTORY_COLUMNS: Mapping[str, str] = {
    ("until" if name == "version" else name): kind for name, kind in CURRENT_COLUMNS.items()
}
TAKE = (
    "SELECT projection FROM projection_checkpoints WHERE projection = ANY(%s) AND position = 0"
    " ORDER BY projection FOR UPDATE SKIP LOCKED"
)
log = logging.getLogger(__name__)


def fold_anew(
    app: ServiceApplication, projections: Sequence[Projection], between: Callable[[], bool]
) -> list[Projection]:
    """Folds those of them that no other replica is folding, up to the last event recorded now. Returns the ones that
    failed: they are left to be folded batch by batch, which stops at the event that they fail at.

    `between` pages: whether to go on; if not, all is as it was before."""
    names, until = [each.name for each in projections], app.recorder.max_notification_id() or 0
    app.recorder.fetch(
        "INSERT INTO {schema}.projection_checkpoints SELECT unnest(%s::text[]), 0 ON CONFLICT DO NOTHING", (names,)
    )
    with app.recorder.datastore.get_connection() as connection, connection.transaction():
        connection.execute(ALLOW_PAUSES)
        taken = {row["projection"] for row in connection.execute(TAKE, (names,))}
        folds = WholeFolds([WholeFold(each, connection) for each in projections if each.name in taken])
        after = FIRST
        while folds.each and (entries := app.recorder.entries_by_case(after, until, PAGE_EVENTS)):
            _fold_page(app, folds, entries)
            after = (entries[-1].case_id, entries[-1].id)
            if not between():
                raise Rollback
        return [fold.projection for fold in folds.each if not fold.finish(until)]
    return []


def _fold_page(app: ServiceApplication, folds: WholeFolds, entries: Sequence[LogEntry]) -> None:
    """Each event is decoded once for all projections."""
    backdated = []
    for entry in entries:
        event = app.mapper.to_unbound_event(entry)
        if effective_days(entry, event):
            backdated.append((entry, event))
        folds.add(entry, event)
    if backdated:
        with app.recorder.datastore.get_connection() as connection:  # facts of the log, whatever becomes of the rows
            write_backdated(connection, backdated)


class WholeFolds:
    """Gives each event to those that are about it, and has all end a case with its last one."""

    def __init__(self, each: Sequence[WholeFold]) -> None:
        self.each = each
        self._about: dict[type, list[WholeFold]] = {}
        self._case = FIRST[0]

    def add(self, entry: LogEntry, event: RecordedEvent[Any]) -> None:
        if entry.case_id != self._case:
            self._case = entry.case_id
            for fold in self.each:
                fold.begin_case(entry.case_id)
        kind = type(event.data)
        if (about := self._about.get(kind)) is None:
            about = self._about[kind] = [fold for fold in self.each if fold.projection.is_about(event)]
        for fold in about:
            fold.add(entry, event)


class WholeFold:
    """One projection that is folded anew, in the transaction of `connection`: takes all events, case by case. Of one
    that fails no row is left."""

    def __init__(self, projection: Projection, connection: Connection[Any]) -> None:
        self.projection, self._connection = projection, connection
        self._case = FIRST[0]
        self._row: RowSince | None = None
        self._current, self._history = list[list[Any]](), list[list[Any]]()
        self._failed = False
        self._discard_rows()  # of a checkpoint that was deleted by hand

    def begin_case(self, case: UUID) -> None:
        """Ends the one before."""
        self._end_case()
        self._case = case

    def add(self, entry: LogEntry, event: RecordedEvent[Any]) -> None:
        if self._failed:
            return
        before = self._row
        try:
            self._row = next_row(self.projection, before, entry, event)
        except Exception:
            log.exception("%s cannot be folded anew at once: it is, batch by batch", self.projection.name)
            self._failed = True
            return
        if before is not None and self._row is not before:
            self._history.append(self._values(before, entry.id))

    def finish(self, until: int) -> bool:
        """Sets the checkpoint. False for one that failed."""
        if self._failed:
            self._discard_rows()
            return False
        self._end_case()
        self._write()
        self._connection.execute(
            "UPDATE projection_checkpoints SET position = %s WHERE projection = %s", (until, self.projection.name)
        )
        return True

    def _end_case(self) -> None:
        if self._row is not None:
            self._current.append(self._values(self._row, self._row.document["version"]))
            self._row = None
        if len(self._current) + len(self._history) >= WRITTEN_ROWS:
            self._write()

    def _values(self, row: RowSince, version_or_until: int) -> list[Any]:
        """In the order of the columns. Encoded now: few objects live on, which the garbage collector looks through."""
        document, keys = _encoded(row.document), _encoded(row.sort_keys)
        return [self.projection.name, self._case, version_or_until, row.since, document, row.search, keys]

    def _write(self) -> None:
        for table, columns, rows in (
            ("projection_rows", CURRENT_COLUMNS, self._current),
            ("projection_history", HISTORY_COLUMNS, self._history),
        ):
            _copy(self._connection, table, columns, rows)
            rows.clear()

    def _discard_rows(self) -> None:
        for table in ("projection_rows", "projection_history"):
            statement = SQL("DELETE FROM {} WHERE projection = %s").format(Identifier(table))
            self._connection.execute(statement, (self.projection.name,))


def _encoded(value: Any) -> Jsonb:
    return Jsonb(msgspec.json.encode(value), dumps=bytes)


def _copy(connection: Connection[Any], table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    statement = SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)")
    names = SQL(", ").join(map(Identifier, columns))
    with connection.cursor().copy(statement.format(Identifier(table), names)) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)
