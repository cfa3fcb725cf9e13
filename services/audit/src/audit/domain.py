"""What does audit keep? The header of every event of every service, once; and it decides nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.kernel import CaseAccess, Context, Decider, event
from shared.kernel.events import command

CASE_ACCESS_CONTRACT = ("intake", "case-access-changed:v1")
"""Publisher and contract of `shared.contracts.intake.CaseAccessChanged`: the only message of intake that says who may
see a case. Which of its private events led to it is not audit's concern. The leaf commits to the contract's name."""


@command
class ReceiveEvent:
    """A service has recorded an event. `header` is JSON exactly as it travelled, `body` what the event says to all, by
    the public `contract`; `label` what it is called in French."""

    publisher: str
    log_id: UUID
    position: int
    event: str
    recorded_at: datetime
    header: str
    body: str | None
    label: str | None = None
    contract: str | None = None


@event("event-heard", label="Événement consigné")
class EventReceived:
    publisher: str
    log_id: UUID
    position: int
    event: str
    recorded_at: datetime
    header: str
    body: str | None
    label: str | None = None
    contract: str | None = None


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """One event elsewhere has one stream here, under its own id."""

    position: int = 0


def decide(heard: ReceivedEvent, command: ReceiveEvent, _context: Context) -> list[EventReceived]:
    if heard.position:
        return []
    return [
        EventReceived(
            command.publisher,
            command.log_id,
            position=command.position,
            event=command.event,
            recorded_at=command.recorded_at,
            header=command.header,
            body=command.body,
            label=command.label,
            contract=command.contract,
        )
    ]


def evolve(_heard: ReceivedEvent, event: EventReceived) -> ReceivedEvent:
    return ReceivedEvent(event.position)


def case_access(_heard: ReceivedEvent, event: EventReceived) -> CaseAccess | None:
    """The case's adviser, confidentiality and archive status, when the event announces them."""
    if (event.publisher, event.contract) != CASE_ACCESS_CONTRACT or event.body is None:
        return None
    told = json.loads(event.body)
    return CaseAccess(told["adviser"], told["confidential"], archived=told.get("archived", False))


decider: Decider[ReceivedEvent] = Decider(
    "heard",
    ReceivedEvent(),
    decide=decide,
    evolve=evolve,
    commands=(ReceiveEvent,),
    events=(EventReceived,),
    case_access=case_access,
)
