"""Parcours over HTTP: it opens by itself, then is built, validated, carried out and ended here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Response

from parcours import consultation_documents, documents, figures, versions, views
from parcours.aggregates import release
from parcours.caseload import caseload
from parcours.domain import (
    agreement,
    building,
    coordination,
    corrections,
    duration,
    ending,
    fund,
    funding,
    operation,
    parcours,
    reporting,
    validation,
)
from parcours.domain.attachments import AttachmentKind
from parcours.domain.consultation import award, consultation, proposals
from parcours.domain.known import consulting_action
from parcours.provider import ConsultationRow, ProviderPage, consultations_of, page_of_provider
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.temporal import PointInTime, load_case_at
from shared.web.auth import CASE_READERS, STAFF, CallerDep, authorize, only_roles
from shared.web.collections import add_figures, add_statistics, caseload_router, load_case_for_response
from shared.web.requests import AppDep, PointInTimeDep, case_router
from shared.web.resources import AggregateEndpoints, DocumentEndpoints, attachments_router

router = case_router("/parcours", "parcours")
accompaniments = AggregateEndpoints(router, parcours.decider)

accompaniments.command("/ranking", building.RankAxes, *STAFF)
accompaniments.command("/deferrals", building.DeferAxis, *STAFF)
accompaniments.command("/actions", building.AddAction, *STAFF)
accompaniments.command("/actions/dates", building.RescheduleAction, *STAFF)
accompaniments.command("/actions/removal", building.RemoveAction, *STAFF)

accompaniments.command("/duration-derogation", duration.GrantDurationDerogation, Role.MANAGER)
accompaniments.command("/sharing", validation.ShareParcours, *STAFF)
accompaniments.command("/validation", validation.ValidateParcours, Role.LEADER)
accompaniments.command("/contestation", validation.ContestParcours, Role.LEADER)
accompaniments.command("/adjustment", validation.AdjustParcours, *STAFF)

accompaniments.command("/introductions", coordination.Introduce, *STAFF)
accompaniments.command("/actions/start", coordination.StartAction, *STAFF)
accompaniments.command("/actions/completion", coordination.FinishAction, *STAFF)
accompaniments.command("/actions/abandonment", coordination.AbandonAction, *STAFF)
accompaniments.command("/actions/carry-over", coordination.CarryOver, *STAFF)

accompaniments.command("/agreements", agreement.RecordAgreement, *STAFF)
accompaniments.command("/funds", funding.CommitFunds, *STAFF)
accompaniments.command("/days", reporting.RecordDays, *STAFF)
accompaniments.command("/amendments", agreement.SignAmendment, *STAFF)
accompaniments.command("/final-reports/receipt", reporting.ReceiveFinalReport, *STAFF, Role.PROVIDER)
accompaniments.command("/final-reports", reporting.AcceptFinalReport, *STAFF)
accompaniments.command("/payments", funding.AuthorisePayment, *STAFF)

accompaniments.command("/introductions/correction", corrections.CorrectIntroduction, *STAFF)
accompaniments.command("/agreements/correction", corrections.CorrectAgreement, *STAFF)
accompaniments.command("/days/correction", corrections.CorrectDays, *STAFF)
accompaniments.command("/final-reports/correction", corrections.CorrectFinalReport, *STAFF)
accompaniments.command("/completion/correction", corrections.CorrectDebrief, *STAFF)

accompaniments.command("/completion", ending.CompleteParcours, *STAFF)
accompaniments.command("/abandonment", ending.AbandonParcours, *STAFF, Role.LEADER)

add_figures(router, figures.of_parcours)
add_statistics(router, release)
accompaniments.get(*CASE_READERS)
DocumentEndpoints(router, parcours.decider).documents(documents.of_parcours, *CASE_READERS)
accompaniments.list(views.parcours_list, *STAFF)

parcours_attachments = attachments_router("/parcours", accompaniments, AttachmentKind, *CASE_READERS)
caseload_endpoints = caseload_router(caseload)


versions.of_parcours.offer(router, *CASE_READERS)


@router.get("/{id}/provider", summary="What a provider sees of the case")
def read_provider_page(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: CallerDep,
    moment: PointInTimeDep,
    response: Response,
) -> ProviderPage:
    """Its consultations, with its own proposal and never another's, and its assignments: now, or as they were of those
    that are its own today."""
    authorize(caller, frozenset({Role.PROVIDER}), id)
    now = load_case_at(app, parcours.decider, id, PointInTime())
    found = load_case_for_response(app, parcours.decider, id, moment, response)
    return page_of_provider(app, found, now, id, caller.actor.id)


def for_a_consulting_action(app: ServiceApplication, case: UUID, opened: proposals.OpenConsultation) -> None:
    consulting_action(app.existing(parcours.decider, case).state, opened.action)


consultations_router = case_router("/parcours/{case}/consultations", "consultations")
consultations = AggregateEndpoints(consultations_router, consultation.decider, within=accompaniments)
consultations.create(proposals.OpenConsultation, *STAFF, check=for_a_consulting_action)
consultations.command("/providers", proposals.ConsultProvider, *STAFF)
consultations.command("/accounts", proposals.LetProviderIn, *STAFF)
consultations.command("/proposals", proposals.SubmitProposal, *STAFF, Role.PROVIDER)
consultations.command("/interests", award.DeclareInterests, *STAFF, Role.LEADER)
consultations.command("/scores", award.ScoreProposal, *STAFF, Role.LEADER)
consultations.command("/award", award.Award, *STAFF)
consultations.command("/information", award.InformCandidate, *STAFF)
consultations.command("/cancellation", award.CancelConsultation, *STAFF)
consultations.get(*CASE_READERS)
DocumentEndpoints(consultations_router, consultation.decider, within=accompaniments).documents(
    consultation_documents.of_consultation, *CASE_READERS
)


@consultations_router.get("", summary="The consultations of a case")
def list_consultations(
    case: UUID, app: AppDep, caller: CallerDep, moment: PointInTimeDep, response: Response
) -> list[ConsultationRow]:
    """Now, or as they were; `version` is the parcours's."""
    authorize(caller, frozenset(CASE_READERS), case)
    return consultations_of(load_case_for_response(app, parcours.decider, case, moment, response))


WHO_READS_A_UNIT = (*STAFF, Role.AUDITOR, Role.SERVICE)

funds_router = case_router("/funds", "funds")
funds = AggregateEndpoints(funds_router, fund.decider, names_cases=True)
funds.create(fund.OpenFund, Role.MANAGER, stream=lambda opened: fund.fund_id(opened.unit, opened.year))
funds.command("/adjustment", fund.AdjustFund, Role.MANAGER)
add_figures(funds_router, figures.of_funds)
funds.get(*WHO_READS_A_UNIT)
funds.list(views.funds, *WHO_READS_A_UNIT)

operations_router = case_router("/operations", "operations")
operations = AggregateEndpoints(operations_router, operation.decider, names_cases=True)
operations.create(operation.PlanOperation, *STAFF)
operations.get(*WHO_READS_A_UNIT)
operations.list(views.operations, *STAFF)


@funds_router.get("/{unit}/{year}", dependencies=[only_roles(*WHO_READS_A_UNIT)], response_model=dict[str, Any])
def balance(unit: str, year: int, app: AppDep, moment: PointInTimeDep, response: Response) -> Any:
    """What a unit's fund of a year was allocated, has committed and paid, and can still engage (cents): now, or as it
    was."""
    number = fund.fund_id(unit, year)
    known = load_case_for_response(app, fund.decider, number, moment, response)
    state = known.loaded(fund.decider, number).state
    sums = {name: getattr(state, name) for name in ("allocated", "committed", "paid", "available")}
    return {"id": number, "version": known.version, "unit": unit, "year": year, **sums}
