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
from shared.temporal import Moment, case_then
from shared.web.auth import EVERYONE_AT_WORK, WHO_READS_A_CASE, Calling, allowed, only
from shared.web.collections import offer_aggregates, offer_figures, router_of, then
from shared.web.requests import Asked, Asking, case_router
from shared.web.resources import Documents, Endpoints, attachments_router

router = case_router("/parcours", "parcours")
accompaniments = Endpoints(router, parcours.decider)

accompaniments.does("/ranking", building.RankAxes, *EVERYONE_AT_WORK)
accompaniments.does("/deferrals", building.DeferAxis, *EVERYONE_AT_WORK)
accompaniments.does("/actions", building.AddAction, *EVERYONE_AT_WORK)
accompaniments.does("/actions/dates", building.RescheduleAction, *EVERYONE_AT_WORK)
accompaniments.does("/actions/removal", building.RemoveAction, *EVERYONE_AT_WORK)

accompaniments.does("/duration-derogation", duration.GrantDurationDerogation, Role.MANAGER)
accompaniments.does("/sharing", validation.ShareParcours, *EVERYONE_AT_WORK)
accompaniments.does("/validation", validation.ValidateParcours, Role.LEADER)
accompaniments.does("/contestation", validation.ContestParcours, Role.LEADER)
accompaniments.does("/adjustment", validation.AdjustParcours, *EVERYONE_AT_WORK)

accompaniments.does("/introductions", coordination.Introduce, *EVERYONE_AT_WORK)
accompaniments.does("/actions/start", coordination.StartAction, *EVERYONE_AT_WORK)
accompaniments.does("/actions/completion", coordination.FinishAction, *EVERYONE_AT_WORK)
accompaniments.does("/actions/abandonment", coordination.AbandonAction, *EVERYONE_AT_WORK)
accompaniments.does("/actions/carry-over", coordination.CarryOver, *EVERYONE_AT_WORK)

accompaniments.does("/agreements", agreement.RecordAgreement, *EVERYONE_AT_WORK)
accompaniments.does("/funds", funding.CommitFunds, *EVERYONE_AT_WORK)
accompaniments.does("/days", reporting.RecordDays, *EVERYONE_AT_WORK)
accompaniments.does("/amendments", agreement.SignAmendment, *EVERYONE_AT_WORK)
accompaniments.does("/final-reports/receipt", reporting.ReceiveFinalReport, *EVERYONE_AT_WORK, Role.PROVIDER)
accompaniments.does("/final-reports", reporting.AcceptFinalReport, *EVERYONE_AT_WORK)
accompaniments.does("/payments", funding.AuthorisePayment, *EVERYONE_AT_WORK)

accompaniments.does("/introductions/correction", corrections.CorrectIntroduction, *EVERYONE_AT_WORK)
accompaniments.does("/agreements/correction", corrections.CorrectAgreement, *EVERYONE_AT_WORK)
accompaniments.does("/days/correction", corrections.CorrectDays, *EVERYONE_AT_WORK)
accompaniments.does("/final-reports/correction", corrections.CorrectFinalReport, *EVERYONE_AT_WORK)
accompaniments.does("/completion/correction", corrections.CorrectDebrief, *EVERYONE_AT_WORK)

accompaniments.does("/completion", ending.CompleteParcours, *EVERYONE_AT_WORK)
accompaniments.does("/abandonment", ending.AbandonParcours, *EVERYONE_AT_WORK, Role.LEADER)

offer_figures(router, figures.of_parcours)
offer_aggregates(router, release)
accompaniments.reads(*WHO_READS_A_CASE)
Documents(router, parcours.decider).writes(documents.of_parcours, *WHO_READS_A_CASE)
accompaniments.lists(views.parcours_list, *EVERYONE_AT_WORK)

parcours_attachments = attachments_router("/parcours", accompaniments, AttachmentKind, *WHO_READS_A_CASE)
caseload_router = router_of(caseload)


versions.of_parcours.offer(router, *WHO_READS_A_CASE)


@router.get("/{id}/provider", summary="What a provider sees of the case")
def read_provider_page(
    id: UUID,  # noqa: A002
    asked: Asked,
    caller: Calling,
    moment: Asking,
    response: Response,
) -> ProviderPage:
    """Its consultations, with its own proposal and never another's, and its assignments: now, or as they were of those
    that are its own today."""
    allowed(caller, frozenset({Role.PROVIDER}), id)
    now = case_then(asked, parcours.decider, id, Moment())
    found = then(asked, parcours.decider, id, moment, response)
    return page_of_provider(asked, found, now, id, caller.actor.id)


def for_a_consulting_action(app: ServiceApplication, case: UUID, opened: proposals.OpenConsultation) -> None:
    consulting_action(app.existing(parcours.decider, case).state, opened.action)


consultations_router = case_router("/parcours/{case}/consultations", "consultations")
consultations = Endpoints(consultations_router, consultation.decider, within=accompaniments)
consultations.opens(proposals.OpenConsultation, *EVERYONE_AT_WORK, check=for_a_consulting_action)
consultations.does("/providers", proposals.ConsultProvider, *EVERYONE_AT_WORK)
consultations.does("/accounts", proposals.LetProviderIn, *EVERYONE_AT_WORK)
consultations.does("/proposals", proposals.SubmitProposal, *EVERYONE_AT_WORK, Role.PROVIDER)
consultations.does("/interests", award.DeclareInterests, *EVERYONE_AT_WORK, Role.LEADER)
consultations.does("/scores", award.ScoreProposal, *EVERYONE_AT_WORK, Role.LEADER)
consultations.does("/award", award.Award, *EVERYONE_AT_WORK)
consultations.does("/information", award.InformCandidate, *EVERYONE_AT_WORK)
consultations.does("/cancellation", award.CancelConsultation, *EVERYONE_AT_WORK)
consultations.reads(*WHO_READS_A_CASE)
Documents(consultations_router, consultation.decider, within=accompaniments).writes(
    consultation_documents.of_consultation, *WHO_READS_A_CASE
)


@consultations_router.get("", summary="The consultations of a case")
def list_consultations(
    case: UUID, asked: Asked, caller: Calling, moment: Asking, response: Response
) -> list[ConsultationRow]:
    """Now, or as they were; `version` is the parcours's."""
    allowed(caller, frozenset(WHO_READS_A_CASE), case)
    return consultations_of(then(asked, parcours.decider, case, moment, response))


WHO_READS_A_UNIT = (*EVERYONE_AT_WORK, Role.AUDITOR, Role.SERVICE)

funds_router = case_router("/funds", "funds")
funds = Endpoints(funds_router, fund.decider, names_cases=True)
funds.opens(fund.OpenFund, Role.MANAGER, stream=lambda opened: fund.fund_id(opened.unit, opened.year))
funds.does("/adjustment", fund.AdjustFund, Role.MANAGER)
offer_figures(funds_router, figures.of_funds)
funds.reads(*WHO_READS_A_UNIT)
funds.lists(views.funds, *WHO_READS_A_UNIT)

operations_router = case_router("/operations", "operations")
operations = Endpoints(operations_router, operation.decider, names_cases=True)
operations.opens(operation.PlanOperation, *EVERYONE_AT_WORK)
operations.reads(*WHO_READS_A_UNIT)
operations.lists(views.operations, *EVERYONE_AT_WORK)


@funds_router.get("/{unit}/{year}", dependencies=[only(*WHO_READS_A_UNIT)], response_model=dict[str, Any])
def balance(unit: str, year: int, asked: Asked, moment: Asking, response: Response) -> Any:
    """What a unit's fund of a year was allocated, has committed and paid, and can still engage (cents): now, or as it
    was."""
    number = fund.fund_id(unit, year)
    known = then(asked, fund.decider, number, moment, response)
    state = known.loaded(fund.decider, number).state
    sums = {name: getattr(state, name) for name in ("allocated", "committed", "paid", "available")}
    return {"id": number, "version": known.version, "unit": unit, "year": year, **sums}
