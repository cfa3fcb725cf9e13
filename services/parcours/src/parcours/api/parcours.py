"""Endpoints of a parcours: building, validation, delivery, corrections, ending, and what can be read of it."""

from __future__ import annotations

from parcours import figures, projections
from parcours.api.accounts import check_account
from parcours.api.collective_actions import operations_of
from parcours.api.versions import parcours_versions
from parcours.caseload import caseload
from parcours.documents.parcours import parcours_documents
from parcours.domain import coordination, corrections, ending, parcours
from parcours.domain.assignment import agreement, reporting, selection
from parcours.domain.attachments import ParcoursAttachmentKind
from parcours.domain.building import duration, edits, validation
from parcours.domain.collective import standing
from parcours.domain.funding import payments
from parcours.statistics import parcours_statistics
from shared.kernel import Role
from shared.web.auth import CASE_READERS, IDENTITY_WITHOUT_RIGHT, STAFF
from shared.web.collections import add_figures, add_statistics, caseload_router
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints, attachments_router

router = case_router("/parcours", "parcours")
endpoints = AggregateEndpoints(router, parcours.decider)

endpoints.command("/ranking", edits.RankAxes, *STAFF)
endpoints.command("/deferrals", edits.DeferAxis, *STAFF)
endpoints.command("/actions", edits.AddAction, *STAFF)
endpoints.command("/actions/dates", edits.RescheduleAction, *STAFF)
endpoints.command("/actions/removal", edits.RemoveAction, *STAFF)

endpoints.command("/duration-derogation", duration.GrantDurationDerogation, Role.MANAGER)
endpoints.command("/sharing", validation.ShareParcours, *STAFF)
endpoints.command("/validation", validation.ValidateParcours, Role.LEADER)
endpoints.command("/contestation", validation.ContestParcours, Role.LEADER)
endpoints.command("/adjustment", validation.AdjustParcours, *STAFF)

endpoints.command("/introductions", coordination.RecordIntroduction, *STAFF)
endpoints.command("/actions/start", coordination.StartAction, *STAFF)
endpoints.command("/actions/completion", coordination.FinishAction, *STAFF)
endpoints.command("/actions/abandonment", coordination.AbandonAction, *STAFF)
endpoints.command("/actions/carry-over", coordination.CarryOverAction, *STAFF)
endpoints.command("/actions/continuation", standing.ContinueAlone, *STAFF)
endpoints.command("/actions/operation", standing.MoveToOperation, *STAFF)

endpoints.command(
    "/providers", selection.RetainProvider, *STAFF, check=check_account, may_refuse=(IDENTITY_WITHOUT_RIGHT,)
)
endpoints.command("/funds", payments.CommitFunds, *STAFF)
endpoints.command("/funds/release", payments.ReleaseFunds, *STAFF)
endpoints.command("/agreements", agreement.RecordAgreement, *STAFF)
endpoints.command("/agreements/signatures", agreement.SignAgreement, *STAFF)
endpoints.command("/days", reporting.RecordDays, *STAFF)
endpoints.command("/amendments", agreement.RecordAmendment, *STAFF)
endpoints.command("/final-reports/receipt", reporting.ReceiveFinalReport, *STAFF, Role.PROVIDER)
endpoints.command("/final-reports", reporting.AcceptFinalReport, *STAFF)
endpoints.command("/payments", payments.AuthorisePayment, *STAFF)

endpoints.command("/introductions/correction", corrections.CorrectIntroduction, *STAFF)
endpoints.command("/agreements/correction", corrections.CorrectAgreement, *STAFF)
endpoints.command("/days/correction", corrections.CorrectDays, *STAFF)
endpoints.command("/final-reports/correction", corrections.CorrectFinalReport, *STAFF)
endpoints.command("/completion/correction", corrections.CorrectDebrief, *STAFF)

endpoints.command("/completion", ending.CompleteParcours, *STAFF)
endpoints.command("/abandonment", ending.AbandonParcours, *STAFF, Role.LEADER)

add_figures(router, figures.parcours_figures)
add_statistics(router, parcours_statistics)
endpoints.get(*CASE_READERS, extra=operations_of)
endpoints.documents(parcours_documents, *CASE_READERS)
endpoints.list(projections.parcours_list, *STAFF)
parcours_versions.add_to(router, *CASE_READERS)

attachments = attachments_router("/parcours", endpoints, ParcoursAttachmentKind, *CASE_READERS)
caseload_endpoints = caseload_router(caseload)
