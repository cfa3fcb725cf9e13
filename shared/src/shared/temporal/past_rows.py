"""Rows of a projection at a past point in time: read as they were kept, and folded from the log for the few cases that
no kept row tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.eventlog import ServiceApplication
from shared.kernel import start_of_day
from shared.projections import Projection, Row, search_text, sort_keys
from shared.temporal.aggregate_at import PRESENT, PointInTime, RecordedEntry, events_effective_by, require_closed
from shared.temporal.rows_at import Basis, RowsAt, load_current_rows, owned_rows

MAX_EVENTS = 200_000
"""Events folded for one request: about ten seconds of one core (measured)."""
MAX_ROWS = 50_000
"""Rows counted for one request: about two and a half seconds of one core (measured), and 200 MB."""


class TooManyEvents(Exception):
    """More events to fold than one request may: on that day, too many cases had events that were recorded on another.
    Ask for fewer units."""


class TooManyRows(Exception):
    """More rows than one request may count. Ask for fewer units."""


class PastBusy(Exception):
    """It is being counted for another request, or the projection has not read all of it yet. Ask again in a moment."""


@dataclass(frozen=True, slots=True)
class RowSource:
    """Where a statement reads its rows: `before` precedes its SELECT FROM projection_rows, with `values`. Empty: the
    current rows."""

    before: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastRows:
    """The rows of the cases that belong to `units` today (null: to any) and did then. Those of `folded` are given, or
    null where a case had none; all others stand in the tables as they were at position `at`."""

    basis: Basis
    projection: Projection
    units: Sequence[str] | None
    at: int
    folded: dict[UUID, Row | None]

    def source(self) -> RowSource:
        rows = [
            {
                "projection": self.projection.name,
                "case_id": row["id"],
                "document": row,
                "search": search_text(self.projection, row),
                "sort_keys": sort_keys(self.projection, row),
            }
            for row in self.folded.values()
            if row is not None and (self.units is None or set(row["units"]) & set(self.units))
        ]
        values = {
            "past_projection": self.projection.name,
            "past_at": self.at,
            "past_units": None if self.units is None else list(self.units),
            "past_folded": list(self.folded),
            "past_rows": Jsonb(rows),
        }
        if self.units is None:
            return RowSource(PAST_ROWS, values)
        return RowSource(PAST_ROWS_OF_MANY if len(self.units) >= MANY_UNITS else PAST_ROWS_OF_UNITS, values)

    def documents(
        self, app: ServiceApplication, where: str = "true", limit: int | None = None, **values: Any
    ) -> list[Row]:
        """In the order of the cases' ids; their `version` is not that of then. `where`: an SQL condition on
        `document`."""
        source = self.source()
        statement = (
            f"{source.before}SELECT document FROM projection_rows WHERE {where} ORDER BY case_id LIMIT %(limit)s"  # noqa: S608
        )
        return [row["document"] for row in app.recorder.fetch(statement, {**source.values, **values, "limit": limit})]

    def count_versions(self, app: ServiceApplication, rows: Sequence[Row]) -> list[Row]:
        """These rows with the `version` of then. It counts events, and a kept row stands for several of them."""
        cases = [UUID(row["id"]) for row in rows if UUID(row["id"]) not in self.folded]
        values = {
            "projection": self.projection.name,
            "cases": cases,
            "at": self.at,
            "topics": self.projection.topics(),
        }
        found = {str(row["case_id"]): row["version"] for row in app.recorder.fetch(VERSIONS, values)}
        return [row | {"version": found.get(row["id"], row["version"])} for row in rows]


MANY_UNITS = 20


def _of_units(row: str) -> str:
    """The condition that a row belongs to one of the units."""
    return f" AND {row}.document->'units' ?| %(past_units)s::text[]"


def _of_many_units(row: str) -> str:
    """The same, without an index and faster for many units: their array is hashed for a row's first unit."""
    return (
        f" AND ({row}.document->'units'->>0 = ANY(%(past_units)s::text[])"
        f" OR {row}.document->'units' ?| %(past_units)s::text[])"
    )


def _past_rows(of_today: str = "", of_then: str = "") -> str:
    """Rows that stand since before the position, those that were replaced after it, and those that are given.
    `of_today` and `of_then`: conditions on the row `r` of today and on the row `h` of then."""
    return f"""WITH projection_rows AS (
 SELECT r.projection, r.case_id, r.document, r.search, r.sort_keys FROM {{schema}}.projection_rows r
  WHERE r.projection = %(past_projection)s AND r.since <= %(past_at)s
   AND r.case_id <> ALL(%(past_folded)s::uuid[]){of_today}
 UNION ALL
 SELECT h.projection, h.case_id, h.document, h.search, h.sort_keys FROM {{schema}}.projection_rows r
  JOIN {{schema}}.projection_history h USING (projection, case_id)
  WHERE r.projection = %(past_projection)s AND r.since > %(past_at)s
   AND r.case_id <> ALL(%(past_folded)s::uuid[]) AND h.since <= %(past_at)s AND h.until > %(past_at)s{of_today}{of_then}
 UNION ALL
 SELECT * FROM jsonb_to_recordset(%(past_rows)s)
  AS past(projection text, case_id uuid, document jsonb, search text, sort_keys jsonb)
) """  # noqa: S608  our own words


PAST_ROWS = _past_rows()
PAST_ROWS_OF_UNITS = _past_rows(_of_units("r"), _of_many_units("h"))
PAST_ROWS_OF_MANY = _past_rows(_of_many_units("r"), _of_many_units("h"))
VERSIONS = (
    "SELECT case_id, count(*) AS version FROM {events} JOIN (SELECT case_id, min(since) AS opened FROM"
    " (SELECT case_id, since FROM {schema}.projection_rows"
    "  WHERE projection = %(projection)s AND case_id = ANY(%(cases)s)"
    "  UNION ALL SELECT case_id, since FROM {schema}.projection_history"
    "  WHERE projection = %(projection)s AND case_id = ANY(%(cases)s)) AS kept GROUP BY case_id) AS first"
    " USING (case_id) WHERE position BETWEEN opened AND %(at)s"
    " AND (%(topics)s::text[] IS NULL OR topic = ANY(%(topics)s)) GROUP BY case_id"
)
UNREAD = "SELECT DISTINCT case_id FROM {events} WHERE position > %(reached)s AND position <= %(until)s"
BACKDATED = (
    "SELECT case_id FROM {schema}.backdated_events JOIN {schema}.projection_rows USING (case_id)"
    " WHERE days @> %(on)s AND position <= %(until)s AND projection = %(projection)s"
    " AND (%(units)s::text[] IS NULL OR document->'units' ?| %(units)s::text[])"
)


def load_past_rows(
    app: ServiceApplication, projection: Projection, point: PointInTime, units: Sequence[str] | None
) -> PastRows:
    """The rows of these units as they were; null: of all.

    A case is folded from the log if the projection has not read all of it, so that an answer does not depend on how far
    it is, and if something of it had happened and was recorded on different sides of the end of `on`. Raises
    FutureInstant, PastBusy or TooManyEvents."""
    if point.as_of:
        require_closed(app, point.as_of)
    recorder = app.recorder
    position, recorded_at = recorder.position_at(point.as_of)
    basis = Basis(
        recorder.identity().log_id,
        position,
        recorded_at=recorded_at,
        projection=projection.name,
        as_of=point.as_of,
        on=point.on,
    )
    at = min(position, recorder.position_at(_end_of(point.on))[0]) if point.on else position
    reached = _checkpoint(app, projection)
    if position - reached > MAX_EVENTS:
        raise PastBusy
    values = {
        "projection": projection.name,
        "units": None if units is None else list(units),
        "until": position,
        "reached": reached,
        "on": point.on,
    }
    if reached >= position and not point.on:
        return PastRows(basis, projection, units=units, at=at, folded={})
    return PastRows(basis, projection, units=units, at=at, folded=_fold(app, projection, values, point.on))


def _checkpoint(app: ServiceApplication, projection: Projection) -> int:
    statement = "SELECT position FROM {schema}.projection_checkpoints WHERE projection = %s"
    rows = app.recorder.fetch(statement, (projection.name,))
    return rows[0]["position"] if rows else 0


def _end_of(day: date) -> datetime:
    return start_of_day(day + timedelta(days=1)) - timedelta(microseconds=1)


def _fold(
    app: ServiceApplication, projection: Projection, values: dict[str, Any], on: date | None
) -> dict[UUID, Row | None]:
    which = "JOIN folded USING (case_id) WHERE position <= %(until)s"
    folded = f"WITH folded AS ({UNREAD}{f' UNION {BACKDATED}' if on else ''})"
    counting = f"SELECT count(*) AS n FROM (SELECT FROM {{events}} {which} LIMIT %(limit)s) AS counted"  # noqa: S608
    (found,) = app.recorder.fetch(f"{folded} {counting}", {**values, "limit": MAX_EVENTS + 1})
    if found["n"] > MAX_EVENTS:
        raise TooManyEvents
    events = app.events_of(app.recorder.stream_entries(folded, which, values))
    return {
        case: fold_row(projection, list(each), on) for case, each in groupby(events, key=lambda one: one[0].case_id)
    }


def fold_row(projection: Projection, events: Sequence[RecordedEntry], on: date | None = None) -> Row | None:
    """One case's row from its events; null where the projection has none for it."""
    row: Row | None = None
    for entry, event in events_effective_by(events, on) if on else events:
        row = projection.after(row, entry, event)
    return row


def load_rows_at(
    app: ServiceApplication, projection: Projection, point: PointInTime, units: Sequence[str] | None
) -> RowsAt:
    """Whole rows, to count. Raises TooManyRows and, for the past, what `load_past_rows` raises."""
    if point == PRESENT:
        return load_current_rows(app.recorder, projection, units)
    past = load_past_rows(app, projection, point, units)
    documents = past.documents(app, limit=MAX_ROWS + 1)
    if len(documents) > MAX_ROWS:
        raise TooManyRows
    return RowsAt(past.basis, owned_rows(documents, units))
