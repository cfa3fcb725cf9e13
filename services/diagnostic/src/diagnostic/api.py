"""The diagnosis over HTTP: the adviser builds it with the structure, and the structure's leaders validate it."""

from __future__ import annotations

from diagnostic import views
from diagnostic.domain import commands, diagnosis
from shared.decider import Role
from shared.web.endpoints import EVERYONE_AT_WORK, WHO_READS_A_CASE, Endpoints, case_router

router = case_router("/diagnoses", "diagnoses")
diagnoses = Endpoints(router, diagnosis.decider)
diagnoses.does("/sessions", commands.RecordSession, *EVERYONE_AT_WORK)
diagnoses.does("/axes", commands.AssessAxis, *EVERYONE_AT_WORK)
diagnoses.does("/employment", commands.RecordEmployment, *EVERYONE_AT_WORK)
diagnoses.does("/indicators", commands.RecordIndicator, *EVERYONE_AT_WORK)
diagnoses.does("/problem", commands.StateProblem, *EVERYONE_AT_WORK)
diagnoses.does("/other-schemes", commands.ListOtherScheme, *EVERYONE_AT_WORK)
diagnoses.does("/submission", commands.SubmitDiagnosis, *EVERYONE_AT_WORK)
diagnoses.does("/validation", commands.ValidateDiagnosis, Role.LEADER)
diagnoses.does("/contestation", commands.ContestDiagnosis, Role.LEADER)
diagnoses.does("/plan", commands.AgreePlan, *EVERYONE_AT_WORK)
diagnoses.reads(*WHO_READS_A_CASE)
diagnoses.lists(views.diagnoses, *EVERYONE_AT_WORK)
