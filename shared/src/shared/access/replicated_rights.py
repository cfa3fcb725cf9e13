"""Replicated rights: each service's own copy of the register of rights, so that no request waits for another
service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.contracts.intake import RightGranted, RightRevoked
from shared.eventlog import ServiceApplication
from shared.kernel import Context, Decider, Right, Role, event
from shared.kernel.events import command
from shared.messaging import CommandDispatch, Header, Reactions


@event("right-replicated", label="Droit connu de ce service")
class RightReplicated:
    right: UUID
    role: Role
    unit: str | None
    units: tuple[str, ...]
    case: UUID | None
    since: date | None
    until: date | None
    person: UUID | None = None


@event("revocation-replicated", label="Retrait d’un droit connu de ce service")
class RevocationReplicated:
    right: UUID


@command(leads_to=(RightReplicated,))
class ReplicateRight:
    right: UUID
    role: Role
    unit: str | None
    units: tuple[str, ...]
    case: UUID | None
    since: date | None
    until: date | None
    person: UUID | None = None


@command(leads_to=(RevocationReplicated,))
class ReplicateRevocation:
    right: UUID


@dataclass(frozen=True, slots=True)
class ReplicatedRights:
    """`rights`: those that hold now. `known`: the ids of all that were ever replicated, so that a grant delivered late
    does not undo a revocation."""

    rights: tuple[Right, ...] = ()
    known: tuple[UUID, ...] = ()


def decide(
    state: ReplicatedRights, command: ReplicateRight | ReplicateRevocation, _context: Context
) -> list[RightReplicated | RevocationReplicated]:
    match command:
        case ReplicateRight(right, role, unit=unit, units=units, case=case, since=since, until=until, person=person):
            replicated = RightReplicated(
                right, role, unit=unit, units=units, case=case, since=since, until=until, person=person
            )
            return [] if right in state.known else [replicated]
        case ReplicateRevocation(right):
            return [RevocationReplicated(right)] if any(granted.id == right for granted in state.rights) else []


def evolve(state: ReplicatedRights, event: RightReplicated | RevocationReplicated) -> ReplicatedRights:
    match event:
        case RightReplicated(right, role, unit=unit, units=units, case=case, since=since, until=until, person=person):
            granted = Right(right, role, unit=unit, units=units, case=case, since=since, until=until, person=person)
            return ReplicatedRights((*state.rights, granted), (*state.known, right))
        case RevocationReplicated(right):
            return ReplicatedRights(tuple(granted for granted in state.rights if granted.id != right), state.known)


decider: Decider[ReplicatedRights] = Decider(
    "rights",
    ReplicatedRights(),
    decide=decide,
    evolve=evolve,
    commands=(ReplicateRight, ReplicateRevocation),
    events=(RightReplicated, RevocationReplicated),
)


def follow_register(reactions: Reactions) -> None:
    """Adds the reactions that replicate the register. For each service with a copy of it."""

    @reactions.on(RightGranted)
    def replicate_right(payload: RightGranted, header: Header) -> CommandDispatch:
        """Somebody was given a right, which holds in this service from now on."""
        command = ReplicateRight(
            payload.right,
            Role(payload.role),
            unit=payload.unit,
            units=payload.units,
            case=payload.case,
            since=payload.since,
            until=payload.until,
            person=payload.person,
        )
        return CommandDispatch(decider, header.case, command=command)

    @reactions.on(RightRevoked)
    def replicate_revocation(payload: RightRevoked, header: Header) -> CommandDispatch:
        """A right was taken back, and no longer holds in this service."""
        return CommandDispatch(decider, header.case, command=ReplicateRevocation(payload.right))


def load_replicated_rights(app: ServiceApplication, identity: UUID) -> tuple[Right, ...]:
    return app.load(decider, identity).state.rights
