"""Simulations: other rules tried on what was recorded. They only read the log, and format a report."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from shared.documents import write_csv
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.kernel import event_name, paris_date


class ReportFormat(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def recorded_events(
    app: ServiceApplication, kinds: Collection[type], since: date | None = None
) -> Iterator[tuple[LogEntry, RecordedEvent[Any]]]:
    """The events of these kinds, in order, from a day of Paris on."""
    names = [event_name(kind) for kind in kinds]
    topics = [f"{name.name}:v{version}" for name in names for version in range(1, name.version + 1)]
    end, after = app.recorder.max_notification_id() or 0, 0
    while entries := app.recorder.select_notifications(after, 500, end, topics, inclusive_of_start=False):
        for entry, event in app.events_of(entries):
            if since is None or paris_date(entry.recorded_at) >= since:
                yield entry, event
        after = entries[-1].id


def format_report(shape: ReportFormat, columns: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> str:
    """`columns`: the French heading of each field, in order."""
    match shape:
        case ReportFormat.JSON:
            return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
        case ReportFormat.CSV:
            cells = ([row[field] for field in columns] for row in rows)
            return write_csv(list(columns.values()), cells).decode()
        case ReportFormat.TABLE:
            return _table(columns, rows)


def _table(columns: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> str:
    lines = [list(columns.values()), *([row[field] for field in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)
