"""Funds committed to a consulting action, and payments once its final report is accepted (P)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from parcours.domain.funding import fund
from parcours.domain.funding.fund import FUND_EXHAUSTED, FUND_NOT_OPEN
from parcours.domain.guards import (
    NO_AGREEMENT,
    NO_FINAL_REPORT,
    NOT_CONSULTING,
    REQUIRES_VALIDATED_ACTION,
    UNKNOWN_ACTION,
    require_agreement,
    require_consulting_action,
    require_startable_action,
)
from parcours.domain.lifecycle import PARCOURS_NOT_OPEN, REQUIRES_OPEN
from parcours.domain.state import Action, Parcours, Sum
from shared.kernel import CompanionCommand, Context, Refusal, event, format_euros, paris_year
from shared.kernel.events import command
from shared.kernel.frozen import replace

BEYOND_AGREED_AMOUNT = Refusal("beyond-agreed-amount", "Montant convenu dépassé")
BEYOND_COMMITTED = Refusal("beyond-committed", "Financement engagé dépassé")


@event("funds-committed", label="Financement engagé")
class FundsCommitted:
    action: UUID
    amount: int
    fund: UUID


@event("funds-released", label="Financement rendu au fonds d’ingénierie")
class FundsReleased:
    action: UUID
    amount: int


@event("payment-authorised", label="Paiement autorisé")
class PaymentAuthorised:
    action: UUID
    amount: int


@command(
    title="Engager un financement",
    leads_to=(FundsCommitted,),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        NOT_CONSULTING,
        NO_AGREEMENT,
        BEYOND_AGREED_AMOUNT,
        FUND_NOT_OPEN,
        FUND_EXHAUSTED,
    ),
)
class CommitFunds:
    """The unit commits funds of this year (in Paris) to a consulting action, in all at most what was agreed (cents).

    All that an action gets comes from the fund that was first engaged for it."""

    action: UUID
    amount: Sum


@command(
    title="Autoriser un paiement",
    leads_to=(PaymentAuthorised, FundsReleased),
    may_refuse=(PARCOURS_NOT_OPEN, UNKNOWN_ACTION, NOT_CONSULTING, NO_FINAL_REPORT, BEYOND_COMMITTED),
)
class AuthorisePayment:
    """The provider is paid, once the final report is accepted, in all at most what was committed (cents).

    `last`: nothing more will be paid, and what is left goes back to the fund."""

    action: UUID
    amount: Sum
    last: bool = False


Command = CommitFunds | AuthorisePayment


Event = FundsCommitted | FundsReleased | PaymentAuthorised


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    action = require_consulting_action(parcours, command.action)
    match command:
        case CommitFunds(key, amount):
            require_startable_action(parcours, key)
            _check_agreed(action, amount)
            this_year = fund.fund_id(parcours.plan.unit, paris_year(context.now))
            return [FundsCommitted(key, amount, fund=action.fund if action.fund and action.committed else this_year)]
        case AuthorisePayment(key, amount, last=last):
            if not action.report_accepted:
                raise NO_FINAL_REPORT("Une prestation de conseil est payée une fois son rapport final accepté.")
            _check_committed(action, amount)
            left = action.committed - action.paid - amount
            return [PaymentAuthorised(key, amount), *([FundsReleased(key, left)] if last and left else [])]


def _check_agreed(action: Action, amount: int) -> None:
    agreed = require_agreement(action).terms.amount
    if action.committed + amount > agreed:
        raise BEYOND_AGREED_AMOUNT(
            f"La convention prévoit {format_euros(agreed)}\u00a0: il en reste"
            f" {format_euros(agreed - action.committed)} à engager.",
            agreed=agreed,
            left=agreed - action.committed,
        )


def _check_committed(action: Action, amount: int) -> None:
    if action.paid + amount > action.committed:
        raise BEYOND_COMMITTED(
            f"{format_euros(action.committed)} sont engagés pour cette prestation\u00a0: il en reste "
            f"{format_euros(action.committed - action.paid)} à payer.",
            committed=action.committed,
            left=action.committed - action.paid,
        )


def release_unspent(key: UUID, action: Action) -> list[FundsReleased]:
    """What an abandonment gives back: the sum committed, less what is paid or due. With an accepted report all of it is
    due. Without one, the days worked stay committed, and are paid once a report on them is accepted."""
    left = action.committed - max(action.paid, _cost_of_days_worked(action))
    return [FundsReleased(key, left)] if left > 0 and not action.report_accepted else []


def _cost_of_days_worked(action: Action) -> int:
    """The share of the agreed amount for the days worked, in cents, rounded up: a provider is not owed less."""
    if action.agreement is None or not action.days:
        return 0
    return min(action.committed, -(-action.agreement.terms.amount * action.days // action.agreement.terms.days))


def companions(parcours: Parcours, event: Any, context: Context) -> Iterable[CompanionCommand]:
    """What the fund records in the same transaction, or refuses."""
    if isinstance(event, FundsCommitted):
        yield CompanionCommand(
            fund.decider, event.fund, command=fund.EngageAmount(context.case, event.action, amount=event.amount)
        )
    elif isinstance(event, FundsReleased | PaymentAuthorised) and (engaged := parcours.actions[event.action].fund):
        ask = fund.FreeAmount if isinstance(event, FundsReleased) else fund.SpendAmount
        yield CompanionCommand(fund.decider, engaged, command=ask(event.action, event.amount))


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    match event:
        case FundsCommitted(_, amount, fund=chosen):
            changed = replace(action, committed=action.committed + amount, fund=chosen)
        case FundsReleased(_, amount):
            changed = replace(action, committed=action.committed - amount)
        case PaymentAuthorised(_, amount):
            changed = replace(action, paid=action.paid + amount)
    return parcours.with_action(event.action, changed)
