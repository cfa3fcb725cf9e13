"""Endpoints of a case's tenders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Response

from parcours.api.parcours import endpoints as parcours_endpoints
from parcours.documents.tender import of_consultation
from parcours.domain import parcours
from parcours.domain.guards import consulting_action
from parcours.domain.tender import award, proposals, tender
from parcours.domain.tender.proposals import ConsultationOpened
from parcours.domain.tender.state import STEPS, Consultation
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.temporal import CaseAt
from shared.web.auth import CASE_READERS, STAFF, CaseReaderDep, authorize
from shared.web.collections import load_case_for_response
from shared.web.requests import AppDep, PointInTimeDep, case_router
from shared.web.resources import AggregateEndpoints, DocumentEndpoints


@dataclass(frozen=True, slots=True)
class ConsultationRow:
    """`candidates` were consulted, `proposals` came."""

    id: UUID
    action: UUID | None
    step: str
    step_label: str
    deadline: datetime | None
    candidates: int
    proposals: int
    winner: UUID | None


def check_consulting_action(app: ServiceApplication, case: UUID, command: proposals.OpenConsultation) -> None:
    """Raises unless the tender is opened for an action that calls in a provider."""
    consulting_action(app.load_existing(parcours.decider, case).state, command.action)


router = case_router("/parcours/{case}/consultations", "consultations")
endpoints = AggregateEndpoints(router, tender.decider, within=parcours_endpoints)
endpoints.create(proposals.OpenConsultation, *STAFF, check=check_consulting_action)
endpoints.command("/providers", proposals.ConsultProvider, *STAFF)
endpoints.command("/accounts", proposals.LetProviderIn, *STAFF)
endpoints.command("/proposals", proposals.SubmitProposal, *STAFF, Role.PROVIDER)
endpoints.command("/interests", award.DeclareInterests, *STAFF, Role.LEADER)
endpoints.command("/scores", award.ScoreProposal, *STAFF, Role.LEADER)
endpoints.command("/award", award.Award, *STAFF)
endpoints.command("/information", award.InformCandidate, *STAFF)
endpoints.command("/cancellation", award.CancelConsultation, *STAFF)
endpoints.get(*CASE_READERS)
DocumentEndpoints(router, tender.decider, within=parcours_endpoints).documents(of_consultation, *CASE_READERS)


@router.get("", summary="The consultations of a case")
def list_consultations(
    case: UUID,
    app: AppDep,
    caller: CaseReaderDep,
    point_in_time: PointInTimeDep,
    response: Response,
) -> list[ConsultationRow]:
    """Now, or as they were; `version` is the parcours's."""
    authorize(caller, case)
    return consultation_rows(load_case_for_response(app, parcours.decider, case, point_in_time, response))


def consultation_rows(case: CaseAt) -> list[ConsultationRow]:
    """The tenders of a case, the first one first."""
    return [
        ConsultationRow(
            number,
            state.action,
            step=state.step,
            step_label=STEPS[state.step],
            deadline=state.deadline,
            candidates=len(state.candidates),
            proposals=len(state.proposals),
            winner=state.winner,
        )
        for number, state in consultations_in(case)
    ]


def consultations_in(case: CaseAt) -> Iterator[tuple[UUID, Consultation]]:
    """The tenders of a case with their ids, in the order of their opening."""
    for number in case.begun_by(ConsultationOpened):
        yield number, case.loaded(tender.decider, number).state
