"""Replicated rights: each service's own copy of the register, so that no request waits for another service."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from shared.access.ownership import OwnedKind
from shared.access.policy import ProtectedCase
from shared.contracts.intake import RightGranted, RightRevoked
from shared.eventlog import ServiceApplication
from shared.kernel import CompanionCommand, Context, Decider, Right, Role, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen
from shared.messaging import CommandDispatch, Header, Reactions


@event("right-replicated", label="Droit connu de ce service")
class RightReplicated:
    right: Right


@event("revocation-replicated", label="Retrait d’un droit connu de ce service")
class RevocationReplicated:
    right: UUID


@command(leads_to=(RightReplicated,))
class ReplicateRight:
    right: Right


@command(leads_to=(RevocationReplicated,))
class ReplicateRevocation:
    right: UUID


@frozen
class ReplicatedRights:
    """`rights`: those that hold now. `known`: the ids of all that were ever replicated, so that a grant delivered late
    does not undo a revocation. `units`: those of all that were ever replicated, whose DPOs answer for the name;
    `on_a_case`: whether one of these was to a single case."""

    rights: tuple[Right, ...] = ()
    known: tuple[UUID, ...] = ()
    units: tuple[str, ...] = ()
    on_a_case: bool = False


def decide(
    state: ReplicatedRights, command: ReplicateRight | ReplicateRevocation, _context: Context
) -> list[RightReplicated | RevocationReplicated]:
    match command:
        case ReplicateRight(right):
            return [] if right.id in state.known else [RightReplicated(right)]
        case ReplicateRevocation(right_id):
            return [RevocationReplicated(right_id)] if any(right.id == right_id for right in state.rights) else []


def evolve(state: ReplicatedRights, event: RightReplicated | RevocationReplicated) -> ReplicatedRights:
    match event:
        case RightReplicated(right):
            return ReplicatedRights(
                (*state.rights, right),
                (*state.known, right.id),
                units=tuple(sorted({*state.units, *filter(None, (right.unit, *right.units))})),
                on_a_case=state.on_a_case or right.case is not None,
            )
        case RevocationReplicated(right_id):
            rights = tuple(right for right in state.rights if right.id != right_id)
            return ReplicatedRights(rights, state.known, units=state.units, on_a_case=state.on_a_case)


def companions(
    state: ReplicatedRights, event: RightReplicated | RevocationReplicated, context: Context
) -> Iterator[CompanionCommand]:
    """The right of a personal link is known under the person too, by whose id commands name its bearer."""
    match event:
        case RightReplicated(right) if right.person and right.person != context.case:
            yield CompanionCommand(decider, right.person, command=ReplicateRight(right))
        case RevocationReplicated(right_id):
            for right in state.rights:
                if right.id == right_id and right.person and right.person != context.case:
                    yield CompanionCommand(decider, right.person, command=ReplicateRevocation(right_id))


decider: Decider[ReplicatedRights] = Decider(
    "rights",
    ReplicatedRights(),
    decide=decide,
    evolve=evolve,
    commands=(ReplicateRight, ReplicateRevocation),
    events=(RightReplicated, RevocationReplicated),
    companions=companions,
)


def right_of(payload: RightGranted) -> Right:
    """The right that intake's contract describes."""
    return Right(
        payload.right,
        Role(payload.role),
        unit=payload.unit,
        units=payload.units,
        case=payload.case,
        since=payload.since,
        until=payload.until,
        person=payload.person,
    )


def follow_register(reactions: Reactions) -> None:
    """Adds the reactions that replicate the register. For each service with a copy of it."""

    @reactions.on(RightGranted)
    def replicate_right(payload: RightGranted, header: Header) -> CommandDispatch:
        """Somebody was given a right, which holds in this service from now on."""
        return CommandDispatch(decider, header.case, command=ReplicateRight(right_of(payload)))

    @reactions.on(RightRevoked)
    def replicate_revocation(payload: RightRevoked, header: Header) -> CommandDispatch:
        """A right was taken back, and no longer holds in this service."""
        return CommandDispatch(decider, header.case, command=ReplicateRevocation(payload.right))


def load_replicated_rights(app: ServiceApplication, identity: UUID) -> tuple[Right, ...]:
    return app.load(decider, identity).state.rights


def _find_owner(_app: ServiceApplication, identity: UUID, state: ReplicatedRights) -> ProtectedCase | None:
    """An identity is of the units of all the rights that it was ever given.

    None for one that only ever had rights to cases: intake knows of which units these are."""
    if not state.known or (state.on_a_case and not state.units):
        return None
    return ProtectedCase(identity, frozenset(state.units), register=True)


protected_identities = OwnedKind(decider, _find_owner)
"""The identities of the register, in a service with a copy of it."""
