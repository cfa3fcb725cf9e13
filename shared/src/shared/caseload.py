"""What waits for an adviser, and by which day? Read from the `due` entries of a view's rows, by the service's clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from shared.eventlog.recorder import LogRecorder
from shared.lists import cursor, read_cursor
from shared.views import Document, View

BY_DUE_DATE = "due_on"


@dataclass(frozen=True, slots=True)
class What:
    """One kind of thing to do. `href` takes {case} and {item}; `days` are given from its `since`, unless its entry
    names the day."""

    label: str
    href: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Caseload:
    """`view`: a row a case, with `unit`, `adviser` and `due`, its entries by a key of their own.

    `paces`: other days, by "what:pace", for the cases whose row names that `pace`."""

    view: View
    whats: Mapping[str, What]
    paces: Callable[[], Mapping[str, int]] = dict


@dataclass(frozen=True, slots=True)
class Wanted:
    """`units`: whose cases are shown, null for all. `until`: due by that day; `late`: whose day has passed."""

    units: Sequence[str] | None

    adviser: str | None = None
    unit: str | None = None
    until: date | None = None
    late: bool = False
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    rows: list[dict[str, Any]]
    next: str | None


def due(what: str, since: Any, *, on: Any = None, item: Any = None) -> Document:
    """An entry, told from `since` on (a day, or an instant in UTC). `item`: what of the case it is about."""
    return {"what": what, "since": since, "on": on, "item": item}


ENTRIES = (
    "SELECT case_id::text AS case, case_id::text || '/' || entry.key AS key, document->>'unit' AS unit,"
    " document->>'adviser' AS adviser, entry.value->>'what' AS what, entry.value->>'item' AS item,"
    " entry.value->>'since' AS since, coalesce((entry.value->>'on')::date, left(entry.value->>'since', 10)::date"
    " + coalesce(%(days)s::jsonb->>((entry.value->>'what') || ':' || (document->>'pace')),"
    " %(days)s::jsonb->>(entry.value->>'what'))::int)::text AS due_on"
    " FROM {schema}.views, jsonb_each(document->'due') AS entry WHERE view = %(view)s"
    " AND (%(adviser)s::text IS NULL OR document->>'adviser' = %(adviser)s)"
    " AND (%(unit)s::text IS NULL OR document->>'unit' = %(unit)s)"
    " AND (%(units)s::text[] IS NULL OR document->>'unit' = ANY(%(units)s))"
)


def waiting(recorder: LogRecorder, caseload: Caseload, wanted: Wanted, now: datetime) -> Waiting:
    """One page, what is due first before the rest. Raises WrongCursor."""
    day, key = read_cursor(wanted.after, BY_DUE_DATE) if wanted.after is not None else ("", "")
    today = now.date().isoformat()
    rows = recorder.fetch(
        f"SELECT *, due_on < %(today)s AS late FROM ({ENTRIES}) AS entries WHERE since <= %(now)s"  # noqa: S608
        " AND (%(until)s::text IS NULL OR due_on <= %(until)s) AND (NOT %(late)s OR due_on < %(today)s)"
        " AND (due_on, key) > (%(day)s, %(key)s) ORDER BY due_on, key LIMIT %(limit)s",
        {
            "view": caseload.view.name,
            "days": Jsonb({code: what.days for code, what in caseload.whats.items()} | {**caseload.paces()}),
            "adviser": wanted.adviser,
            "unit": wanted.unit,
            "units": None if wanted.units is None else list(wanted.units),
            "until": wanted.until and wanted.until.isoformat(),
            "late": wanted.late,
            "now": now.isoformat(),
            "today": today,
            "day": day,
            "key": key,
            "limit": wanted.limit,
        },
    )
    full = len(rows) == wanted.limit
    return Waiting(rows, cursor(BY_DUE_DATE, rows[-1]["due_on"], rows[-1]["key"]) if full else None)
