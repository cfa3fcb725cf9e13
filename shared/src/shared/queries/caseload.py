"""What waits for an adviser, and by which day? Read from the `due` entries of a view's rows, by the service's clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from psycopg.types.json import Jsonb

from shared.access import ADVISER, ROWS, Covered, covering
from shared.eventlog import ServiceApplication
from shared.projections import Document, View
from shared.queries.list_query import cursor, read_cursor
from shared.temporal import Moment, RestsOn, kept_then, read_now, rows_then

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
    """`covered`: the cases that are shown, null for all. `until`: due by that day; `late`: whose day has passed."""

    covered: Covered | None
    adviser: str | None = None
    unit: str | None = None
    until: date | None = None
    late: bool = False
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """`days`: how many are given for each kind of thing to do, by which it was judged late."""

    rows: list[dict[str, Any]]
    next: str | None
    rests_on: RestsOn
    days: Mapping[str, int]


def due(what: str, since: Any, *, on: Any = None, item: Any = None) -> Document:
    """An entry, told from `since` on (a day, or an instant in UTC). `item`: what of the case it is about."""
    return {"what": what, "since": since, "on": on, "item": item}


ENTRIES = (
    "SELECT case_id::text AS case, case_id::text || '/' || entry.key AS key, document->>'unit' AS unit,"  # noqa: S608
    f" {ADVISER} AS adviser, entry.value->>'what' AS what, entry.value->>'item' AS item,"
    " entry.value->>'since' AS since, coalesce((entry.value->>'on')::date, left(entry.value->>'since', 10)::date"
    " + coalesce(%(days)s::jsonb->>((entry.value->>'what') || ':' || (document->>'pace')),"
    " %(days)s::jsonb->>(entry.value->>'what'))::int)::text AS due_on"
    f" FROM {ROWS}, jsonb_each(document->'due') AS entry WHERE view = %(view)s"
    f" AND (%(adviser)s::text IS NULL OR {ADVISER} = %(adviser)s)"
    " AND (%(unit)s::text IS NULL OR document->>'unit' = %(unit)s)"
)


PAGE = (
    "SELECT *, due_on < %(judged_on)s AS late FROM ({entries}) AS entries WHERE since <= %(now)s"
    " AND (%(until)s::text IS NULL OR due_on <= %(until)s) AND (NOT %(late)s OR due_on < %(judged_on)s)"
    " AND (due_on, key) > (%(day)s, %(key)s) ORDER BY due_on, key LIMIT %(limit)s"
)


def waiting(app: ServiceApplication, caseload: Caseload, wanted: Wanted, moment: Moment) -> Waiting:
    """One page, what is due first before the rest; what was late then, by the days given today. Raises WrongCursor, and
    about the past like `rows_then`."""
    day, key = read_cursor(wanted.after, BY_DUE_DATE) if wanted.after is not None else ("", "")
    judged_at = app.clock.now() if moment == Moment() else judged_by(moment)
    days = {code: what.days for code, what in caseload.whats.items()} | {**caseload.paces()}
    covered, values = covering(wanted.covered)
    page = PAGE.replace("{entries}", f"{ENTRIES} AND {covered}")
    values |= {
        "view": caseload.view.name,
        "days": Jsonb(days),
        "adviser": wanted.adviser,
        "unit": wanted.unit,
        "until": wanted.until and wanted.until.isoformat(),
        "late": wanted.late,
        "now": judged_at.isoformat().replace("+00:00", "Z"),  # compared with a row's instants, as text
        "judged_on": judged_at.date().isoformat(),
        "today": moment == Moment(),
        "day": day,
        "key": key,
        "limit": wanted.limit,
    }
    if moment == Moment():
        rests_on, rows = read_now(app.recorder, caseload.view, page, values)
    else:
        then = rows_then(app, caseload.view, moment, None if wanted.covered is None else wanted.covered.units)
        kept = kept_then(caseload.view, [row for row in then.documents if row["due"]])
        rests_on, rows = then.rests_on, app.recorder.fetch(kept.before + page, {**values, **kept.values})
    full = len(rows) == wanted.limit
    following = cursor(BY_DUE_DATE, rows[-1]["due_on"], rows[-1]["key"]) if full else None
    return Waiting(rows, following, rests_on, days)


def judged_by(moment: Moment) -> datetime:
    """The instant by which a past caseload is late: the end of the day `on`, else `as_of`."""
    if moment.on:
        return datetime.combine(moment.on, time.max, UTC)
    assert moment.as_of is not None
    return moment.as_of.astimezone(UTC)
