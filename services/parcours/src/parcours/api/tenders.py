"""Endpoints of the tenders of a case, and of those of a collective operation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from parcours.api.accounts import check_account, check_account_of_operation
from parcours.api.funds import UNIT_READERS
from parcours.api.operations import endpoints as operation_endpoints
from parcours.api.parcours import endpoints as parcours_endpoints
from parcours.documents.operation import operation_tender_documents
from parcours.documents.tender import tender_documents
from parcours.domain import parcours
from parcours.domain.collective import operation
from parcours.domain.collective.mission import as_parcours
from parcours.domain.guards import REQUIRES_CONSULTING, UNKNOWN_ACTION, require_consulting_action
from parcours.domain.tender import award, proposals, questions, tender
from parcours.domain.tender.proposals import TenderOpened
from parcours.domain.tender.state import Candidate, Tender, TenderQuestion
from shared.documents import DocumentTemplates
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.temporal import CaseAt
from shared.web.auth import CASE_READERS, IDENTITY_WITHOUT_RIGHT, STAFF, Caller, CaseReaderDep, authorize, requires
from shared.web.collections import load_case_for_response
from shared.web.requests import AppDep, PointInTimeDep, ResourceRouter, case_router
from shared.web.resources import AggregateEndpoints, Check


@dataclass(frozen=True, slots=True)
class TenderRow:
    """`candidates`: providers that were invited; `proposals`: those that answered. `winner_name`: what the one that was
    chosen is called."""

    id: UUID
    action: UUID | None
    status: str
    status_label: str
    deadline: datetime | None
    candidates: int
    proposals: int
    winner: UUID | None
    winner_name: str | None


@dataclass(frozen=True, slots=True)
class TenderExtra:
    """What follows from the state. `scores`: by candidate that was scored, out of 20, weighted by the grid, the mean of
    the scorers'."""

    scores: dict[UUID, float]


def scores_of(_: ServiceApplication, _tender: UUID, state: Tender) -> TenderExtra:
    scores = {key: state.score(key) for key in state.candidates}
    return TenderExtra({key: score for key, score in scores.items() if score is not None})


def check_consulting_action(app: ServiceApplication, _: Caller, case: UUID, command: proposals.OpenTender) -> None:
    """Raises unless the tender is opened for an action that calls in a provider."""
    require_consulting_action(app.load_existing(parcours.decider, case).state, command.action)


def check_operation(app: ServiceApplication, _: Caller, case: UUID, command: proposals.OpenTender) -> None:
    """Raises unless the tender is opened for the operation's own mission."""
    require_consulting_action(as_parcours(app.load_existing(operation.decider, case).state), command.action)


def add_tenders(
    resource: ResourceRouter,
    within: AggregateEndpoints[Any],
    check: Check,
    *readers: Role,
    check_account: Check,
    documents: DocumentTemplates[Tender],
) -> None:
    """The operations on the tenders of a case, or of a collective operation."""
    endpoints = AggregateEndpoints(resource, tender.decider, within=within)
    endpoints.create(proposals.OpenTender, *STAFF, check=check, may_refuse=(*REQUIRES_CONSULTING, UNKNOWN_ACTION))
    endpoints.command("/providers", proposals.InviteProvider, *STAFF)
    providers = endpoints.parts(
        "provider", Candidate, "/providers/{provider}", lambda state: state.candidates, *readers, provider=UUID
    )
    providers.command(
        "/access", proposals.GrantProviderAccess, *STAFF, check=check_account, may_refuse=(IDENTITY_WITHOUT_RIGHT,)
    )
    providers.command("/proposal", proposals.SubmitProposal, *STAFF, Role.PROVIDER)
    providers.command("/questions", questions.SubmitTenderQuestion, *STAFF, Role.PROVIDER)
    question = endpoints.parts(
        "question", TenderQuestion, "/questions/{question}", lambda state: state.questions, *readers, question=UUID
    )
    question.command("/answer", questions.AnswerTenderQuestion, *STAFF)
    endpoints.command("/interests", award.DeclareInterests, *STAFF, Role.LEADER)
    providers.command("/scores", award.ScoreProposal, *STAFF, Role.LEADER)
    endpoints.command("/award", award.AwardTender, *STAFF)
    providers.command("/information", award.InformCandidate, *STAFF)
    endpoints.command("/cancellation", award.CancelTender, *STAFF)
    endpoints.get(*readers, extra=scores_of, extra_kind=TenderExtra)
    endpoints.with_case("tenders", opened_by=TenderOpened)
    endpoints.documents(documents, *readers)


router = case_router("/parcours/{case}/tenders", "tenders")
add_tenders(
    router,
    parcours_endpoints,
    check_consulting_action,
    *CASE_READERS,
    check_account=check_account,
    documents=tender_documents,
)
operation_router = case_router("/operations/{case}/tenders", "operation-tenders")
add_tenders(
    operation_router,
    operation_endpoints,
    check_operation,
    *UNIT_READERS,
    check_account=check_account_of_operation,
    documents=operation_tender_documents,
)


@router.get("", summary="List the tenders of a case")
def list_tenders(
    case: UUID,
    app: AppDep,
    caller: CaseReaderDep,
    point_in_time: PointInTimeDep,
    response: Response,
) -> list[TenderRow]:
    """Now, or at a past instant; `version` is that of the parcours."""
    authorize(caller, case, parcours.decider.name)
    return tender_rows(app, load_case_for_response(app, parcours.decider, case, point_in_time, response))


@operation_router.get("", summary="List the tenders of an operation")
def list_operation_tenders(
    case: UUID,
    app: AppDep,
    caller: Annotated[Caller, requires(*UNIT_READERS)],
    point_in_time: PointInTimeDep,
    response: Response,
) -> list[TenderRow]:
    """Now, or at a past instant; `version` is that of the collective operation."""
    authorize(caller, case, operation.decider.name)
    return tender_rows(app, load_case_for_response(app, operation.decider, case, point_in_time, response))


def tender_rows(app: ServiceApplication, case: CaseAt) -> list[TenderRow]:
    """The tenders of a case, the first one first."""
    return [
        TenderRow(
            number,
            state.action,
            status=state.status,
            status_label=state.status.label,
            deadline=state.deadline,
            candidates=len(state.candidates),
            proposals=len(state.proposals),
            winner=state.winner,
            winner_name=app.key_store.display_text(state.candidates[state.winner].name) if state.winner else None,
        )
        for number, state in tenders_of(case)
    ]


def tenders_of(case: CaseAt) -> Iterator[tuple[UUID, Tender]]:
    """The tenders of a case with their ids, in the order of their opening."""
    for number in case.streams_opened_by(TenderOpened):
        yield number, case.load(tender.decider, number).state
