"""Endpoints of a diagnosis: its content, its submission to the leaders, their decision, the plan."""

from __future__ import annotations

from diagnostic import documents, projections
from diagnostic.caseload import caseload
from diagnostic.domain import commands, diagnosis, leaders
from diagnostic.domain.attachments import AttachmentKind
from diagnostic.figures import figures
from diagnostic.statistics import release
from shared.kernel import Role
from shared.web.auth import CASE_READERS, STAFF
from shared.web.collections import add_figures, add_statistics, caseload_router
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints, DocumentEndpoints, attachments_router

router = case_router("/diagnoses", "diagnoses")
diagnoses = AggregateEndpoints(router, diagnosis.decider)
diagnoses.command("/sessions", commands.RecordSession, *STAFF)
diagnoses.command("/sessions/correction", commands.CorrectSession, *STAFF)
diagnoses.command("/sessions/cancellation", commands.CancelSession, *STAFF)
diagnoses.command("/axes", commands.AssessAxis, *STAFF)
diagnoses.command("/employment", commands.RecordEmployment, *STAFF)
diagnoses.command("/employment/correction", commands.CorrectEmployment, *STAFF)
diagnoses.command("/indicators", commands.RecordIndicator, *STAFF)
diagnoses.command("/indicators/correction", commands.CorrectIndicator, *STAFF)
diagnoses.command("/problem", commands.StateProblem, *STAFF)
diagnoses.command("/other-schemes", commands.ListOtherScheme, *STAFF)
diagnoses.command("/economics", commands.RecordEconomics, *STAFF)
diagnoses.command("/economics/correction", commands.CorrectEconomics, *STAFF)
diagnoses.command("/difficulty", commands.QualifyDifficulty, *STAFF)
diagnoses.command("/scenarios", commands.PrioritiseScenarios, *STAFF)
diagnoses.command("/mandates", leaders.RecordMandate, *STAFF)
diagnoses.command("/submission", commands.SubmitDiagnosis, *STAFF)
diagnoses.command("/validation", commands.ValidateDiagnosis, Role.LEADER)
diagnoses.command("/contestation", commands.ContestDiagnosis, Role.LEADER)
diagnoses.command("/plan", commands.AgreePlan, *STAFF)
diagnoses.command("/plan/correction", commands.CorrectBaseline, *STAFF)
add_figures(router, figures)
add_statistics(router, release)
diagnoses.get(*CASE_READERS)
DocumentEndpoints(router, diagnosis.decider).documents(documents.of_diagnosis, *CASE_READERS)
diagnoses.list(projections.diagnoses, *STAFF)

attachments = attachments_router("/diagnoses", diagnoses, AttachmentKind, *CASE_READERS)
caseload_endpoints = caseload_router(caseload)
