"""Effects of an award: what the parcours records of it, and the agreement that concludes the tender."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from parcours.domain.assignment import selection
from parcours.domain.guards import INFORMED_FIRST, NOT_ALL_INFORMED
from parcours.domain.tender.award import CandidateInformed, TenderAwarded, TenderCancelled
from parcours.domain.tender.proposals import ProviderAccessGranted
from parcours.domain.tender.state import TENDER_NOT_AT_THIS_STEP, Tender, TenderStatus, require_status
from shared.kernel import Context, event
from shared.kernel.events import command


@event("tender-concluded", label="Consultation suivie d’une convention")
class TenderConcluded:
    pass


@command(leads_to=(TenderConcluded,), may_refuse=(TENDER_NOT_AT_THIS_STEP, NOT_ALL_INFORMED))
class ConcludeTender:
    """The agreement that this tender leads to is in force."""


Command = ConcludeTender


Event = TenderConcluded


def decide(tender: Tender, command: Command, context: Context) -> list[Event]:
    require_status(tender, TenderStatus.AWARDED)
    if left := [str(key) for key, each in tender.proposals.items() if each.informed_on is None]:
        raise NOT_ALL_INFORMED(INFORMED_FIRST, providers=left)
    return [TenderConcluded()]


def consequences(tender: Tender, event: Any, stream: UUID) -> Iterator[selection.Command]:
    """The commands by which the parcours learns who was chosen, when all know it, and when it has no effect.

    `tender`: its state after the event."""
    assert tender.action is not None
    match event:
        case TenderAwarded(key):
            chosen = tender.candidates[key]
            assert chosen.proposal is not None
            yield selection.RecordAward(
                tender.action,
                stream,
                name=chosen.name,
                amount_cents=chosen.proposal.amount_cents,
                days=chosen.proposal.days,
                account=chosen.account,
            )
        case CandidateInformed() if tender.all_informed:
            yield selection.RecordAnnouncement(tender.action, stream)
        case ProviderAccessGranted(key, account) if key == tender.winner:
            yield selection.ChangeProviderAccount(tender.action, stream, account=account)
        case TenderCancelled() if tender.winner:
            yield selection.WithdrawAward(tender.action, stream, reason=event.reason)


def evolve(tender: Tender, event: Event) -> Tender:
    return replace(tender, status=TenderStatus.AGREED)
