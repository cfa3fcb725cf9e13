"""Emergency access: each service's own copy of who opened a confidential case for a few hours."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from uuid import UUID

from shared.kernel import Context, Decider, event, uuid7_after
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace


@event("emergency-access-replicated", label="Accès d’urgence connu de ce service")
class EmergencyAccessReplicated:
    """`person`: the pseudonym of whoever opened the case."""

    person: str
    until: datetime


@command(leads_to=(EmergencyAccessReplicated,))
class ReplicateEmergencyAccess:
    person: str
    until: datetime


@frozen
class EmergencyAccessState:
    """`ends`: when each person's last access ends or ended, by pseudonym."""

    ends: dict[str, datetime] = field(default_factory=dict)


def decide(
    state: EmergencyAccessState, command: ReplicateEmergencyAccess, _context: Context
) -> list[EmergencyAccessReplicated]:
    known = state.ends.get(command.person)
    if known is not None and known >= command.until:
        return []
    return [EmergencyAccessReplicated(command.person, command.until)]


def evolve(state: EmergencyAccessState, event: EmergencyAccessReplicated) -> EmergencyAccessState:
    return replace(state, ends=state.ends | {event.person: event.until})


decider: Decider[EmergencyAccessState] = Decider(
    "emergency_access",
    EmergencyAccessState(),
    decide=decide,
    evolve=evolve,
    commands=(ReplicateEmergencyAccess,),
    events=(EmergencyAccessReplicated,),
)


def emergency_access_id(case: UUID) -> UUID:
    """The stream of a case's emergency accesses, apart from the case's own, which may open later."""
    return uuid7_after(case, "emergency-access")
