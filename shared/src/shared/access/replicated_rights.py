"""Which rights does a service know of? Its own copy of the register, so that no request waits for another service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.contracts.intake import RightGranted, RightRevoked
from shared.eventlog import ServiceApplication
from shared.kernel import Context, Decider, Right, Role, event
from shared.kernel.events import command
from shared.messaging import Header, Reactions, To


@command
class HearRight:
    right: UUID
    role: Role
    unit: str | None
    units: tuple[str, ...]
    dossier: UUID | None
    since: date | None
    until: date | None
    person: UUID | None = None


@command
class HearRevocation:
    right: UUID


@event("right-heard", label="Droit connu de ce service")
class RightHeard:
    right: UUID
    role: Role
    unit: str | None
    units: tuple[str, ...]
    dossier: UUID | None
    since: date | None
    until: date | None
    person: UUID | None = None


@event("revocation-heard", label="Retrait d’un droit connu de ce service")
class RevocationHeard:
    right: UUID


@dataclass(frozen=True, slots=True)
class Heard:
    rights: tuple[Right, ...] = ()
    known: tuple[UUID, ...] = ()


def decide(heard: Heard, command: HearRight | HearRevocation, _context: Context) -> list[RightHeard | RevocationHeard]:
    match command:
        case HearRight(right, role, unit, units, dossier, since, until, person):
            told = RightHeard(right, role, unit, units, dossier, since, until, person)
            return [] if right in heard.known else [told]
        case HearRevocation(right):
            return [RevocationHeard(right)] if any(held.id == right for held in heard.rights) else []


def evolve(heard: Heard, event: RightHeard | RevocationHeard) -> Heard:
    match event:
        case RightHeard(right, role, unit, units, dossier, since, until, person):
            given = Right(right, role, unit, units, dossier, since, until, person)
            return Heard((*heard.rights, given), (*heard.known, right))
        case RevocationHeard(right):
            return Heard(tuple(held for held in heard.rights if held.id != right), heard.known)


decider: Decider[Heard] = Decider(
    "rights", Heard(), decide, evolve, (HearRight, HearRevocation), (RightHeard, RevocationHeard)
)


def follow_register(reactions: Reactions) -> None:
    """For the reactions of each service that keeps a copy."""

    @reactions.on(RightGranted)
    def hear_right(told: RightGranted, header: Header) -> To:
        """Somebody was given a right: they are known here from now on."""
        command = HearRight(
            told.right, Role(told.role), told.unit, told.units, told.dossier, told.since, told.until, told.person
        )
        return To(decider, header.case, command)

    @reactions.on(RightRevoked)
    def hear_revocation(told: RightRevoked, header: Header) -> To:
        """A right was taken back: it opens nothing here any more."""
        return To(decider, header.case, HearRevocation(told.right))


def rights_heard(app: ServiceApplication, identity: UUID) -> tuple[Right, ...]:
    return app.load(decider, identity).state.rights
