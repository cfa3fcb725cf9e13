"""A view's row on each day that a history names, and on the day before: a past list can be asked for any of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.eventlog import EventMetadata, LogEntry, RecordedEvent
from shared.kernel import Role, effective_time, paris_date
from shared.projections import Projection, Row
from shared.statistics import Counts, Release
from shared.temporal.aggregate_at import RecordedEntry
from shared.temporal.past_rows import fold_row
from shared.testing.scenarios import CASE


def recorded_entry(event: Any, version: int, recorded_at: datetime) -> RecordedEntry:
    meta = EventMetadata(
        UUID(int=version), CASE, "some-adviser", Role.ADVISER, CASE, effective_at=effective_time(event)
    )
    entry = LogEntry(
        CASE,
        version,
        topic="",
        state=b"",
        id=version,
        case_id=CASE,
        partition=0,
        number=version,
        recorded_at=recorded_at,
    )
    return entry, RecordedEvent(CASE, version, meta=meta, data=event)


def rows_on_every_day(views: Iterable[Projection], history: Iterable[tuple[Any, datetime]]) -> list[Row]:
    events = [recorded_entry(event, version, at) for version, (event, at) in enumerate(history, 1)]
    named = {paris_date(each.meta.effective_at or entry.recorded_at) for entry, each in events}
    rows = (fold_row(view, events, day) for view in views for day in named | {day - timedelta(days=1) for day in named})
    return [row for row in rows if row is not None]


def negative(row: Row) -> list[str]:
    """The fields that count less than nothing."""
    return [name for name, value in row.items() if isinstance(value, int | float) and value < 0]


def counted_for_pilots(release: Release, rows: Iterable[Row]) -> Counts:
    """Whatever a row says, each dimension has a key for it."""
    return release.count([row for row in rows if row.get(release.counted_at)])
