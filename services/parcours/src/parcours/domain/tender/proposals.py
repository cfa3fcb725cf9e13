"""Terms of reference, invitation of providers, and their proposals until the deadline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le, Len

from parcours.domain.guards import REQUIRES_CONSULTING, UNKNOWN_ACTION
from parcours.domain.state import Days, Sum
from parcours.domain.tender.state import (
    DEADLINE_PASSED,
    TENDER_NOT_AT_THIS_STEP,
    UNKNOWN_PROVIDER,
    Candidate,
    Proposal,
    ScoringCriterion,
    Tender,
    TenderStatus,
    require_before_deadline,
    require_candidate,
    require_status,
)
from parcours.domain.upcasts import PROPOSAL_IN_CENTS
from shared.kernel import (
    ConfidentialLine,
    Context,
    Encrypted,
    Instant,
    Line,
    PersonalData,
    PersonalLine,
    Refusal,
    Role,
    Text,
    event,
    paris_date,
    require_future,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command

TOTAL_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class GridLine:
    label: ConfidentialLine
    weight: Annotated[int, Ge(1), Le(TOTAL_WEIGHT)]


WRONG_GRID = Refusal("wrong-grid", "Grille d’analyse incohérente", status=422)
WRONG_DEADLINE = Refusal("wrong-deadline", "Date limite incohérente", status=422)
NOT_YOUR_PROPOSAL = Refusal("not-your-proposal", "Cette proposition n’est pas la vôtre", status=403)
ACCOUNT_TAKEN = Refusal("account-taken", "Accès d’un autre candidat", status=422)


@event("tender-opened", label="Consultation de prestataires ouverte")
class TenderOpened:
    case: UUID
    action: UUID
    terms_of_reference: Encrypted
    grid: tuple[ScoringCriterion, ...]
    deadline: datetime


@event("provider-invited", label="Prestataire consulté")
class ProviderInvited:
    provider: UUID
    name: PersonalData
    account: str | None = None


@event("provider-access-granted", label="Accès donné à un prestataire consulté")
class ProviderAccessGranted:
    provider: UUID
    account: str


@event("proposal-submitted", 2, label="Proposition reçue", upcasts=PROPOSAL_IN_CENTS)
class ProposalSubmitted:
    provider: UUID
    proposal: Proposal


@command(
    title="Consulter des prestataires",
    leads_to=(TenderOpened,),
    may_refuse=(
        UNKNOWN_ACTION,
        *REQUIRES_CONSULTING,
        TENDER_NOT_AT_THIS_STEP,
        WRONG_GRID,
        WRONG_DEADLINE,
        IMPLAUSIBLE_DATE,
    ),
)
class OpenTender:
    """The terms of reference are written: what is expected, how answers will be scored, and until when they may come.

    `grid`: criteria whose weights sum to 100. `deadline`: an instant with its time zone."""

    action: UUID
    terms_of_reference: Text
    grid: Annotated[tuple[GridLine, ...], Len(1, 20)]
    deadline: Instant


@command(
    title="Consulter un prestataire de plus",
    leads_to=(ProviderInvited,),
    may_refuse=(TENDER_NOT_AT_THIS_STEP, DEADLINE_PASSED, ACCOUNT_TAKEN),
)
class InviteProvider:
    """A provider is invited to make a proposal. `account`: the identity under which it may answer by itself."""

    name: PersonalLine
    account: Line | None = None


@command(
    title="Donner son accès à un prestataire consulté",
    leads_to=(ProviderAccessGranted,),
    may_refuse=(TENDER_NOT_AT_THIS_STEP, UNKNOWN_PROVIDER, ACCOUNT_TAKEN),
)
class GrantProviderAccess:
    """A provider that was invited acts by itself from now on, under `account`: the id of its personal link, or the
    one that it reads under `GET /api/v1/me`. Given again, it replaces the account before."""

    provider: UUID
    account: Line


@command(
    title="Remettre une proposition",
    leads_to=(ProposalSubmitted,),
    may_refuse=(TENDER_NOT_AT_THIS_STEP, DEADLINE_PASSED, UNKNOWN_PROVIDER, NOT_YOUR_PROPOSAL),
)
class SubmitProposal:
    """A provider proposes its work, before the deadline; a later proposal replaces it."""

    provider: UUID
    amount_cents: Sum
    days: Days
    summary: Text


Command = OpenTender | InviteProvider | GrantProviderAccess | SubmitProposal


Event = TenderOpened | ProviderInvited | ProviderAccessGranted | ProposalSubmitted


def decide(tender: Tender, command: Command, context: Context) -> list[Event]:
    if isinstance(command, OpenTender):
        require_status(tender, TenderStatus.NEW)
        return [_open(command, context)]
    if isinstance(command, GrantProviderAccess):
        require_status(tender, TenderStatus.OPEN, TenderStatus.AWARDED, TenderStatus.AGREED)
        return _grant_access(tender, command)
    require_status(tender, TenderStatus.OPEN)
    require_before_deadline(tender, context.now, "Les propositions")
    match command:
        case InviteProvider(name, account):
            _check_own(tender, None, account)
            key = context.new_id()
            return [ProviderInvited(key, PersonalData(key, name), account=account)]
        case SubmitProposal(key, amount, days=days, summary=summary):
            candidate = require_candidate(tender, key)
            if context.actor.role is Role.PROVIDER and candidate.account != context.actor.id:
                raise NOT_YOUR_PROPOSAL("Vous ne déposez que votre propre proposition.")
            return [ProposalSubmitted(key, Proposal(amount, days, summary=context.text(summary)))]


def _grant_access(tender: Tender, command: GrantProviderAccess) -> list[Event]:
    candidate = require_candidate(tender, command.provider)
    _check_own(tender, command.provider, command.account)
    return [] if candidate.account == command.account else [ProviderAccessGranted(command.provider, command.account)]


def _check_own(tender: Tender, provider: UUID | None, account: str | None) -> None:
    """Raises when another candidate has this account: its holder would read both proposals."""
    if account and any(each.account == account for key, each in tender.candidates.items() if key != provider):
        raise ACCOUNT_TAKEN("Cet accès est celui d’un autre candidat de la même consultation\u00a0: vérifiez le lien.")


def _open(command: OpenTender, context: Context) -> TenderOpened:
    total = sum(line.weight for line in command.grid)
    if total != TOTAL_WEIGHT or len({line.label for line in command.grid}) < len(command.grid):
        raise WRONG_GRID(
            f"Chaque critère est nommé une fois, et les poids font {TOTAL_WEIGHT} en tout\u00a0: ici, {total}.",
            total=total,
        )
    if command.deadline.tzinfo is None:
        raise WRONG_DEADLINE("Donnez la date limite avec son fuseau horaire.")
    require_future(paris_date(command.deadline), context.now, "La date limite", years=1)
    if command.deadline <= context.now:
        raise WRONG_DEADLINE("La date limite est déjà passée.")
    grid = tuple(ScoringCriterion(context.text(line.label), line.weight) for line in command.grid)
    deadline = command.deadline.astimezone(UTC)
    return TenderOpened(
        context.case,
        command.action,
        terms_of_reference=context.text(command.terms_of_reference),
        grid=grid,
        deadline=deadline,
    )


def evolve(tender: Tender, event: Event) -> Tender:
    match event:
        case TenderOpened(case, action, terms_of_reference=terms_of_reference, grid=grid, deadline=deadline):
            return replace(
                tender,
                status=TenderStatus.OPEN,
                case=case,
                action=action,
                terms_of_reference=terms_of_reference,
                grid=grid,
                deadline=deadline,
            )
        case ProviderInvited(key, name, account=account):
            return tender.with_candidate(key, Candidate(name, account))
        case ProviderAccessGranted(key, account):
            return tender.with_candidate(key, replace(tender.candidates[key], account=account))
        case ProposalSubmitted(key, proposal):
            return tender.with_candidate(key, replace(tender.candidates[key], proposal=proposal))
