"""Integration events in unit tests: a received header, a log entry, a recorded event, a projected row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from shared.eventlog import EventMetadata, LogEntry, RecordedEvent, ServiceApplication, to_plain
from shared.kernel import Role
from shared.messaging import Header
from shared.projections import Projection, Row
from shared.testing.scenarios import CASE, NOW

NO_APPLICATION = cast(ServiceApplication, None)
"""For bridges, which ask for one to encrypt a name and for nothing else."""
META = EventMetadata(UUID(int=2), CASE, "some-adviser", Role.ADVISER, UUID(int=2))


def integration_header(publisher: str, event: str, case: UUID = CASE, **values: Any) -> Header:
    usual: dict[str, Any] = {
        "log_id": UUID(int=3),
        "position": 12,
        "partition": 0,
        "number": 5,
        "id": UUID(int=7),
        "stream": case,
        "version": 12,
        "event_version": 1,
        "recorded_at": NOW,
        "effective_at": NOW,
        "actor": "adviser-1",
        "role": "adviser",
        "unit": "unit-35",
        "causation": None,
        "correlation": case,
        "rules": None,
        "payload_hash": "0" * 64,
    }
    return Header(publisher=publisher, event=event, case=case, **(usual | values))


def entry(position: int = 1) -> LogEntry:
    """Each event a day after the one before."""
    return LogEntry(
        id=position,
        originator_id=CASE,
        originator_version=position,
        topic="",
        state=b"",
        case_id=CASE,
        partition=0,
        number=position,
        recorded_at=NOW + timedelta(days=position - 1),
    )


def recorded(event: object) -> RecordedEvent[Any]:
    return RecordedEvent(CASE, 1, meta=META, data=event)


def listed(view: Projection, *events: object) -> Row:
    """What a list shows after these events, all recorded at once."""
    document: Row = {}
    for event in events:
        document = to_plain(view.project(document, entry(), recorded(event)), repr)
    return document
