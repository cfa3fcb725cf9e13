"""Integration events of audit: it publishes none."""

from __future__ import annotations

from typing import Any

from shared.contracts.base import PublicEvent
from shared.eventlog import LogEntry, RecordedEvent


def to_integration_event(_recorded: RecordedEvent[Any], _entry: LogEntry) -> PublicEvent | None:
    return None
