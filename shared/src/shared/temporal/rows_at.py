"""Rows of a projection, now or at a past point in time, with the events that they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.eventlog import LogRecorder, ServiceApplication
from shared.projections import Projection, Row
from shared.temporal.aggregate_at import RecordedEntry, events_effective_by


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


def owned_rows(documents: Sequence[Row], units: Sequence[str] | None) -> list[Row]:
    """The rows that count for these units: not those of requests that were only transferred to them."""
    return [row for row in documents if units is None or row["unit"] in units]


def load_current_rows(recorder: LogRecorder, projection: Projection, units: Sequence[str] | None) -> RowsAt:
    """The current rows, with their basis."""
    statement = (
        "SELECT json_agg(document ORDER BY case_id) FROM {schema}.projection_rows WHERE projection = %(projection)s"
        " AND (%(units)s::text[] IS NULL OR document->>'unit' = ANY(%(units)s))"
    )
    basis, rows = read_with_basis(recorder, projection, statement, {"units": None if units is None else list(units)})
    return RowsAt(basis, rows)


def read_with_basis(
    recorder: LogRecorder, projection: Projection, statement: str, values: Mapping[str, Any]
) -> tuple[Basis, list[Any]]:
    """What a statement finds in the projection, and its basis, read at once. `statement`: of one JSON array, or null
    for an empty one."""
    (found,) = recorder.fetch(
        f"SELECT log_id, coalesce(position, 0) AS position, recorded_at, ({statement}) AS found"  # noqa: S608
        " FROM {schema}.log_identity LEFT JOIN {schema}.projection_checkpoints ON projection = %(projection)s"
        " LEFT JOIN {events} USING (position)",
        {**values, "projection": projection.name},
    )
    rows = found.pop("found") or []
    return Basis(**found, projection=projection.name), rows


def entries_counted(app: ServiceApplication, case: UUID, basis: Basis) -> Iterator[RecordedEntry]:
    """The events of a case that a response counts."""
    entries = [entry for entry in app.recorder.entries_of_case(case) if entry.id <= basis.position]
    events: list[Any] = list(app.events_of(entries))
    yield from events_effective_by(events, basis.on) if basis.on else events
