"""What audit has heard, many events at once: as if four services had told them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from tests.support.integration import integration_header

from audit.domain import EventReceived
from audit.ledger.integrator import integrate
from shared.eventlog import EventMetadata, RecordedEvent, ServiceApplication
from shared.kernel import Clock, Role, uuid7
from shared.messaging import Header, encode

CASE = UUID(int=5)
LOG = UUID(int=1)
AT_ONCE = 1000


def header(position: int, publisher: str = "intake", case: UUID = CASE) -> Header:
    at = Clock().now()
    return integration_header(
        publisher,
        "request-received",
        case,
        log_id=LOG,
        position=position,
        partition=3,
        number=position,
        version=position,
        id=uuid7(),
        recorded_at=at,
        effective_at=at,
        actor="ines",
        unit="dla-44",
        payload_hash=sha256(f"{publisher} {position}".encode()).hexdigest(),
    )


def hear(
    app: ServiceApplication, count: int, first: int = 1, case: UUID = CASE, body: str | None = None
) -> list[Header]:
    """Appends to audit's own log, and gives what was told."""
    told = [header(position, case=case) for position in range(first, first + count)]
    kept(app, told, body)
    return told


def kept(app: ServiceApplication, told: Sequence[Header], body: str | None = None) -> None:
    """In the order in which they were heard."""
    for at in range(0, len(told), AT_ONCE):
        batch = told[at : at + AT_ONCE]
        stored = [app.mapper.to_stored_event(_heard(each, body)) for each in batch]
        app.recorder.insert_events(stored, cases=[each.case for each in batch])


def _heard(told: Header, body: str | None) -> RecordedEvent[EventReceived]:
    meta = EventMetadata(uuid7(), told.case, "service:audit", Role.SERVICE, told.correlation, causation=told.id)
    kept = EventReceived(
        told.publisher,
        told.log_id,
        position=told.position,
        event=told.event,
        recorded_at=told.recorded_at,
        header=encode(told).decode(),
        body=body,
    )
    return RecordedEvent(told.id, 1, meta=meta, data=kept)


def committed(app: ServiceApplication) -> None:
    """Audit believes a right from when its ledger commits to it; the others, as soon as they hear of it."""
    while app.service == "audit" and integrate(app):
        pass
