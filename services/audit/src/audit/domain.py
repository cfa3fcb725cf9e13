"""Audit's own log: each event of each service is received once. It decides nothing else."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.kernel import CASE_ACCESS_TABLE, CaseAccess, Context, Decider, event
from shared.kernel.events import command

CASE_ACCESS_CONTRACT = ("intake", "case-access-changed:v1")
"""Publisher and contract of `shared.contracts.intake.CaseAccessChanged`: the only message of intake that says who may
see a case. Which of its private events led to it is not audit's concern. The leaf commits to the contract's name."""


@dataclass(frozen=True, slots=True)
class _Envelope:
    """An event that a service has recorded. `header` is JSON exactly as it travelled, `body` the public body, in the
    form of its public `contract`; `label` is the event's French name."""

    publisher: str
    log_id: UUID
    position: int
    event: str
    recorded_at: datetime
    header: str
    body: str | None
    label: str | None = None
    contract: str | None = None


@event("event-received", label="Événement consigné")
class EventReceived(_Envelope):
    """Audit has stored an event of a service."""


@command(leads_to=(EventReceived,))
class ReceiveEvent(_Envelope):
    """Store an event of a service, once."""


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """State of one received event, whose stream has the event's own id. `position` 0: not received yet."""

    position: int = 0


def decide(state: ReceivedEvent, command: ReceiveEvent, _context: Context) -> list[EventReceived]:
    return [] if state.position else [EventReceived(**asdict(command))]


def evolve(_state: ReceivedEvent, event: EventReceived) -> ReceivedEvent:
    return ReceivedEvent(event.position)


def case_access(_state: ReceivedEvent, event: EventReceived) -> CaseAccess | None:
    """The case's adviser, confidentiality and archive status, when the event announces them."""
    if (event.publisher, event.contract) != CASE_ACCESS_CONTRACT or event.body is None:
        return None
    payload = json.loads(event.body)
    return CaseAccess(payload["adviser"], payload["confidential"], archived=payload.get("archived", False))


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
