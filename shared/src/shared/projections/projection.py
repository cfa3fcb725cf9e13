"""What lists show: one row a case, kept from the log, thrown away and rebuilt at will."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
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
    """`name` ends with a version: a changed view is built beside the old one, under its new name.

    `project(row so far, entry, event)` gives the row, pure; `searched` names the fields that a search looks in.
    A row holds no sealed value in clear. `about`: the events that make it, where cases are of several kinds. A list
    of it is filtered by `filters`, sorted by `sorts` (texts and dates), bounded by the day or instant in `opened`;
    `everywhere`: its rows are of no unit, and shown to all. `units_of(row)`: the units that may see a row, which it
    carries as `units` for the access policy; by default its `unit`."""

    name: str
    project: Callable[[Row, LogEntry, RecordedEvent[Any]], Row]
    searched: tuple[str, ...] = ()
    about: tuple[type, ...] = ()
    filters: tuple[str, ...] = ("status",)
    sorts: tuple[str, ...] = ()
    opened: str | None = None
    everywhere: bool = False
    units_of: Callable[[Row], Iterable[str | None]] = _own_unit

    def after(self, before: Row | None, entry: LogEntry, event: RecordedEvent[Any]) -> Row | None:
        """The case's row after one more event; null as long as it is a case of another kind, which has none here."""
        if self.about and type(event.data) not in self.about:
            return before
        given = before or {"id": str(entry.case_id), "version": 0}
        row = self.project(given, entry, event)
        if row is given and not given["version"]:
            return None
        units = sorted({unit for unit in self.units_of(row) if unit})
        return cast(Row, to_plain(row | {"version": given["version"] + 1, "units": units}, _never))


class Projector:
    """Follows the log from where each view stands; several replicas take turns on the view's row lock."""

    BATCH = 200
    POLL_SECONDS = 1.0

    def __init__(self, app: ServiceApplication, views: tuple[Projection, ...]) -> None:
        self._app = app
        self._loops = {
            view.name: WorkerLoop(
                f"projection {app.service} {view.name}",
                partial(self._catch_up, view),
                interval_seconds=self.POLL_SECONDS,
            )
            for view in views
        }

    def start(self) -> None:
        for loop in self._loops.values():
            self._app.recorder.notifier.listeners.append(loop.wake_up)
            loop.start()

    def stop(self) -> None:
        for loop in self._loops.values():
            loop.end()
        for loop in self._loops.values():
            loop.stop()

    def _catch_up(self, view: Projection) -> None:
        stopping = self._loops[view.name].stopping
        while self.advance(view) and not stopping.is_set():
            pass

    def advance(self, view: Projection) -> bool:
        """One batch, rows and position in one transaction. True when there may be more."""
        recorder = self._app.recorder
        with recorder.datastore.get_connection() as connection, connection.transaction():
            connection.execute("INSERT INTO projection_checkpoints VALUES (%s, 0) ON CONFLICT DO NOTHING", (view.name,))
            row = connection.execute(
                "SELECT position FROM projection_checkpoints WHERE projection = %s FOR UPDATE", (view.name,)
            ).fetchone()
            assert row is not None
            entries = recorder.select_notifications(row["position"], self.BATCH, inclusive_of_start=False)
            if not entries:
                return False
            cases = list({entry.case_id for entry in entries})
            found = connection.execute(
                "SELECT case_id, document FROM projection_rows WHERE projection = %s AND case_id = ANY(%s)",
                (view.name, cases),
            ).fetchall()
            documents = {row["case_id"]: row["document"] for row in found}
            self._project(view, entries, documents)
            connection.cursor().executemany(
                "INSERT INTO projection_rows VALUES (%s, %s, %s, %s, %s) ON CONFLICT (projection, case_id)"
                " DO UPDATE SET version = excluded.version, document = excluded.document, search = excluded.search",
                [
                    (view.name, case, document["version"], Jsonb(document), search_text(view, document))
                    for case, document in documents.items()
                ],
            )
            connection.execute(
                "UPDATE projection_checkpoints SET position = %s WHERE projection = %s", (entries[-1].id, view.name)
            )
        return len(entries) == self.BATCH

    def rebuilt(self, view: Projection, until: int) -> dict[UUID, Row]:
        """The whole view folded anew from position 1, beside the one that is served, with no side effect."""
        documents: dict[UUID, Row] = {}
        after = 0
        while entries := self._app.recorder.select_notifications(after, 500, until, inclusive_of_start=False):
            self._project(view, entries, documents)
            after = entries[-1].id
        return documents

    def _project(self, view: Projection, entries: Any, documents: dict[UUID, Row]) -> None:
        for entry, event in self._app.events_of(entries):
            if row := view.after(documents.get(entry.case_id), entry, event):
                documents[entry.case_id] = row


def canonical_json(document: Row) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=False).encode()


def search_text(view: Projection, document: Row) -> str:
    return fold_text(" ".join(str(document.get(name) or "") for name in view.searched))


def _never(_: Encrypted) -> str:
    raise TypeError("a view's row takes no sealed value")
