"""What does audit keep? The header of every event of every service, once; and it decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.decider import Context, Decider
from shared.events import command, event


@command
class HearEvent:
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
class EventHeard:
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
class Heard:
    """One event elsewhere has one stream here, under its own id."""

    position: int = 0


def decide(heard: Heard, command: HearEvent, _context: Context) -> list[EventHeard]:
    if heard.position:
        return []
    return [
        EventHeard(
            command.publisher,
            command.log_id,
            command.position,
            command.event,
            command.recorded_at,
            command.header,
            command.body,
            command.label,
            command.contract,
        )
    ]


def evolve(_heard: Heard, event: EventHeard) -> Heard:
    return Heard(event.position)


decider: Decider[Heard] = Decider("heard", Heard(), decide, evolve, commands=(HearEvent,), events=(EventHeard,))
