"""Rows of a projection at a past point in time: folded again from the log as it was recorded by then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.eventlog import LogRecorder, ServiceApplication
from shared.projections import Projection, Row, search_text, sort_keys
from shared.temporal.aggregate_at import PointInTime, RecordedEntry, events_effective_by, require_closed

MAX_EVENTS = 200_000
"""Events folded for one request: about ten seconds of one core (measured)."""


class TooManyEvents(Exception):
    """More events than one request may fold. Ask for fewer units."""


class PastBusy(Exception):
    """It is being counted for another request, or not all of it has been read yet. Ask again in a moment."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Which events a response counts: those of this log up to `position`, the last recorded by then (0: none),
    folded by `projection`, whose name has a version."""

    log_id: UUID
    position: int
    recorded_at: datetime | None
    projection: str
    as_of: datetime | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class RowsAt:
    """One row per case. A row has no encrypted value, so no erasure changes what is counted from it."""

    basis: Basis
    documents: list[Row]


@dataclass(frozen=True, slots=True)
class RowSource:
    """Where a list reads its rows: `before` precedes its SELECT FROM projection_rows, with `values`. Empty: the current
    rows."""

    before: str = ""
    values: dict[str, Any] = field(default_factory=dict)


CONCERNED = (
    "WITH concerned AS (SELECT case_id FROM {schema}.projection_rows WHERE projection = %(projection)s"
    " AND (%(units)s::text[] IS NULL OR document->'units' ?| %(units)s)"
    # What the projection has not read yet may be of these units too: an answer does not depend on how far behind it is.
    " UNION SELECT case_id FROM {events} WHERE position <= %(until)s AND position >"
    " coalesce((SELECT position FROM {schema}.projection_checkpoints WHERE projection = %(projection)s), 0))"
)

TOUCHED = (
    "position <= %(until)s AND (%(since)s = 0 OR"
    " case_id IN (SELECT case_id FROM {events} WHERE position > %(since)s AND position <= %(until)s))"
)


def load_past_rows(
    app: ServiceApplication,
    projection: Projection,
    point: PointInTime,
    units: Sequence[str] | None,
    since: datetime | None = None,
) -> RowsAt:
    """The rows of these units as they were; null: of all. `since`: only of the cases of which something was recorded
    from then on. Raises FutureInstant or TooManyEvents."""
    if point.as_of:
        require_closed(app, point.as_of)
    position, recorded_at = app.recorder.position_at(point.as_of)
    basis = Basis(
        app.recorder.identity().log_id,
        position,
        recorded_at=recorded_at,
        projection=projection.name,
        as_of=point.as_of,
        on=point.on,
    )
    values: dict[str, Any] = {
        "projection": projection.name,
        "units": None if units is None else list(units),
        "until": position,
    }
    values["since"] = app.recorder.position_at(since - timedelta(microseconds=1))[0] if since else 0
    counting = "SELECT count(*) AS n FROM (SELECT FROM {events} JOIN concerned USING (case_id)"
    counting = f"{CONCERNED} {counting} WHERE {TOUCHED} LIMIT {MAX_EVENTS + 1}) AS counted"
    (found,) = app.recorder.fetch(counting, values)
    if found["n"] > MAX_EVENTS:
        raise TooManyEvents
    entries = app.recorder.stream_entries(CONCERNED, f"JOIN concerned USING (case_id) WHERE {TOUCHED}", values)
    events = app.events_of(entries)
    rows = (fold_row(projection, list(each), point.on) for _, each in groupby(events, key=lambda one: one[0].case_id))
    documents = [row for row in rows if row is not None and _concerns(row, units)]
    return RowsAt(basis, documents)


def past_row_source(projection: Projection, documents: Sequence[Row]) -> RowSource:
    """For lists: these rows in place of the current ones, under the same table name."""
    rows = [
        {
            "projection": projection.name,
            "case_id": row["id"],
            "document": row,
            "search": search_text(projection, row),
            "sort_keys": sort_keys(projection, row),
        }
        for row in documents
    ]
    before = (
        "WITH projection_rows AS (SELECT * FROM jsonb_to_recordset(%(past)s)"
        " AS past(projection text, case_id uuid, document jsonb, search text, sort_keys jsonb)) "
    )
    return RowSource(before, {"past": Jsonb(rows)})


def fold_row(projection: Projection, events: Sequence[RecordedEntry], on: date | None = None) -> Row | None:
    """One case's row from its events; null where the projection has none for it."""
    row: Row | None = None
    for entry, event in events_effective_by(events, on) if on else events:
        row = projection.after(row, entry, event)
    return row


def owned_rows(documents: Sequence[Row], units: Sequence[str] | None) -> list[Row]:
    """The rows that count for these units: not those of requests that were only transferred to them."""
    return [row for row in documents if units is None or row["unit"] in units]


def _concerns(row: Row, units: Sequence[str] | None) -> bool:
    return units is None or bool(set(row["units"]) & set(units))


def load_current_rows(recorder: LogRecorder, projection: Projection, units: Sequence[str] | None) -> RowsAt:
    """The current rows, with their basis."""
    statement = (
        "SELECT document FROM {schema}.projection_rows WHERE projection = %(projection)s"
        " AND (%(units)s::text[] IS NULL OR document->>'unit' = ANY(%(units)s)) ORDER BY case_id"
    )
    basis, rows = read_with_basis(recorder, projection, statement, {"units": None if units is None else list(units)})
    return RowsAt(basis, [row["document"] for row in rows])


def read_with_basis(
    recorder: LogRecorder, projection: Projection, statement: str, values: Mapping[str, Any]
) -> tuple[Basis, list[dict[str, Any]]]:
    """The rows that a statement finds in the projection, and their basis, read from one snapshot of the database."""
    reached, rows = recorder.fetch_consistently(
        (
            "SELECT log_id, coalesce(position, 0) AS position, recorded_at FROM {schema}.log_identity"
            " LEFT JOIN {schema}.projection_checkpoints ON projection = %s LEFT JOIN {events} USING (position)",
            (projection.name,),
        ),
        (statement, {**values, "projection": projection.name}),
    )
    return Basis(**reached[0], projection=projection.name), rows


def load_rows_at(
    app: ServiceApplication, projection: Projection, point: PointInTime, units: Sequence[str] | None
) -> RowsAt:
    if point == PointInTime():
        return load_current_rows(app.recorder, projection, units)
    past = load_past_rows(app, projection, point, units)
    return RowsAt(past.basis, owned_rows(past.documents, units))


def entries_counted(app: ServiceApplication, case: UUID, basis: Basis) -> Iterator[RecordedEntry]:
    """The events of a case that a response counts."""
    entries = [entry for entry in app.recorder.entries_of_case(case) if entry.id <= basis.position]
    events: list[Any] = list(app.events_of(entries))
    yield from events_effective_by(events, basis.on) if basis.on else events
