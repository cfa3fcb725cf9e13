"""Engineering fund of a unit for one year: an aggregate that never engages more than its allocation (P, D)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated
from uuid import NAMESPACE_OID, UUID, uuid5

from annotated_types import Ge, Le

from parcours.domain.guards import MANAGERS_ONLY
from parcours.domain.state import Sum
from parcours.domain.upcasts import ALLOCATION_IN_CENTS, AMOUNT_IN_CENTS
from shared.kernel import (
    Cents,
    Context,
    Decider,
    Encrypted,
    Line,
    Reason,
    Refusal,
    Role,
    event,
    format_euros,
)
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace

Year = Annotated[int, Ge(2002), Le(2100)]

OTHER_UNIT = Refusal(
    "other-unit", "Ce fonds est celui d’une autre structure porteuse", status=403, depends_on_body=True
)
FUND_ALREADY_OPEN = Refusal("fund-already-open", "Fonds déjà ouvert")
FUND_NOT_OPEN = Refusal("fund-not-open", "Fonds d’ingénierie non ouvert")
FUND_EXHAUSTED = Refusal("fund-exhausted", "Fonds d’ingénierie insuffisant")
BELOW_COMMITTED = Refusal("below-committed", "Enveloppe inférieure aux engagements", depends_on_body=True)
BEYOND_ENGAGED = Refusal("beyond-engaged", "Somme supérieure à l’engagement")


@event("fund-opened", 2, label="Fonds d’ingénierie ouvert", upcasts=ALLOCATION_IN_CENTS)
class FundOpened:
    unit: str
    year: int
    allocated_cents: int


@event("fund-adjusted", 2, label="Enveloppe du fonds d’ingénierie ajustée", upcasts=ALLOCATION_IN_CENTS)
class FundAdjusted:
    allocated_cents: int
    reason: Encrypted


@event("fund-engaged", 2, label="Somme engagée sur le fonds d’ingénierie", upcasts=AMOUNT_IN_CENTS)
class FundEngaged:
    case: UUID
    action: UUID
    amount_cents: int


@event("fund-freed", 2, label="Somme rendue au fonds d’ingénierie", upcasts=AMOUNT_IN_CENTS)
class FundFreed:
    action: UUID
    amount_cents: int


@event("fund-spent", 2, label="Paiement sur le fonds d’ingénierie", upcasts=AMOUNT_IN_CENTS)
class FundSpent:
    action: UUID
    amount_cents: int


@command(
    title="Ouvrir un fonds d’ingénierie",
    leads_to=(FundOpened,),
    may_refuse=(MANAGERS_ONLY, OTHER_UNIT, FUND_ALREADY_OPEN),
)
class OpenFund:
    """A manager opens the unit's engineering fund for a year, with what is allocated to it."""

    unit: Line
    year: Year
    allocated_cents: Sum


@command(
    title="Ajuster l’enveloppe du fonds",
    leads_to=(FundAdjusted,),
    may_refuse=(FUND_NOT_OPEN, MANAGERS_ONLY, OTHER_UNIT, BELOW_COMMITTED),
)
class AdjustFund:
    """A manager raises or lowers the allocation, never below what is engaged, and says why."""

    allocated_cents: Cents
    reason: Reason


@command(leads_to=(FundEngaged,), may_refuse=(FUND_NOT_OPEN, FUND_EXHAUSTED))
class EngageAmount:
    """A parcours engages a sum for one of its actions."""

    case: UUID
    action: UUID
    amount_cents: Sum


@command(leads_to=(FundFreed,), may_refuse=(FUND_NOT_OPEN, BEYOND_ENGAGED))
class FreeAmount:
    """A parcours frees a sum that an action will not spend."""

    action: UUID
    amount_cents: Sum


@command(leads_to=(FundSpent,), may_refuse=(FUND_NOT_OPEN, BEYOND_ENGAGED))
class SpendAmount:
    """A parcours has authorised a payment on what was engaged for an action."""

    action: UUID
    amount_cents: Sum


@frozen
class Engagement:
    """For one action of a case: `engaged_cents`, payments included, and `paid_cents` among them."""

    case: UUID
    engaged_cents: int = 0
    paid_cents: int = 0


@frozen
class Fund:
    """`engagements`: by action."""

    unit: str | None = None
    year: int = 0
    allocated_cents: int = 0
    engagements: dict[UUID, Engagement] = field(default_factory=dict)

    @property
    def committed_cents(self) -> int:
        return sum(each.engaged_cents for each in self.engagements.values())

    @property
    def paid_cents(self) -> int:
        return sum(each.paid_cents for each in self.engagements.values())

    @property
    def available_cents(self) -> int:
        return self.allocated_cents - self.committed_cents

    def with_engagement(self, action: UUID, engagement: Engagement) -> Fund:
        return replace(self, engagements=self.engagements | {action: engagement})


Command = OpenFund | AdjustFund | EngageAmount | FreeAmount | SpendAmount


Event = FundOpened | FundAdjusted | FundEngaged | FundFreed | FundSpent


def fund_id(unit: str, year: int) -> UUID:
    """The id of the one fund of a unit and year, computed from both."""
    return uuid5(NAMESPACE_OID, f"engineering-fund/{unit}/{year}")


def decide(fund: Fund, command: Command, context: Context) -> list[Event]:
    if isinstance(command, OpenFund):
        _check_manager(command.unit, context)
        if fund.unit is not None and fund.allocated_cents == command.allocated_cents:
            return []
        if fund.unit is not None:
            raise FUND_ALREADY_OPEN(
                f"Le fonds {fund.year} de cette structure porteuse est déjà ouvert\u00a0: ajustez-le."
            )
        return [FundOpened(command.unit, command.year, allocated_cents=command.allocated_cents)]
    if fund.unit is None:
        raise FUND_NOT_OPEN("Votre responsable doit d’abord ouvrir le fonds d’ingénierie de l’année.")
    match command:
        case AdjustFund(allocated, reason):
            _check_manager(fund.unit, context)
            if allocated < fund.committed_cents:
                raise BELOW_COMMITTED(
                    f"L’enveloppe ne peut descendre sous les {format_euros(fund.committed_cents)} déjà engagés.",
                    committed_cents=fund.committed_cents,
                )
            return [FundAdjusted(allocated, context.text(reason))]
        case EngageAmount(case, action, amount_cents=amount):
            if amount > fund.available_cents:
                raise FUND_EXHAUSTED(
                    f"Il reste {format_euros(fund.available_cents)} au fonds d’ingénierie {fund.year}\u00a0: réduisez "
                    "l’engagement, ou voyez avec votre responsable si l’enveloppe peut être relevée.",
                    available_cents=fund.available_cents,
                )
            return [FundEngaged(case, action, amount_cents=amount)]
        case FreeAmount(action, amount):
            _check_engaged(fund, action, amount)
            return [FundFreed(action, amount)]
        case SpendAmount(action, amount):
            _check_engaged(fund, action, amount)
            return [FundSpent(action, amount)]


def available_commands(fund: Fund) -> Iterator[type]:
    if fund.unit is None:
        yield OpenFund
        return
    yield from (AdjustFund, EngageAmount)
    if fund.committed_cents > fund.paid_cents:
        yield from (FreeAmount, SpendAmount)


def _check_manager(unit: str, context: Context) -> None:
    if context.actor.role is not Role.MANAGER:
        raise MANAGERS_ONLY("C’est votre responsable qui ouvre et ajuste le fonds d’ingénierie.")
    if context.actor.unit != unit:
        raise OTHER_UNIT("Chaque responsable gère le fonds de sa propre structure porteuse.")


def _check_engaged(fund: Fund, action: UUID, amount: int) -> None:
    engagement = fund.engagements.get(action)
    left = engagement.engaged_cents - engagement.paid_cents if engagement else 0
    if amount > left:
        raise BEYOND_ENGAGED(f"Il reste {format_euros(left)} engagés pour cette action.", left_cents=left)


def evolve(fund: Fund, event: Event) -> Fund:
    match event:
        case FundOpened(unit, year, allocated_cents=allocated):
            return replace(fund, unit=unit, year=year, allocated_cents=allocated)
        case FundAdjusted(allocated):
            return replace(fund, allocated_cents=allocated)
        case FundEngaged(case, action, amount_cents=amount):
            before = fund.engagements.get(action, Engagement(case))
            return fund.with_engagement(action, replace(before, engaged_cents=before.engaged_cents + amount))
        case FundFreed(action, amount):
            before = fund.engagements[action]
            return fund.with_engagement(action, replace(before, engaged_cents=before.engaged_cents - amount))
        case FundSpent(action, amount):
            before = fund.engagements[action]
            return fund.with_engagement(action, replace(before, paid_cents=before.paid_cents + amount))


decider: Decider[Fund] = Decider(
    "fund",
    Fund(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
    names_cases=True,
)
