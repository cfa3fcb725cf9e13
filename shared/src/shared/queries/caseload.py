"""Caseloads: what waits for an adviser and by which day, from the `due` entries of a projection's rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from psycopg.types.json import Jsonb

from shared.access import ADVISER, ROWS, RowScope, scope_condition
from shared.eventlog import ServiceApplication
from shared.projections import Projection, Row
from shared.queries.list_query import make_cursor, read_cursor
from shared.temporal import Basis, PointInTime, load_past_rows, past_row_source, read_with_basis

BY_DUE_DATE = "due_on"


@dataclass(frozen=True, slots=True)
class TaskKind:
    """One kind of thing to do. `href` takes {case} and {item}; `days` are given from its `since`, unless its entry
    names the day."""

    label: str
    href: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Caseload:
    """`view`: a row a case, with `unit`, `adviser` and `due`, its entries by a key of their own.

    `paces`: other days, by "what:pace", for the cases whose row names that `pace`."""

    view: Projection
    whats: Mapping[str, TaskKind]
    paces: Callable[[], Mapping[str, int]] = dict


@dataclass(frozen=True, slots=True)
class CaseloadQuery:
    """`covered`: the cases that are shown, null for all. `until`: due by that day; `late`: whose day has passed."""

    covered: RowScope | None
    adviser: str | None = None
    unit: str | None = None
    until: date | None = None
    late: bool = False
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CaseloadPage:
    """`days`: how many are given for each kind of thing to do, by which it was judged late."""

    rows: list[dict[str, Any]]
    next: str | None
    basis: Basis
    days: Mapping[str, int]


def due_entry(what: str, since: Any, *, on: Any = None, item: Any = None) -> Row:
    """An entry, told from `since` on (a day, or an instant in UTC). `item`: what of the case it is about."""
    return {"what": what, "since": since, "on": on, "item": item}


ENTRIES = (
    "SELECT case_id::text AS case, case_id::text || '/' || entry.key AS key, document->>'unit' AS unit,"  # noqa: S608
    f" {ADVISER} AS adviser, entry.value->>'what' AS what, entry.value->>'item' AS item,"
    " entry.value->>'since' AS since, coalesce((entry.value->>'on')::date, left(entry.value->>'since', 10)::date"
    " + coalesce(%(days)s::jsonb->>((entry.value->>'what') || ':' || (document->>'pace')),"
    " %(days)s::jsonb->>(entry.value->>'what'))::int)::text AS due_on"
    f" FROM {ROWS}, jsonb_each(document->'due') AS entry WHERE projection = %(projection)s"
    f" AND (%(adviser)s::text IS NULL OR {ADVISER} = %(adviser)s)"
    " AND (%(unit)s::text IS NULL OR document->>'unit' = %(unit)s)"
)


PAGE = (
    "SELECT *, due_on < %(judged_on)s AS late FROM ({entries}) AS entries WHERE since <= %(now)s"
    " AND (%(until)s::text IS NULL OR due_on <= %(until)s) AND (NOT %(late)s OR due_on < %(judged_on)s)"
    " AND (due_on, key) > (%(day)s, %(key)s) ORDER BY due_on, key LIMIT %(limit)s"
)


def fetch_caseload(
    app: ServiceApplication, caseload: Caseload, wanted: CaseloadQuery, moment: PointInTime
) -> CaseloadPage:
    """One page, what is due first before the rest; what was late then, by the days given today. Raises WrongCursor, and
    about the past like `load_past_rows`."""
    day, key = read_cursor(wanted.after, BY_DUE_DATE) if wanted.after is not None else ("", "")
    judged_at = app.clock.now() if moment == PointInTime() else reference_instant(moment)
    days = {code: what.days for code, what in caseload.whats.items()} | {**caseload.paces()}
    covered, values = scope_condition(wanted.covered)
    page = PAGE.replace("{entries}", f"{ENTRIES} AND {covered}")
    values |= {
        "projection": caseload.view.name,
        "days": Jsonb(days),
        "adviser": wanted.adviser,
        "unit": wanted.unit,
        "until": wanted.until and wanted.until.isoformat(),
        "late": wanted.late,
        "now": judged_at.isoformat().replace("+00:00", "Z"),  # compared with a row's instants, as text
        "judged_on": judged_at.date().isoformat(),
        "today": moment == PointInTime(),
        "day": day,
        "key": key,
        "limit": wanted.limit,
    }
    if moment == PointInTime():
        basis, rows = read_with_basis(app.recorder, caseload.view, page, values)
    else:
        then = load_past_rows(app, caseload.view, moment, None if wanted.covered is None else wanted.covered.units)
        kept = past_row_source(caseload.view, [row for row in then.documents if row["due"]])
        basis, rows = then.basis, app.recorder.fetch(kept.before + page, {**values, **kept.values})
    full = len(rows) == wanted.limit
    following = make_cursor(BY_DUE_DATE, rows[-1]["due_on"], rows[-1]["key"]) if full else None
    return CaseloadPage(rows, following, basis=basis, days=days)


def reference_instant(moment: PointInTime) -> datetime:
    """The instant by which a past caseload is late: the end of the day `on`, else `as_of`."""
    if moment.on:
        return datetime.combine(moment.on, time.max, UTC)
    assert moment.as_of is not None
    return moment.as_of.astimezone(UTC)
