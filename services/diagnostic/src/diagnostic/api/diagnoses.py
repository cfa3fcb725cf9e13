"""Endpoints of a diagnosis: its content, its submission to the leaders, their decision, the plan."""

from __future__ import annotations

from diagnostic import documents, projections
from diagnostic.caseload import caseload
from diagnostic.domain import diagnosis, mandates, plan, validation
from diagnostic.domain.attachments import DiagnosisAttachmentKind
from diagnostic.domain.content import axes, difficulty, economics, employment, indicators, problem, sessions
from diagnostic.figures import figures
from diagnostic.statistics import release
from shared.kernel import Role
from shared.web.auth import CASE_READERS, STAFF
from shared.web.collections import add_figures, add_statistics, caseload_router
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints, attachments_router

router = case_router("/diagnoses", "diagnoses")
diagnoses = AggregateEndpoints(router, diagnosis.decider)
diagnoses.command("/sessions", sessions.RecordSession, *STAFF)
diagnoses.command("/sessions/correction", sessions.CorrectSession, *STAFF)
diagnoses.command("/sessions/cancellation", sessions.CancelSession, *STAFF)
diagnoses.command("/axes", axes.AssessAxis, *STAFF)
diagnoses.command("/employment", employment.RecordEmployment, *STAFF)
diagnoses.command("/employment/correction", employment.CorrectEmployment, *STAFF)
diagnoses.command("/indicators", indicators.RecordIndicator, *STAFF)
diagnoses.command("/indicators/correction", indicators.CorrectIndicator, *STAFF)
diagnoses.command("/problem", problem.StateProblem, *STAFF)
diagnoses.command("/other-schemes", problem.ListOtherScheme, *STAFF)
diagnoses.command("/economics", economics.RecordEconomics, *STAFF)
diagnoses.command("/economics/correction", economics.CorrectEconomics, *STAFF)
diagnoses.command("/difficulty", difficulty.QualifyDifficulty, *STAFF)
diagnoses.command("/scenarios", difficulty.PrioritiseScenarios, *STAFF)
diagnoses.command("/mandates", mandates.RecordMandate, *STAFF)
diagnoses.command("/submission", validation.SubmitDiagnosis, *STAFF)
diagnoses.command("/validation", validation.ValidateDiagnosis, Role.LEADER)
diagnoses.command("/contestation", validation.ContestDiagnosis, Role.LEADER)
diagnoses.command("/plan", plan.AgreePlan, *STAFF)
diagnoses.command("/plan/correction", plan.CorrectBaseline, *STAFF)
add_figures(router, figures)
add_statistics(router, release)
diagnoses.get(*CASE_READERS)
diagnoses.documents(documents.of_diagnosis, *CASE_READERS)
diagnoses.list(projections.diagnoses, *STAFF)

attachments = attachments_router("/diagnoses", diagnoses, DiagnosisAttachmentKind, *CASE_READERS)
caseload_endpoints = caseload_router(caseload)
