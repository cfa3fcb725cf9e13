"""The diagnosis over HTTP: the adviser builds it with the structure, and the structure's leaders validate it."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from diagnostic import documents as papers
from diagnostic import projections, questions, versions
from diagnostic.caseload import caseload
from diagnostic.domain import advice, commands, committee, diagnosis, leaders
from diagnostic.domain.attachments import AttachmentKind
from diagnostic.figures import figures
from diagnostic.statistics import release
from shared.kernel import Role
from shared.web.auth import CASE_READERS, STAFF, CallerDep, authorize
from shared.web.collections import add_figures, add_statistics, caseload_router, load_case_for_response
from shared.web.http import problem_responses
from shared.web.requests import AppDep, PointInTimeDep, RecordedPointDep, case_router
from shared.web.resources import AggregateEndpoints, DocumentEndpoints, attachments_router

router = case_router("/diagnoses", "diagnoses")
diagnoses = AggregateEndpoints(router, diagnosis.decider)
diagnoses.does("/sessions", commands.RecordSession, *STAFF)
diagnoses.does("/axes", commands.AssessAxis, *STAFF)
diagnoses.does("/employment", commands.RecordEmployment, *STAFF)
diagnoses.does("/indicators", commands.RecordIndicator, *STAFF)
diagnoses.does("/problem", commands.StateProblem, *STAFF)
diagnoses.does("/other-schemes", commands.ListOtherScheme, *STAFF)
diagnoses.does("/economics", commands.RecordEconomics, *STAFF)
diagnoses.does("/difficulty", commands.QualifyDifficulty, *STAFF)
diagnoses.does("/scenarios", commands.PrioritiseScenarios, *STAFF)
diagnoses.does("/employment/correction", commands.CorrectEmployment, *STAFF)
diagnoses.does("/economics/correction", commands.CorrectEconomics, *STAFF)
diagnoses.does("/indicators/correction", commands.CorrectIndicator, *STAFF)
diagnoses.does("/sessions/correction", commands.CorrectSession, *STAFF)
diagnoses.does("/sessions/cancellation", commands.CancelSession, *STAFF)
diagnoses.does("/submission", commands.SubmitDiagnosis, *STAFF)
diagnoses.does("/validation", commands.ValidateDiagnosis, Role.LEADER)
diagnoses.does("/contestation", commands.ContestDiagnosis, Role.LEADER)
diagnoses.does("/plan", commands.AgreePlan, *STAFF)
diagnoses.does("/sharing-agreement", committee.AgreeToShare, Role.LEADER)
diagnoses.does("/sharing-withdrawal", committee.WithdrawAgreement, Role.LEADER)
diagnoses.does("/mandates", leaders.RecordMandate, *STAFF)
diagnoses.does("/committee", committee.ShareWithCommittee, *STAFF)
diagnoses.does("/opinions", committee.GiveOpinion, Role.COMMITTEE)
diagnoses.does("/advice", advice.RequestAdvice, *STAFF)
diagnoses.does("/advice/answer", advice.ReceiveAdvice, *STAFF, Role.RESOURCE_CENTRE)
diagnoses.does("/plan/correction", commands.CorrectBaseline, *STAFF)
add_figures(router, figures)
add_statistics(router, release)
diagnoses.reads(*CASE_READERS)
DocumentEndpoints(router, diagnosis.decider).writes(papers.of_diagnosis, *CASE_READERS)
diagnoses.lists(projections.diagnoses, *STAFF)

diagnosis_attachments = attachments_router("/diagnoses", diagnoses, AttachmentKind, *CASE_READERS)
caseload_endpoints = caseload_router(caseload)

WHO_READS_VERSIONS = frozenset({*CASE_READERS, Role.SERVICE})
WHO_READS_ADVICE = frozenset({*CASE_READERS, Role.RESOURCE_CENTRE})
WHO_READS_WHAT_IS_SHARED = WHO_READS_VERSIONS | {Role.COMMITTEE}


versions.of_diagnosis.offer(router, *WHO_READS_VERSIONS)


@router.get("/{id}/shared", responses=problem_responses(409), summary="What is shared with the committee")
def read_shared(
    id: UUID,  # noqa: A002
    asked: AppDep,
    caller: CallerDep,
    moment: RecordedPointDep,
    response: Response,
) -> versions.SharedReading:
    """The parts of the version that the structure agreed to share, until the day it named. A committee reads what was
    shared then of what is shared today."""
    authorize(caller, WHO_READS_WHAT_IS_SHARED, id)
    today = versions.shared_today(asked, id) if caller.actor.role is Role.COMMITTEE else None
    return versions.shared(
        asked, load_case_for_response(asked, diagnosis.decider, id, moment, response), id, moment, today
    )


@router.get("/{id}/advice", summary="What resource centres are asked")
def read_advice(
    id: UUID,  # noqa: A002
    asked: AppDep,
    caller: CallerDep,
    moment: PointInTimeDep,
    response: Response,
) -> list[questions.AdviceReading]:
    """A resource centre reads the questions that were put to it, and nothing else of the diagnosis."""
    authorize(caller, WHO_READS_ADVICE, id)
    return questions.advice(
        asked, load_case_for_response(asked, diagnosis.decider, id, moment, response), id, caller.actor
    )
