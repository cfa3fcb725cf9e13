"""Caseloads: what waits for an adviser and by which day, from the `due` entries of a projection's rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from shared.access import ADVISER, ROWS, RowScope, scope_condition
from shared.eventlog import ServiceApplication
from shared.kernel import Role, paris_date, start_of_day
from shared.projections import Projection, Row
from shared.queries.list_query import make_cursor, read_cursor
from shared.temporal import PRESENT, Basis, PointInTime, load_past_rows, read_with_basis

BY_DUE_DATE = "due_on"


@dataclass(frozen=True, slots=True)
class TaskKind:
    """A kind of task. `href`: with placeholders {case} and {item}. `days`: from `since` to the due date, unless the
    entry names the date. `when_due`: it is shown from its due date on; `until_due`: through its due date, after which
    it can no longer be done."""

    label: str
    href: str
    days: int = 0
    when_due: bool = False
    until_due: bool = False


@dataclass(frozen=True, slots=True)
class Caseload:
    """`projection`: a row a case, with `unit`, `adviser` and `due`, its entries by a key of their own.

    `task_kinds`: by code. `pace_days`: other numbers of days, by "code:pace", for cases whose row has that `pace`."""

    projection: Projection
    task_kinds: Mapping[str, TaskKind]
    pace_days: Callable[[], Mapping[str, int]] = dict


@dataclass(frozen=True, slots=True)
class CaseloadQuery:
    """`scope`: the cases that are shown, None for all. `role`: whose tasks, None for the staff's. `until`: due by that
    day. `late`: only tasks past their due date."""

    scope: RowScope | None
    role: Role | None = None
    adviser: str | None = None
    unit: str | None = None
    until: date | None = None
    late: bool = False
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CaseloadPage:
    """`days`: the days of each kind of task, by which lateness was determined."""

    rows: list[dict[str, Any]]
    next: str | None
    basis: Basis
    days: Mapping[str, int]


def due_entry(
    kind: str, since: Any, *, on: Any = None, item: Any = None, unit: str | None = None, role: Role | None = None
) -> Row:
    """An entry of a row's `due`, shown from `since` on (a day, or an instant in UTC). `item`: the part of the case that
    it is about. `unit`: the unit whose task it is, if not the row's; nobody there is in charge of it yet. `role`: whom
    the staff asks; they are shown neither the structure nor its adviser."""
    whose = {name: value for name, value in (("unit", unit), ("role", role)) if value}
    return {"what": kind, "since": since, "on": on, "item": item} | whose


WITH_TASKS = "document @? '$.due.*'"
"""The rows that have tasks, as `queried` of a caseload's projection: one in thirty."""
SINCE_DAY = (
    "CASE WHEN length(entry.value->>'since') = 10 THEN entry.value->>'since'"
    " ELSE ((entry.value->>'since')::timestamptz AT TIME ZONE 'Europe/Paris')::date::text END"
)
"""`since` is a day, or an instant, which counts for its day in Paris."""
UNIT = "coalesce(entry.value->>'unit', document->>'unit')"
IN_CHARGE = f"CASE WHEN NOT entry.value ?| ARRAY['unit', 'role'] THEN {ADVISER} END"
STRUCTURE = "CASE WHEN NOT entry.value ? 'role' THEN document->'structure' END"
ENTRIES = (
    f"SELECT case_id::text AS case, case_id::text || '/' || entry.key AS key, {UNIT} AS unit,"  # noqa: S608
    f" {IN_CHARGE} AS adviser, {STRUCTURE} AS structure, entry.value->>'what' AS what,"
    " entry.value->>'item' AS item,"
    f" entry.value->>'since' AS since, {SINCE_DAY} AS since_on, coalesce((entry.value->>'on')::date, {SINCE_DAY}::date"
    " + coalesce(%(days)s::jsonb->>((entry.value->>'what') || ':' || (document->>'pace')),"
    " %(days)s::jsonb->>(entry.value->>'what'))::int)::text AS due_on"
    f" FROM {ROWS}, jsonb_each(document->'due') AS entry WHERE projection = %(projection)s AND {WITH_TASKS}"
    f" AND (%(adviser)s::text IS NULL OR {IN_CHARGE} = %(adviser)s)"
    f" AND (%(unit)s::text IS NULL OR {UNIT} = %(unit)s)"
    f" AND (%(own_units)s::text[] IS NULL OR {UNIT} = ANY(%(own_units)s))"
    " AND entry.value->>'role' IS NOT DISTINCT FROM %(role)s::text"
)


PAGE = (
    "SELECT *, due_on < %(judged_on)s AS late FROM ({entries}) AS entries"
    " WHERE since <= CASE WHEN length(since) = 10 THEN %(judged_on)s ELSE %(now)s END"
    " AND (%(until)s::text IS NULL OR due_on <= %(until)s) AND (NOT %(late)s OR due_on < %(judged_on)s)"
    " AND (what <> ALL(%(when_due)s::text[]) OR due_on <= %(judged_on)s)"
    " AND (what <> ALL(%(until_due)s::text[]) OR due_on >= %(judged_on)s)"
    " AND (due_on, key) > (%(day)s, %(key)s) ORDER BY due_on, key LIMIT %(limit)s"
)


def fetch_caseload(
    app: ServiceApplication, caseload: Caseload, query: CaseloadQuery, moment: PointInTime
) -> CaseloadPage:
    """One page of tasks, the earliest due date first. For a past point in time, lateness is determined by today's
    `days`.

    Raises InvalidCursor and, for the past, what `load_past_rows` raises."""
    day, key = read_cursor(query.after, BY_DUE_DATE) if query.after is not None else ("", "")
    reference = app.clock.now() if moment == PRESENT else reference_instant(moment)
    days = {code: kind.days for code, kind in caseload.task_kinds.items()} | {**caseload.pace_days()}
    scope, values = scope_condition(query.scope)
    page = PAGE.replace("{entries}", f"{ENTRIES} AND {scope}")
    values |= {
        "projection": caseload.projection.name,
        "days": Jsonb(days),
        "adviser": query.adviser,
        "unit": query.unit,
        "own_units": None if query.scope is None else list(query.scope.units),
        "role": query.role,
        "when_due": [code for code, kind in caseload.task_kinds.items() if kind.when_due],
        "until_due": [code for code, kind in caseload.task_kinds.items() if kind.until_due],
        "until": query.until and query.until.isoformat(),
        "late": query.late,
        "now": reference.isoformat().replace("+00:00", "Z"),  # compared with a row's instants, as text
        "judged_on": paris_date(reference).isoformat(),
        "today": moment == PRESENT,
        "day": day,
        "key": key,
        "limit": query.limit,
    }
    if moment == PRESENT:
        in_order = f"SELECT json_agg(found ORDER BY due_on, key) FROM ({page}) AS found"  # noqa: S608
        basis, rows = read_with_basis(app.recorder, caseload.projection, in_order, values)
    else:
        then = load_past_rows(app, caseload.projection, moment, None if query.scope is None else query.scope.units)
        source = then.source()
        basis, rows = then.basis, app.recorder.fetch(source.before + page, {**values, **source.values})
    full = len(rows) == query.limit
    next_cursor = cursor_after(rows[-1]["due_on"], rows[-1]["key"]) if full else None
    return CaseloadPage(rows, next_cursor, basis=basis, days=days)


def cursor_after(due_on: str, task: str) -> str:
    """The cursor of the page that begins after a task, by its due date and its id."""
    return make_cursor(BY_DUE_DATE, due_on, task)


def reference_instant(moment: PointInTime) -> datetime:
    """The instant by which a past caseload is late: the end of the day `on`, else `as_of`."""
    if moment.on:
        return start_of_day(moment.on + timedelta(days=1)) - timedelta(microseconds=1)
    assert moment.as_of is not None
    return moment.as_of.astimezone(UTC)
