"""Log entries: stored events with the position, partition and instant that the log assigned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification

ENTRY = "originator_id, originator_version, topic, state, position AS id, case_id, partition, number, recorded_at"


@dataclass(frozen=True)
class LogEntry(Notification):
    """A notification of the library. `id` is the position, dense in the log; `number` is dense in the `partition`."""

    originator_id: UUID
    case_id: UUID
    partition: int
    number: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """Which history this is. A log restored from a back-up takes a new id `since` a position.

    `ancestors`: the ids that this log had before, each with the last position that is the same in both."""

    log_id: UUID
    since: int
    ancestors: Mapping[str, int]


def entry_rows(_cursor: Any) -> Callable[[Sequence[Any]], LogEntry]:
    """A row factory for a statement that selects ENTRY. By place, in half the time of names."""
    return _entry


def _entry(values: Sequence[Any]) -> LogEntry:
    return LogEntry(*(*values[:-1], values[-1].astimezone(UTC)))
