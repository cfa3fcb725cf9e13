"""Endpoint of what a provider sees of a case: the tenders that it was invited to, and its assignments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Response

from parcours.api.provider_parts import ProviderPart, load_provider_parts
from parcours.domain import parcours
from parcours.domain.state import Action, ActionStatus
from parcours.domain.tender.state import Proposal, Tender, TenderStatus
from shared.eventlog import ServiceApplication
from shared.kernel import Encrypted, Role
from shared.temporal import PRESENT, load_case_at
from shared.web.auth import Caller, authorize, requires
from shared.web.collections import load_case_for_response
from shared.web.requests import AppDep, PointInTimeDep, case_router


@dataclass(frozen=True, slots=True)
class GridCriterion:
    label: str
    weight: int


@dataclass(frozen=True, slots=True)
class OwnProposal:
    amount_cents: int
    days: int
    summary: str


@dataclass(frozen=True, slots=True)
class SharedQuestion:
    """A question about the tender. `own`: the reader's; of the others it is not said whose, and they are shown once
    they are answered."""

    text: str
    answer: str | None
    own: bool


@dataclass(frozen=True, slots=True)
class OwnTender:
    """`provider` is the key under which it answers. `operation`: the collective one that it is of; null for the case's
    own. `retained` and `score` (out of 20) are null until the provider has been informed of the result; what the others
    proposed is never shown. `href`: where its proposal goes, a later one in place of an earlier one; null when none is
    taken any more, or the unit of an operation records it. `ask`: where its questions go, null likewise."""

    id: UUID
    status: str
    status_label: str
    provider: UUID
    terms_of_reference: str
    grid: list[GridCriterion]
    deadline: datetime
    proposal: OwnProposal | None
    informed_on: date | None
    retained: bool | None
    score: float | None
    operation: UUID | None
    href: str | None = None
    ask: str | None = None
    questions: list[SharedQuestion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the provider is engaged for; `amount_cents` and `days` with those of the amendments. `operation`: the
    collective one whose mission it is; null for an action of the case. `report`: where it says that its final report is
    handed in; null when none is awaited, or the unit of an operation records it."""

    action: UUID
    title: str
    tender: UUID | None
    starts_on: date
    ends_on: date
    status: str
    status_label: str
    signed_on: date
    amount_cents: int
    days: int
    days_done: int
    days_left: int
    report_received_on: date | None
    report_accepted: bool
    paid_cents: int
    operation: UUID | None
    report: str | None = None


@dataclass(frozen=True, slots=True)
class AwaitedAgreement:
    """An agreement that is recorded and not in force yet. `signed`: whether the provider has signed it. `href`: where
    it is read and signed; null for that of a collective `operation`, which is signed on paper."""

    action: UUID
    title: str
    signed: bool
    href: str | None
    operation: UUID | None


@dataclass(frozen=True, slots=True)
class ProviderPage:
    """`attachments`: where it hands in a file, once an agreement of its own is in force."""

    tenders: list[OwnTender]
    assignments: list[Assignment]
    agreements: list[AwaitedAgreement] = field(default_factory=list)
    attachments: str | None = None


router = case_router("/parcours", "parcours")


@router.get("/{id}/provider", summary="Read the provider's page of a case")
def read_provider_page(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: Annotated[Caller, requires(Role.PROVIDER)],
    point_in_time: PointInTimeDep,
    response: Response,
) -> ProviderPage:
    """The tenders it was invited to, with its own proposal and no other, and its assignments; those of the collective
    operations that the case takes part in, too. A past page shows those that are its own today."""
    authorize(caller, id, parcours.decider.name)
    now = load_case_at(app, parcours.decider, id, PRESENT)
    past = load_case_for_response(app, parcours.decider, id, point_in_time, response)
    return build_provider_page(
        app,
        load_provider_parts(app, id, past, point_in_time),
        load_provider_parts(app, id, now),
        account=caller.actor.id,
        case=id,
    )


def build_provider_page(
    app: ServiceApplication, past: Iterable[ProviderPart], now: Iterable[ProviderPart], *, account: str, case: UUID
) -> ProviderPage:
    """What `past` shows of the tenders and assignments that are the account's `now`: after its link was given to
    another account, it reads nothing more."""
    own = {part.operation: part for part in now}
    tenders, assignments, agreements = [], [], []
    for then in past:
        if (today := own.get(then.operation)) is None:
            continue
        candidacies = {(number, key) for number, _, key in today.candidacies(account)}
        tenders += [
            _build_tender(app, number, state, key, case=case, operation=then.operation)
            for number, state in then.tenders()
            for key in state.candidates
            if (number, key) in candidacies
        ]
        assigned = today.assigned(account)
        assignments += [
            _assignment(app, key, action, case=case, operation=then.operation)
            for key, action in then.actions.items()
            if action.is_agreed and key in assigned
        ]
        agreements += [
            _awaited(app, case, key, action=action, operation=then.operation)
            for key, action in then.actions.items()
            if action.agreement and not action.is_agreed and key in assigned
        ]
    own_files = any(each.operation is None for each in assignments)
    return ProviderPage(
        tenders,
        assignments,
        agreements=agreements,
        attachments=f"/api/v1/parcours/{case}/attachments" if own_files else None,
    )


def _awaited(
    app: ServiceApplication, case: UUID, key: UUID, *, action: Action, operation: UUID | None
) -> AwaitedAgreement:
    assert action.agreement is not None
    return AwaitedAgreement(
        key,
        app.key_store.display_text(action.planned.title),
        signed=action.agreement.signatures.provider is not None,
        href=None if operation else f"/api/v1/parcours/{case}/actions/{key}/agreement",
        operation=operation,
    )


def _build_tender(
    app: ServiceApplication, number: UUID, state: Tender, key: UUID, *, case: UUID, operation: UUID | None
) -> OwnTender:
    shown, candidate = app.key_store.display_text, state.candidates[key]
    assert state.terms_of_reference and state.deadline
    is_informed = candidate.informed_on is not None
    takes = state.status is TenderStatus.OPEN and not state.is_closed(app.clock.now()) and not operation
    own = f"/api/v1/parcours/{case}/tenders/{number}/providers/{key}"
    return OwnTender(
        number,
        state.status,
        status_label=state.status.label,
        provider=key,
        terms_of_reference=shown(state.terms_of_reference),
        grid=[GridCriterion(shown(line.label), line.weight) for line in state.grid],
        deadline=state.deadline,
        proposal=_proposal(app, candidate.proposal) if candidate.proposal else None,
        informed_on=candidate.informed_on,
        retained=key == state.winner if is_informed else None,
        score=state.score(key) if is_informed else None,
        operation=operation,
        href=f"{own}/proposal" if takes else None,
        ask=f"{own}/questions" if takes else None,
        questions=[
            SharedQuestion(shown(each.text), shown(each.answer) if each.answer else None, own=each.provider == key)
            for each in state.questions.values()
            if each.answer or each.provider == key
        ],
    )


def _proposal(app: ServiceApplication, proposal: Proposal) -> OwnProposal:
    return OwnProposal(proposal.amount_cents, proposal.days, summary=app.key_store.display_text(proposal.summary))


def _assignment(
    app: ServiceApplication, key: UUID, action: Action, *, case: UUID, operation: UUID | None
) -> Assignment:
    agreement, retained, planned = action.agreement, action.retained, action.planned
    assert agreement is not None
    assert retained is not None
    title: Encrypted = planned.title
    awaits = action.report_received_on is None and action.status in (ActionStatus.STARTED, ActionStatus.CARRIED_OVER)
    return Assignment(
        key,
        app.key_store.display_text(title),
        tender=retained.tender,
        starts_on=planned.starts_on,
        ends_on=planned.ends_on,
        status=action.status,
        status_label=action.status.label,
        signed_on=agreement.signed_on,
        amount_cents=agreement.terms.amount_cents,
        days=agreement.terms.days,
        days_done=action.days,
        days_left=agreement.terms.days - action.days,
        report_received_on=action.report_received_on,
        report_accepted=action.report_accepted,
        paid_cents=action.paid_cents,
        operation=operation,
        report=f"/api/v1/parcours/{case}/actions/{key}/final-report/receipt" if awaits and not operation else None,
    )
