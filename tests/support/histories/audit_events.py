"""Events received by audit, many at once, as if four services had sent them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from tests.support.servers.integration import integration_header

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


def receive_events(
    app: ServiceApplication, count: int, first: int = 1, case: UUID = CASE, body: str | None = None
) -> list[Header]:
    """Appends to audit's own log; returns the headers."""
    headers = [header(position, case=case) for position in range(first, first + count)]
    store_events(app, headers, body)
    return headers


def store_events(app: ServiceApplication, headers: Sequence[Header], body: str | None = None) -> None:
    """In the order in which they were received."""
    for at in range(0, len(headers), AT_ONCE):
        batch = headers[at : at + AT_ONCE]
        stored = [app.mapper.to_stored_event(_received_event(each, body)) for each in batch]
        app.recorder.insert_events(stored, cases=[each.case for each in batch])


def _received_event(header: Header, body: str | None) -> RecordedEvent[EventReceived]:
    meta = EventMetadata(uuid7(), header.case, "service:audit", Role.SERVICE, header.correlation, causation=header.id)
    data = EventReceived(
        header.publisher,
        header.log_id,
        position=header.position,
        event=header.event,
        recorded_at=header.recorded_at,
        header=encode(header).decode(),
        body=body,
    )
    return RecordedEvent(header.id, 1, meta=meta, data=data)


def commit_to_ledger(app: ServiceApplication) -> None:
    """In audit a right counts once the ledger commits to it; in the other services, as soon as they receive it."""
    while app.service == "audit" and integrate(app):
        pass
