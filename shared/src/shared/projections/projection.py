"""Projections: one row per case, folded from the log. A projection with a new version in its name is built anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, cast

from shared.eventlog import LogEntry, RecordedEvent, to_plain
from shared.kernel import Encrypted, event_name, fold_text

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
    whose exact value commands find rows, each with an index. `queried`: the SQL condition on a row under which queries
    look at it at all; the index by units has no other rows."""

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
    queried: str = "true"

    def after(self, before: Row | None, entry: LogEntry, event: RecordedEvent[Any]) -> Row | None:
        """The case's row after one more event; null for a case of another kind, which has no row here."""
        if not self.is_about(event):
            return before
        row = self.changed(before, entry, event)
        return {**before, "version": before["version"] + 1} if row is None and before else row

    def is_about(self, event: RecordedEvent[Any]) -> bool:
        return not self.about or type(event.data) in self.about

    def changed(self, before: Row | None, entry: LogEntry, event: RecordedEvent[Any]) -> Row | None:
        """The row that an event makes of the one before; null where it changes nothing but its `version`, or there is
        none and it begins none. For an event that the projection is about."""
        given = before or {"id": str(entry.case_id), "version": 0}
        row = self.project(given, entry, event)
        if row is given:
            return None
        units = sorted({unit for unit in self.units_of(row) if unit})
        return cast(Row, to_plain(row | {"version": given["version"] + 1, "units": units}, _never))

    def topics(self) -> list[str] | None:
        """The topics of `about`, of every version that may be stored; null: all."""
        names = [event_name(kind) for kind in self.about]
        return [f"{name.name}:v{version}" for name in names for version in range(1, name.version + 1)] or None


def canonical_json(document: Row) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=False).encode()


def search_text(projection: Projection, document: Row) -> str:
    if not projection.searched:
        return ""
    return _folded(" ".join(str(document.get(name) or "") for name in projection.searched))


def sort_keys(projection: Projection, document: Row) -> dict[str, str]:
    """What lists sort by: the values folded as a search folds them; none for a value that the row has not."""
    return {name: _folded(str(document[name])) for name in projection.sorts if document.get(name) is not None}


@lru_cache(4_096)
def _folded(text: str) -> str:
    """Remembered, for most changes of a row leave its texts as they are."""
    return fold_text(text)


def indexes_of(projections: Iterable[Projection]) -> str:
    """SQL for the indexes on the fields that are looked up, and on the units of each projection, with `{schema}` to be
    filled in.

    A projection has its own index of units, named by a hash of its name, which may be long: in one for all, PostgreSQL
    finds the rows of a unit in every projection."""
    projections = list(projections)
    names = sorted({name for each in projections for name in each.looked_up})
    return "".join(
        f"CREATE INDEX IF NOT EXISTS projection_rows_by_{name} ON {{schema}}.projection_rows ((document->>'{name}'))"
        f" WHERE document->>'{name}' IS NOT NULL;\n"
        for name in names
    ) + "".join(
        f"CREATE INDEX IF NOT EXISTS projection_rows_units_{sha256(each.name.encode()).hexdigest()[:16]}"
        f" ON {{schema}}.projection_rows USING gin ((document->'units'))"
        f" WHERE projection = '{each.name}' AND {each.queried};\n"
        for each in projections
    )


def _never(_: Encrypted) -> str:
    raise TypeError("a projection's row takes no encrypted value")
