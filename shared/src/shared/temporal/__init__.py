"""Bitemporal queries: any aggregate, case or row as of a past version, instant (`as_of`) or day (`on`)."""

from shared.temporal.aggregate_at import (
    PRESENT,
    FutureInstant,
    NotYetOpened,
    PointInTime,
    VersionNotReached,
    changes_between,
    closed_timestamp,
    collect_erased,
    effective_by,
    load_aggregate_at,
)
from shared.temporal.case_at import CaseAt, load_case_at
from shared.temporal.past_rows import (
    MAX_EVENTS,
    MAX_ROWS,
    PastBusy,
    PastRows,
    RowSource,
    TooManyEvents,
    TooManyRows,
    load_past_rows,
    load_rows_at,
)
from shared.temporal.rows_at import Basis, RowsAt, entries_counted, owned_rows, read_with_basis
from shared.temporal.what_if import ReportFormat, format_report, recorded_events

__all__ = [
    "MAX_EVENTS",
    "MAX_ROWS",
    "PRESENT",
    "Basis",
    "CaseAt",
    "FutureInstant",
    "NotYetOpened",
    "PastBusy",
    "PastRows",
    "PointInTime",
    "ReportFormat",
    "RowSource",
    "RowsAt",
    "TooManyEvents",
    "TooManyRows",
    "VersionNotReached",
    "changes_between",
    "closed_timestamp",
    "collect_erased",
    "effective_by",
    "entries_counted",
    "format_report",
    "load_aggregate_at",
    "load_case_at",
    "load_past_rows",
    "load_rows_at",
    "owned_rows",
    "read_with_basis",
    "recorded_events",
]
