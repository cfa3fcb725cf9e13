"""Funds committed to a consulting action before its agreement, and payments once its report is accepted (P)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from parcours.domain.funding import fund
from parcours.domain.funding.fund import FUND_EXHAUSTED, FUND_NOT_OPEN
from parcours.domain.guards import (
    AGREEMENT_IN_FORCE,
    BEYOND_PROPOSAL,
    NO_FINAL_REPORT,
    NO_PROVIDER,
    REQUIRES_CONSULTING,
    REQUIRES_VALIDATED_ACTION,
    UNKNOWN_ACTION,
    require_consulting_action,
    require_retained,
    require_startable_action,
    require_within_proposal,
)
from parcours.domain.lifecycle import PARCOURS_NOT_OPEN, REQUIRES_OPEN
from parcours.domain.state import Action, ActionStatus, AgreementTerms, Parcours, ParcoursStatus, Sum
from parcours.domain.upcasts import AMOUNT_IN_CENTS
from shared.kernel import (
    CompanionCommand,
    Context,
    Encrypted,
    Reason,
    Refusal,
    event,
    format_euros,
    paris_year,
)
from shared.kernel.events import command
from shared.kernel.frozen import replace

AGREEMENT_ALREADY_RECORDED = Refusal("agreement-already-recorded", "Convention déjà enregistrée")
NOTHING_COMMITTED = Refusal("nothing-committed", "Aucun financement engagé")
NOTHING_TO_COMMIT = Refusal("nothing-to-commit", "Financement déjà engagé")
BEYOND_COMMITTED = Refusal("beyond-committed", "Financement engagé dépassé")


@event("funds-committed", 2, label="Financement engagé", upcasts=AMOUNT_IN_CENTS)
class FundsCommitted:
    action: UUID
    amount_cents: int
    fund: UUID


@event("funds-released", 2, label="Financement rendu au fonds d’ingénierie", upcasts=AMOUNT_IN_CENTS)
class FundsReleased:
    """`reason`: where a person released them."""

    action: UUID
    amount_cents: int
    reason: Encrypted | None = None


@event("agreement-voided", label="Convention restée sans toutes ses signatures, sans effet")
class AgreementVoided:
    action: UUID


@event("payment-authorised", 2, label="Paiement autorisé", upcasts=AMOUNT_IN_CENTS)
class PaymentAuthorised:
    action: UUID
    amount_cents: int


@command(
    title="Engager un financement",
    leads_to=(FundsCommitted,),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        *REQUIRES_CONSULTING,
        NO_PROVIDER,
        AGREEMENT_ALREADY_RECORDED,
        NOTHING_TO_COMMIT,
        BEYOND_PROPOSAL,
        FUND_NOT_OPEN,
        FUND_EXHAUSTED,
    ),
)
class CommitFunds:
    """The unit commits funds of this year (in Paris) to the provider that was chosen for a consulting action, before
    the agreement: `amount_cents`, all that it proposed where it is not given.

    All that an action gets comes from the fund that was first engaged for it."""

    action: UUID
    amount_cents: Sum | None = None


@command(
    title="Rendre un financement engagé sans convention",
    leads_to=(AgreementVoided, FundsReleased),
    may_refuse=(*REQUIRES_OPEN, UNKNOWN_ACTION, *REQUIRES_CONSULTING, AGREEMENT_IN_FORCE, NOTHING_COMMITTED),
)
class ReleaseFunds:
    """No agreement will come, or not for this sum: what was committed to the action goes back to the fund, and an
    agreement that not everybody signed has no effect. `reason`: why."""

    action: UUID
    reason: Reason


@command(
    title="Autoriser un paiement",
    leads_to=(PaymentAuthorised, FundsReleased),
    may_refuse=(PARCOURS_NOT_OPEN, UNKNOWN_ACTION, *REQUIRES_CONSULTING, NO_FINAL_REPORT, BEYOND_COMMITTED),
)
class AuthorisePayment:
    """The provider is paid, once the final report is accepted, in all at most what was committed.

    `last`: nothing more will be paid, and what is left goes back to the fund."""

    action: UUID
    amount_cents: Sum
    last: bool = False


Command = CommitFunds | ReleaseFunds | AuthorisePayment


Event = FundsCommitted | FundsReleased | AgreementVoided | PaymentAuthorised


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    action = require_consulting_action(parcours, command.action)
    match command:
        case CommitFunds(key, amount):
            require_startable_action(parcours, key)
            return [commit(parcours, key, _check_commitment(action, amount), context)]
        case ReleaseFunds(key, reason):
            return _release(key, action, reason, context)
        case AuthorisePayment(key, amount, last=last):
            if not action.report_accepted:
                raise NO_FINAL_REPORT("Une prestation de conseil est payée une fois son rapport final accepté.")
            _check_committed(action, amount)
            left = action.committed_cents - action.paid_cents - amount
            return [PaymentAuthorised(key, amount), *([FundsReleased(key, left)] if last and left else [])]


def _check_commitment(action: Action, amount: int | None) -> int:
    """The sum to commit: all that is left of the proposal, unless the command names one."""
    retained = require_retained(action)
    if action.agreement:
        raise AGREEMENT_ALREADY_RECORDED("La convention est enregistrée\u00a0: un avenant peut y ajouter une somme.")
    if amount is None and action.committed_cents == retained.amount_cents:
        raise NOTHING_TO_COMMIT(
            f"Les {format_euros(retained.amount_cents)} de la proposition retenue sont déjà engagés.",
            committed_cents=action.committed_cents,
        )
    sum_to_commit = retained.amount_cents - action.committed_cents if amount is None else amount
    require_within_proposal(retained, action.committed_cents + sum_to_commit, already=action.committed_cents)
    return sum_to_commit


def commit(parcours: Parcours, key: UUID, amount: int, context: Context) -> FundsCommitted:
    """From the fund of this year (in Paris), or the one that was first engaged for the action."""
    action = parcours.actions[key]
    this_year = fund.fund_id(parcours.plan.unit, paris_year(context.now))
    return FundsCommitted(key, amount, fund=action.fund if action.fund and action.committed_cents else this_year)


def follow_correction(
    parcours: Parcours, key: UUID, terms: AgreementTerms, days: int, *, context: Context
) -> list[FundsCommitted | FundsReleased]:
    """What is committed once the agreement is found to be for another sum, or the days worked to be others: as much
    more or less, never less than was paid; after an abandonment that left the share of the days worked, their share."""
    action = parcours.actions[key]
    assert action.agreement is not None
    agreed = action.agreement.terms
    stopped = action.status is ActionStatus.ABANDONED or parcours.status is ParcoursStatus.ABANDONED
    if stopped and action.committed_cents == cost_of_days(agreed, action.days):
        due = cost_of_days(terms, days)
    else:
        due = action.committed_cents + terms.amount_cents - agreed.amount_cents
    committed = max(action.paid_cents, due)
    if committed > action.committed_cents:
        return [commit(parcours, key, committed - action.committed_cents, context)]
    return [FundsReleased(key, action.committed_cents - committed)] if committed < action.committed_cents else []


def _release(key: UUID, action: Action, reason: str, context: Context) -> list[Event]:
    if action.is_agreed:
        raise AGREEMENT_IN_FORCE(
            "La convention est signée par toutes les parties\u00a0: ce qui reste revient au fonds avec le "
            "dernier paiement, ou si l’action est abandonnée."
        )
    if not action.committed_cents:
        raise NOTHING_COMMITTED("Rien n’est engagé pour cette action.")
    voided: list[Event] = [AgreementVoided(key)] if action.agreement else []
    return [*voided, FundsReleased(key, action.committed_cents, reason=context.text(reason))]


def _check_committed(action: Action, amount: int) -> None:
    left = action.committed_cents - action.paid_cents
    if amount > left:
        raise BEYOND_COMMITTED.of_body(left > 0)(
            f"{format_euros(action.committed_cents)} sont engagés pour cette prestation\u00a0: il en reste "
            f"{format_euros(left)} à payer.",
            committed_cents=action.committed_cents,
            left_cents=left,
        )


def release_unspent(key: UUID, action: Action) -> list[FundsReleased]:
    """What an abandonment gives back: the sum committed, less what is paid or due. With an accepted report all of it is
    due. Without one, the days worked stay committed, and are paid once a report on them is accepted."""
    left = action.committed_cents - max(action.paid_cents, _cost_of_days_worked(action))
    return [FundsReleased(key, left)] if left > 0 and not action.report_accepted else []


def _cost_of_days_worked(action: Action) -> int:
    """At most what is committed."""
    return min(action.committed_cents, cost_of_days(action.agreement.terms, action.days)) if action.agreement else 0


def cost_of_days(terms: AgreementTerms, days: int) -> int:
    """The share of the agreed amount for so many days, in cents, rounded up: a provider is not owed less."""
    return -(-terms.amount_cents * days // terms.days)


def companions(parcours: Parcours, event: Any, context: Context) -> Iterable[CompanionCommand]:
    """What the fund records in the same transaction, or refuses."""
    if isinstance(event, FundsCommitted):
        engage = fund.EngageAmount(context.case, event.action, amount_cents=event.amount_cents)
        yield CompanionCommand(fund.decider, event.fund, command=engage)
    elif isinstance(event, FundsReleased | PaymentAuthorised) and (engaged := parcours.actions[event.action].fund):
        ask = fund.FreeAmount if isinstance(event, FundsReleased) else fund.SpendAmount
        yield CompanionCommand(fund.decider, engaged, command=ask(event.action, event.amount_cents))


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    match event:
        case FundsCommitted(_, amount, fund=chosen):
            changed = replace(action, committed_cents=action.committed_cents + amount, fund=chosen)
        case FundsReleased(_, amount):
            changed = replace(action, committed_cents=action.committed_cents - amount)
        case AgreementVoided():
            changed = replace(action, agreement=None, proofs=())
        case PaymentAuthorised(_, amount):
            changed = replace(action, paid_cents=action.paid_cents + amount)
    return parcours.with_action(event.action, changed)
