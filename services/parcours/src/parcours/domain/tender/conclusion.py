"""What does the choice of a provider bind? The agreement that follows it, and who may act on the assignment."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from parcours.domain.state import Days, Sum
from parcours.domain.tender.state import Consultation, Step
from shared.kernel import Context, Refusal, event, format_euros
from shared.kernel.events import command
from shared.kernel.french import format_count


@command
class Conclude:
    """A parcours has the agreement that this consultation leads to, at most for what was proposed (cents)."""

    action: UUID
    amount: Sum
    days: Days


@command
class Recognise:
    """A provider acts by itself on its assignment: is it the one that this consultation chose?"""


@command
class Confirm:
    """The agreement that this consultation led to was recorded wrongly: it was for so much (cents)."""

    amount: Sum


@event("consultation-concluded", label="Consultation suivie d’une convention")
class ConsultationConcluded:
    action: UUID


NOT_YOUR_ASSIGNMENT = Refusal("not-your-assignment", "Cette intervention n’est pas la vôtre", status=403)
OTHER_ACTION = Refusal("other-action", "Consultation menée pour une autre action")
NOT_AWARDED = Refusal("not-awarded", "Consultation non attribuée")
NOT_ALL_INFORMED = Refusal("not-all-informed", "Des candidats ne sont pas informés")
BEYOND_PROPOSAL = Refusal("beyond-proposal", "Convention au-delà de la proposition")

Command = Conclude | Recognise | Confirm
Event = ConsultationConcluded


def decide(consultation: Consultation, command: Command, context: Context) -> list[Event]:
    match command:
        case Conclude():
            _check_agreement(consultation, command)
            return [ConsultationConcluded(command.action)]
        case Confirm(amount):
            _check_within_proposal(consultation, amount)
            return []
        case Recognise():
            winner = consultation.candidates[consultation.winner] if consultation.winner else None
            recognised(winner.account if winner else None, context)
            return []


def recognised(account: str | None, context: Context) -> None:
    """Raises unless whoever acts is the provider that has this account."""
    if account != context.actor.id:
        raise NOT_YOUR_ASSIGNMENT("Vous ne rendez compte que de votre propre intervention.")


def _check_agreement(consultation: Consultation, agreement: Conclude) -> None:
    if consultation.action != agreement.action:
        raise OTHER_ACTION("Cette consultation n’a pas été menée pour cette action.")
    if consultation.step is not Step.AWARDED or consultation.winner is None:
        raise NOT_AWARDED("La convention se signe une fois la consultation attribuée, et une seule fois.")
    if left := [str(key) for key, each in consultation.proposals.items() if each.informed_on is None]:
        raise NOT_ALL_INFORMED("Tous les candidats sont informés du résultat avant la convention.", providers=left)
    _check_within_proposal(consultation, agreement.amount, agreement.days)


def _check_within_proposal(consultation: Consultation, amount: int, days: int = 0) -> None:
    proposal = consultation.candidates[consultation.winner].proposal if consultation.winner else None
    if proposal and (amount > proposal.amount or days > proposal.days):
        raise BEYOND_PROPOSAL(
            f"La proposition retenue est de {format_euros(proposal.amount)}"
            f" pour {format_count(proposal.days, 'jour')}\u00a0:"
            " la convention ne va pas au-delà.",
            amount=proposal.amount,
            days=proposal.days,
        )


def evolve(consultation: Consultation, event: Event) -> Consultation:
    return replace(consultation, step=Step.AGREED)
