"""Bitemporal queries: any aggregate, case or row as of a past version, instant (`as_of`) or day (`on`)."""

from shared.temporal.aggregate_at import (
    Moment,
    NeverReached,
    NotYet,
    StillToCome,
    happened_by,
    replayed,
    settled,
    showing,
    steps,
)
from shared.temporal.case_at import CaseThen, case_then
from shared.temporal.rows_at import (
    AT_MOST,
    Kept,
    PastBusy,
    RestsOn,
    Rows,
    TooMuchPast,
    entries_behind,
    kept_then,
    own,
    read_now,
    rows_then,
)
from shared.temporal.what_if import Format, recorded, written

__all__ = [
    "AT_MOST",
    "CaseThen",
    "Format",
    "Kept",
    "Moment",
    "NeverReached",
    "NotYet",
    "PastBusy",
    "RestsOn",
    "Rows",
    "StillToCome",
    "TooMuchPast",
    "case_then",
    "entries_behind",
    "happened_by",
    "kept_then",
    "own",
    "read_now",
    "recorded",
    "replayed",
    "rows_then",
    "settled",
    "showing",
    "steps",
    "written",
]
