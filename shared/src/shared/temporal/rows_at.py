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


def entries_counted(app: ServiceApplication, case: UUID, basis: Basis) -> Iterator[RecordedEntry]:
    """The events of a case that a response counts."""
    entries = [entry for entry in app.recorder.entries_of_case(case) if entry.id <= basis.position]
    events: list[Any] = list(app.events_of(entries))
    yield from events_effective_by(events, basis.on) if basis.on else events
