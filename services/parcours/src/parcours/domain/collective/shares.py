"""Shares of the beneficiaries in the price of a collective operation, and what becomes of those who leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le, Len

from parcours.domain.collective.state import (
    MAX_BENEFICIARIES,
    REQUIRES_OPERATION,
    Beneficiary,
    Operation,
    ShareDecision,
    require_operation,
)
from shared.kernel import Context, Encrypted, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

MAX_WEIGHT = 10_000
Weight = Annotated[int, Ge(1), Le(MAX_WEIGHT)]

UNKNOWN_BENEFICIARY = Refusal("unknown-beneficiary", "Structure étrangère à l’opération", status=422)
WRONG_SHARES = Refusal("wrong-shares", "Parts incomplètes", status=422)
SHARE_ALREADY_DECIDED = Refusal("share-already-decided", "Part déjà réglée")
NO_SHARE_LEFT = Refusal("no-share-left", "Aucune structure ne peut reprendre cette part")


@command
class ShareWeight:
    """The weight of a structure, by its case: of 60 and 40, the first one has three fifths of the price."""

    case: UUID
    weight: Weight


@event("shares-set", label="Parts des structures dans l’opération fixées")
class SharesSet:
    weights: dict[UUID, int]
    reason: Encrypted


@event("departed-share-decided", label="Part d’une structure qui a quitté l’opération réglée")
class DepartedShareDecided:
    case: UUID
    share: ShareDecision
    reason: Encrypted


@command(
    title="Fixer les parts des structures",
    leads_to=(SharesSet,),
    may_refuse=(*REQUIRES_OPERATION, UNKNOWN_BENEFICIARY, WRONG_SHARES),
)
class SetShares:
    """Each structure of the operation gets its weight in the price; without it, all weigh alike. `reason`: why so."""

    weights: Annotated[tuple[ShareWeight, ...], Len(1, MAX_BENEFICIARIES)]
    reason: Reason


@command(
    title="Régler la part d’une structure partie",
    leads_to=(DepartedShareDecided,),
    may_refuse=(*REQUIRES_OPERATION, UNKNOWN_BENEFICIARY, SHARE_ALREADY_DECIDED, NO_SHARE_LEFT),
)
class DecideDepartedShare:
    """A structure left once the price was agreed: its share stays its own, or goes to those who remain, by their
    weights. `reason`: why."""

    case: UUID
    share: ShareDecision
    reason: Reason


Command = SetShares | DecideDepartedShare


Event = SharesSet | DepartedShareDecided


def split(amount: int, weights: Mapping[UUID, int]) -> dict[UUID, int]:
    """The amount (cents) by weight, to the cent: the largest remainders get what rounding down leaves, the first in
    order among equals. The parts add up to the amount; none without weights."""
    total = sum(weights.values())
    if not total:
        return {}
    parts = {key: amount * weight // total for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: -(amount * weights[key] % total))
    for key in by_remainder[: amount - sum(parts.values())]:
        parts[key] += 1
    return parts


def shares_of(operation: Operation) -> dict[UUID, int]:
    """By case, each share of the price in cents; none before there is a price."""
    price = operation.price
    return split(price, {each.case: each.weight for each in _sharing(operation)}) if price else {}


def are_final(operation: Operation) -> bool:
    """Whether nothing is left to decide: neither the share of a structure that left, nor that of one that joined."""
    return not undecided(operation) and all(each.weight for each in operation.present)


def undecided(operation: Operation) -> tuple[Beneficiary, ...]:
    """Those who left with a share of which nothing is decided; it is theirs until then."""
    return tuple(each for each in operation.beneficiaries if each.departure and each.departure.share is None)


def _sharing(operation: Operation) -> tuple[Beneficiary, ...]:
    return tuple(
        each
        for each in operation.beneficiaries
        if each.departure is None or each.departure.share is not ShareDecision.REDISTRIBUTED
    )


def decide(operation: Operation, command: Command, context: Context) -> list[Event]:
    require_operation(operation)
    match command:
        case SetShares(weights, reason):
            return _set(operation, {each.case: each.weight for each in weights}, len(weights), reason, context)
        case DecideDepartedShare(case, share, reason=reason):
            departed = operation.find_beneficiary(case)
            if departed is None or departed.departure is None:
                raise UNKNOWN_BENEFICIARY("Aucune structure qui a quitté l’opération ne porte cet identifiant.")
            if departed.departure.share is not None:
                raise SHARE_ALREADY_DECIDED("Ce que devient la part de cette structure est déjà décidé.")
            others = [each for each in _sharing(operation) if each.case != case and each.departure is None]
            if share is ShareDecision.REDISTRIBUTED and not any(each.weight for each in others):
                raise NO_SHARE_LEFT("Aucune structure ne reste pour la reprendre\u00a0: gardez-la telle quelle.")
            return [DepartedShareDecided(case, share, reason=context.text(reason))]


def _set(operation: Operation, weights: dict[UUID, int], given: int, reason: str, context: Context) -> list[Event]:
    sharing = {each.case: each for each in _sharing(operation)}
    if unknown := [str(case) for case in weights if case not in sharing]:
        raise UNKNOWN_BENEFICIARY("Une part revient à une structure de l’opération.", cases=unknown)
    if missing := [str(case) for case in sharing if case not in weights]:
        raise WRONG_SHARES("Donnez une part à chaque structure, et une seule.", cases=missing)
    if given > len(weights):
        raise WRONG_SHARES("Donnez une part à chaque structure, et une seule.")
    return [SharesSet(weights, reason=context.text(reason))]


def available_commands(operation: Operation) -> Iterator[type]:
    if _sharing(operation):
        yield SetShares
    if undecided(operation):
        yield DecideDepartedShare


def evolve(operation: Operation, event: Event) -> Operation:
    match event:
        case SharesSet(weights):
            changed = tuple(
                replace(each, weight=weights.get(each.case, each.weight)) for each in operation.beneficiaries
            )
            return replace(operation, beneficiaries=changed, shares_set=True)
        case DepartedShareDecided(case, share):
            departed = operation.find_beneficiary(case)
            assert departed is not None
            assert departed.departure is not None
            return operation.with_beneficiary(replace(departed, departure=replace(departed.departure, share=share)))
