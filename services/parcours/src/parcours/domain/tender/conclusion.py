"""Checks of a parcours against the award: the agreement that concludes a tender, and who may act on it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from parcours.domain.state import Days, Sum
from parcours.domain.tender.state import Tender, TenderStatus
from shared.kernel import Context, Refusal, event, format_euros
from shared.kernel.events import command
from shared.kernel.french import format_count

NOT_YOUR_ASSIGNMENT = Refusal("not-your-assignment", "Cette intervention n’est pas la vôtre", status=403)
OTHER_ACTION = Refusal("other-action", "Consultation menée pour une autre action")
NOT_AWARDED = Refusal("not-awarded", "Consultation non attribuée")
NOT_ALL_INFORMED = Refusal("not-all-informed", "Des candidats ne sont pas informés")
BEYOND_PROPOSAL = Refusal("beyond-proposal", "Convention au-delà de la proposition")


@event("tender-concluded", label="Consultation suivie d’une convention")
class TenderConcluded:
    action: UUID


@command(leads_to=(TenderConcluded,), may_refuse=(OTHER_ACTION, NOT_AWARDED, NOT_ALL_INFORMED, BEYOND_PROPOSAL))
class ConcludeTender:
    """A parcours has the agreement that this tender leads to, at most for what was proposed (cents)."""

    action: UUID
    amount: Sum
    days: Days


@command(may_refuse=(NOT_YOUR_ASSIGNMENT,))
class VerifyProvider:
    """A provider acts by itself on its assignment: it must be the one that this tender chose."""


@command(may_refuse=(BEYOND_PROPOSAL,))
class VerifyAmount:
    """The agreement that this tender led to was recorded wrongly: it was for so much (cents)."""

    amount: Sum


Command = ConcludeTender | VerifyProvider | VerifyAmount


Event = TenderConcluded


def decide(tender: Tender, command: Command, context: Context) -> list[Event]:
    match command:
        case ConcludeTender():
            _check_agreement(tender, command)
            return [TenderConcluded(command.action)]
        case VerifyAmount(amount):
            _check_within_proposal(tender, amount)
            return []
        case VerifyProvider():
            winner = tender.candidates[tender.winner] if tender.winner else None
            require_own_assignment(winner.account if winner else None, context)
            return []


def require_own_assignment(account: str | None, context: Context) -> None:
    """Raises unless the actor is the provider that has this account."""
    if account != context.actor.id:
        raise NOT_YOUR_ASSIGNMENT("Vous ne rendez compte que de votre propre intervention.")


def _check_agreement(tender: Tender, agreement: ConcludeTender) -> None:
    if tender.action != agreement.action:
        raise OTHER_ACTION("Cette consultation n’a pas été menée pour cette action.")
    if tender.status is not TenderStatus.AWARDED or tender.winner is None:
        raise NOT_AWARDED("La convention se signe une fois la consultation attribuée, et une seule fois.")
    if left := [str(key) for key, each in tender.proposals.items() if each.informed_on is None]:
        raise NOT_ALL_INFORMED("Tous les candidats sont informés du résultat avant la convention.", providers=left)
    _check_within_proposal(tender, agreement.amount, agreement.days)


def _check_within_proposal(tender: Tender, amount: int, days: int = 0) -> None:
    proposal = tender.candidates[tender.winner].proposal if tender.winner else None
    if proposal and (amount > proposal.amount or days > proposal.days):
        raise BEYOND_PROPOSAL(
            f"La proposition retenue est de {format_euros(proposal.amount)}"
            f" pour {format_count(proposal.days, 'jour')}\u00a0:"
            " la convention ne va pas au-delà.",
            amount=proposal.amount,
            days=proposal.days,
        )


def evolve(tender: Tender, event: Event) -> Tender:
    return replace(tender, status=TenderStatus.AGREED)
