"""Endpoints of a case's tenders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Response

from parcours.api.accounts import check_account
from parcours.api.parcours import endpoints as parcours_endpoints
from parcours.documents.tender import tender_documents
from parcours.domain import parcours
from parcours.domain.guards import NOT_CONSULTING, UNKNOWN_ACTION, require_consulting_action
from parcours.domain.tender import award, proposals, tender
from parcours.domain.tender.proposals import TenderOpened
from parcours.domain.tender.state import TENDER_STEP_LABELS, Tender
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.temporal import CaseAt
from shared.web.auth import CASE_READERS, IDENTITY_WITHOUT_RIGHT, STAFF, Caller, CaseReaderDep, authorize
from shared.web.collections import load_case_for_response
from shared.web.requests import AppDep, PointInTimeDep, case_router
from shared.web.resources import AggregateEndpoints


@dataclass(frozen=True, slots=True)
class TenderRow:
    """`candidates`: providers that were invited; `proposals`: those that answered."""

    id: UUID
    action: UUID | None
    status: str
    status_label: str
    deadline: datetime | None
    candidates: int
    proposals: int
    winner: UUID | None


def check_consulting_action(app: ServiceApplication, _: Caller, case: UUID, command: proposals.OpenTender) -> None:
    """Raises unless the tender is opened for an action that calls in a provider."""
    require_consulting_action(app.load_existing(parcours.decider, case).state, command.action)


router = case_router("/parcours/{case}/tenders", "tenders")
endpoints = AggregateEndpoints(router, tender.decider, within=parcours_endpoints)
endpoints.create(
    proposals.OpenTender, *STAFF, check=check_consulting_action, may_refuse=(NOT_CONSULTING, UNKNOWN_ACTION)
)
endpoints.command("/providers", proposals.InviteProvider, *STAFF)
providers = endpoints.parts(
    "provider", "/providers/{provider}", lambda state: state.candidates, *CASE_READERS, provider=UUID
)
providers.command(
    "/access", proposals.GrantProviderAccess, *STAFF, check=check_account, may_refuse=(IDENTITY_WITHOUT_RIGHT,)
)
providers.command("/proposal", proposals.SubmitProposal, *STAFF, Role.PROVIDER)
endpoints.command("/interests", award.DeclareInterests, *STAFF, Role.LEADER)
providers.command("/scores", award.ScoreProposal, *STAFF, Role.LEADER)
endpoints.command("/award", award.AwardTender, *STAFF)
providers.command("/information", award.InformCandidate, *STAFF)
endpoints.command("/cancellation", award.CancelTender, *STAFF)
endpoints.get(*CASE_READERS)
endpoints.documents(tender_documents, *CASE_READERS)


@router.get("", summary="List the tenders of a case")
def list_tenders(
    case: UUID,
    app: AppDep,
    caller: CaseReaderDep,
    point_in_time: PointInTimeDep,
    response: Response,
) -> list[TenderRow]:
    """Now, or at a past instant; `version` is that of the parcours."""
    authorize(caller, case)
    return tender_rows(load_case_for_response(app, parcours.decider, case, point_in_time, response))


def tender_rows(case: CaseAt) -> list[TenderRow]:
    """The tenders of a case, the first one first."""
    return [
        TenderRow(
            number,
            state.action,
            status=state.status,
            status_label=TENDER_STEP_LABELS[state.status],
            deadline=state.deadline,
            candidates=len(state.candidates),
            proposals=len(state.proposals),
            winner=state.winner,
        )
        for number, state in tenders_of(case)
    ]


def tenders_of(case: CaseAt) -> Iterator[tuple[UUID, Tender]]:
    """The tenders of a case with their ids, in the order of their opening."""
    for number in case.streams_opened_by(TenderOpened):
        yield number, case.load(tender.decider, number).state
