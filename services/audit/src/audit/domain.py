"""Audit's own log: each event of each service is received once. It decides nothing else."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid5

from shared.kernel import CASE_ACCESS_TABLE, CaseAccess, Context, Decider, StreamTaken, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen

CASE_ACCESS_CONTRACT = ("intake", "case-access-changed:v1")
"""Publisher and contract of `shared.contracts.intake.CaseAccessChanged`: the only message of intake that says who may
see a case. Which of its private events led to it is not audit's concern. The leaf commits to the contract's name."""
EMERGENCY_CONTRACT = ("intake", "emergency-access-opened:v1")
"""The same of `shared.contracts.intake.EmergencyAccessOpened`."""


@event("event-received", label="Événement consigné")
class EventReceived:
    """Audit has stored an event that a service has recorded. `header` is JSON exactly as it travelled, `body` the
    public body, in the form of its public `contract`; `label` is the event's French name."""

    publisher: str
    log_id: UUID
    position: int
    event: str
    recorded_at: datetime
    header: str
    body: str | None
    label: str | None = None
    contract: str | None = None


@command(leads_to=(EventReceived,))
class ReceiveEvent:
    """Store an event of a service, once. It has the fields of the event that it leads to."""

    publisher: str
    log_id: UUID
    position: int
    event: str
    recorded_at: datetime
    header: str
    body: str | None
    label: str | None = None
    contract: str | None = None


@frozen
class ReceivedEvent:
    """State of one received event: its place in the log of its publisher. `position` 0: not received yet.

    Its stream has the event's own id or, when another event had that id first, its second stream's."""

    position: int = 0
    publisher: str | None = None
    log_id: UUID | None = None


class Place(Protocol):
    """Of an event in the log of its publisher."""

    @property
    def publisher(self) -> str: ...
    @property
    def log_id(self) -> UUID: ...
    @property
    def position(self) -> int: ...


def second_stream(event: UUID, place: Place) -> UUID:
    """Where an event is stored whose id another event had first. A service that was taken over may give its own event
    the id of one of another service that audit has not received yet; both are kept. Event ids are of version 7, and
    this one is not: nobody can be there first."""
    return uuid5(event, f"{place.publisher} {place.log_id} {place.position}")


def decide(state: ReceivedEvent, command: ReceiveEvent, _context: Context) -> list[EventReceived]:
    """Raises StreamTaken."""
    if not state.position:
        return [EventReceived(**asdict(command))]
    if (state.publisher, state.log_id, state.position) != (command.publisher, command.log_id, command.position):
        raise StreamTaken
    return []


def evolve(_state: ReceivedEvent, event: EventReceived) -> ReceivedEvent:
    return ReceivedEvent(event.position, event.publisher, log_id=event.log_id)


def case_access(_state: ReceivedEvent, event: EventReceived) -> CaseAccess | None:
    """The case's adviser, confidentiality and archive status, when the event announces them."""
    if (event.publisher, event.contract) != CASE_ACCESS_CONTRACT or event.body is None:
        return None
    payload = json.loads(event.body)
    return CaseAccess(payload["adviser"], payload["confidential"], archived=payload.get("archived", False))


def emergency_access(event: EventReceived) -> tuple[str, datetime] | None:
    """Who opened the case in an emergency, and until when, when the event announces it."""
    if (event.publisher, event.contract) != EMERGENCY_CONTRACT or event.body is None:
        return None
    payload = json.loads(event.body)
    return payload["person"], datetime.fromisoformat(payload["until"])


def case_row(state: ReceivedEvent, event: EventReceived) -> dict[str, Any] | None:
    access = case_access(state, event)
    return access.row() if access else None


decider: Decider[ReceivedEvent] = Decider(
    "received-event",
    ReceivedEvent(),
    decide=decide,
    evolve=evolve,
    commands=(ReceiveEvent,),
    events=(EventReceived,),
    case_table=CASE_ACCESS_TABLE,
    case_row=case_row,
)
