"""Projections: one row per case, folded from the log. A projection with a new version in its name is built anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication, to_plain
from shared.kernel import Encrypted, WorkerLoop, fold_text

Row = dict[str, Any]


def _own_unit(row: Row) -> Iterable[str | None]:
    return (row.get("unit"),)


@dataclass(frozen=True, slots=True)
class Projection:
    """A projection. `name` ends with a version: a changed one is built next to the old one, under a new name.

    `project(row so far, entry, event)` gives the row, pure; `searched` names the fields that a search looks in.
    A row has no encrypted value. `about`: the events that make it, where cases are of several kinds. A list
    of it is filtered by `filters` (those in `codes` in compact form), sorted by `sorts` (texts and dates), bounded by
    the day or instant in `opened`; `everywhere`: a field and a value, with which a row is shown to all units.
    `units_of(row)`: the units that may see a row, which it carries as `units` for the access policy; by default its
    `unit`. `linked`: the fields that name other cases, left
    out where the reader may not know of these. `row`: a TypedDict, what a list shows of a row. `looked_up`: fields by
    whose exact value commands find rows, each with an index."""

    name: str
    project: Callable[[Row, LogEntry, RecordedEvent[Any]], Row]
    searched: tuple[str, ...] = ()
    about: tuple[type, ...] = ()
    filters: tuple[str, ...] = ("status",)
    codes: frozenset[str] = frozenset()
    sorts: tuple[str, ...] = ()
    opened: str | None = None
    everywhere: tuple[str, str] | None = None
    units_of: Callable[[Row], Iterable[str | None]] = _own_unit
    linked: frozenset[str] = frozenset()
    row: Any = dict[str, Any]
    looked_up: tuple[str, ...] = ()

    def after(self, before: Row | None, entry: LogEntry, event: RecordedEvent[Any]) -> Row | None:
        """The case's row after one more event; null for a case of another kind, which has no row here."""
        if self.about and type(event.data) not in self.about:
            return before
        given = before or {"id": str(entry.case_id), "version": 0}
        row = self.project(given, entry, event)
        if row is given and not given["version"]:
            return None
        units = sorted({unit for unit in self.units_of(row) if unit})
        return cast(Row, to_plain(row | {"version": given["version"] + 1, "units": units}, _never))


class Projector:
    """Follows the log from each projection's checkpoint. Replicas take turns on the lock of the checkpoint's row.

    One thread for all projections of a process: `advance` holds a connection of the pool and takes a second one to read
    the log, so that a thread for each could leave none to requests."""

    BATCH = 200
    POLL_SECONDS = 1.0

    def __init__(self, app: ServiceApplication, projections: tuple[Projection, ...]) -> None:
        self._app, self._projections = app, projections
        self._loop = WorkerLoop(
            f"projections {app.service}",
            self.catch_up,
            interval_seconds=self.POLL_SECONDS,
            max_backoff_seconds=self.POLL_SECONDS,
        )

    def start(self) -> None:
        self._app.recorder.notifier.listeners.append(self._loop.wake_up)
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()

    def catch_up(self) -> None:
        """Folds all that is new. Raises the first error once each projection has been tried: one that fails keeps no
        other back."""
        errors = []
        for projection in self._behind():
            try:
                while self.advance(projection) and not self._loop.stopping.is_set():
                    pass
            except Exception as error:
                error.add_note(f"in projection {projection.name}")
                errors.append(error)
        if errors:
            raise errors[0]

    def _behind(self) -> list[Projection]:
        """Those that have events to fold. Most seconds there is none, and one read is all that is done: taking the lock
        of each checkpoint writes to the disk."""
        rows = self._app.recorder.fetch(
            "SELECT name FROM unnest(%s::text[]) AS known (name) LEFT JOIN {schema}.projection_checkpoints AS reached"
            " ON reached.projection = known.name"
            " WHERE coalesce(reached.position, 0) < (SELECT max(position) FROM {events})",
            ([projection.name for projection in self._projections],),
        )
        names = {row["name"] for row in rows}
        return [projection for projection in self._projections if projection.name in names]

    def advance(self, projection: Projection) -> bool:
        """Folds one batch; rows and checkpoint change in one transaction. True when there may be more."""
        recorder = self._app.recorder
        with recorder.datastore.get_connection() as connection, connection.transaction():
            connection.execute(
                "INSERT INTO projection_checkpoints VALUES (%s, 0) ON CONFLICT DO NOTHING", (projection.name,)
            )
            row = connection.execute(
                "SELECT position FROM projection_checkpoints WHERE projection = %s FOR UPDATE", (projection.name,)
            ).fetchone()
            assert row is not None
            entries = recorder.select_notifications(row["position"], self.BATCH, inclusive_of_start=False)
            if not entries:
                return False
            cases = list({entry.case_id for entry in entries})
            rows = connection.execute(
                "SELECT case_id, document FROM projection_rows WHERE projection = %s AND case_id = ANY(%s)",
                (projection.name, cases),
            ).fetchall()
            documents = {row["case_id"]: row["document"] for row in rows}
            self._project(projection, entries, documents)
            connection.cursor().executemany(
                "INSERT INTO projection_rows (projection, case_id, version, document, search, sort_keys)"
                " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (projection, case_id)"
                " DO UPDATE SET version = excluded.version, document = excluded.document, search = excluded.search,"
                " sort_keys = excluded.sort_keys",
                [
                    (
                        projection.name,
                        case,
                        document["version"],
                        Jsonb(document),
                        search_text(projection, document),
                        Jsonb(sort_keys(projection, document)),
                    )
                    for case, document in documents.items()
                ],
            )
            connection.execute(
                "UPDATE projection_checkpoints SET position = %s WHERE projection = %s",
                (entries[-1].id, projection.name),
            )
        return len(entries) == self.BATCH

    def fold_all(self, projection: Projection, until: int) -> dict[UUID, Row]:
        """All rows folded again from position 1, without changing those that are served."""
        documents: dict[UUID, Row] = {}
        after = 0
        while entries := self._app.recorder.select_notifications(after, 500, until, inclusive_of_start=False):
            self._project(projection, entries, documents)
            after = entries[-1].id
        return documents

    def _project(self, projection: Projection, entries: Any, documents: dict[UUID, Row]) -> None:
        for entry, event in self._app.events_of(entries):
            if row := projection.after(documents.get(entry.case_id), entry, event):
                documents[entry.case_id] = row


def canonical_json(document: Row) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=False).encode()


def search_text(projection: Projection, document: Row) -> str:
    return fold_text(" ".join(str(document.get(name) or "") for name in projection.searched))


def sort_keys(projection: Projection, document: Row) -> dict[str, str]:
    """What lists sort by: the values folded as a search folds them; none for a value that the row has not."""
    return {name: fold_text(str(document[name])) for name in projection.sorts if document.get(name) is not None}


def indexes_of(projections: Iterable[Projection]) -> str:
    """SQL for the indexes on the fields that are looked up, with `{schema}` to be filled in."""
    names = sorted({name for each in projections for name in each.looked_up})
    return "".join(
        f"CREATE INDEX IF NOT EXISTS projection_rows_by_{name} ON {{schema}}.projection_rows ((document->>'{name}'))"
        f" WHERE document->>'{name}' IS NOT NULL;\n"
        for name in names
    )


def _never(_: Encrypted) -> str:
    raise TypeError("a projection's row takes no encrypted value")
