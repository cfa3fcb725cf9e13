"""Which rights does a service know of? Its own copy of the register, so that no request waits for another service."""

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
    rights: tuple[Right, ...] = ()
    known: tuple[UUID, ...] = ()


def decide(
    heard: ReplicatedRights, command: ReplicateRight | ReplicateRevocation, _context: Context
) -> list[RightReplicated | RevocationReplicated]:
    match command:
        case ReplicateRight(right, role, unit=unit, units=units, case=case, since=since, until=until, person=person):
            told = RightReplicated(
                right, role, unit=unit, units=units, case=case, since=since, until=until, person=person
            )
            return [] if right in heard.known else [told]
        case ReplicateRevocation(right):
            return [RevocationReplicated(right)] if any(held.id == right for held in heard.rights) else []


def evolve(heard: ReplicatedRights, event: RightReplicated | RevocationReplicated) -> ReplicatedRights:
    match event:
        case RightReplicated(right, role, unit=unit, units=units, case=case, since=since, until=until, person=person):
            given = Right(right, role, unit=unit, units=units, case=case, since=since, until=until, person=person)
            return ReplicatedRights((*heard.rights, given), (*heard.known, right))
        case RevocationReplicated(right):
            return ReplicatedRights(tuple(held for held in heard.rights if held.id != right), heard.known)


decider: Decider[ReplicatedRights] = Decider(
    "rights",
    ReplicatedRights(),
    decide=decide,
    evolve=evolve,
    commands=(ReplicateRight, ReplicateRevocation),
    events=(RightReplicated, RevocationReplicated),
)


def follow_register(reactions: Reactions) -> None:
    """For the reactions of each service that keeps a copy."""

    @reactions.on(RightGranted)
    def hear_right(told: RightGranted, header: Header) -> CommandDispatch:
        """Somebody was given a right: they are known here from now on."""
        command = ReplicateRight(
            told.right,
            Role(told.role),
            unit=told.unit,
            units=told.units,
            case=told.case,
            since=told.since,
            until=told.until,
            person=told.person,
        )
        return CommandDispatch(decider, header.case, command=command)

    @reactions.on(RightRevoked)
    def hear_revocation(told: RightRevoked, header: Header) -> CommandDispatch:
        """A right was taken back: it opens nothing here any more."""
        return CommandDispatch(decider, header.case, command=ReplicateRevocation(told.right))


def load_replicated_rights(app: ServiceApplication, identity: UUID) -> tuple[Right, ...]:
    return app.load(decider, identity).state.rights
