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
diagnoses.command("/sessions", commands.RecordSession, *STAFF)
diagnoses.command("/axes", commands.AssessAxis, *STAFF)
diagnoses.command("/employment", commands.RecordEmployment, *STAFF)
diagnoses.command("/indicators", commands.RecordIndicator, *STAFF)
diagnoses.command("/problem", commands.StateProblem, *STAFF)
diagnoses.command("/other-schemes", commands.ListOtherScheme, *STAFF)
diagnoses.command("/economics", commands.RecordEconomics, *STAFF)
diagnoses.command("/difficulty", commands.QualifyDifficulty, *STAFF)
diagnoses.command("/scenarios", commands.PrioritiseScenarios, *STAFF)
diagnoses.command("/employment/correction", commands.CorrectEmployment, *STAFF)
diagnoses.command("/economics/correction", commands.CorrectEconomics, *STAFF)
diagnoses.command("/indicators/correction", commands.CorrectIndicator, *STAFF)
diagnoses.command("/sessions/correction", commands.CorrectSession, *STAFF)
diagnoses.command("/sessions/cancellation", commands.CancelSession, *STAFF)
diagnoses.command("/submission", commands.SubmitDiagnosis, *STAFF)
diagnoses.command("/validation", commands.ValidateDiagnosis, Role.LEADER)
diagnoses.command("/contestation", commands.ContestDiagnosis, Role.LEADER)
diagnoses.command("/plan", commands.AgreePlan, *STAFF)
diagnoses.command("/sharing-agreement", committee.AgreeToShare, Role.LEADER)
diagnoses.command("/sharing-withdrawal", committee.WithdrawAgreement, Role.LEADER)
diagnoses.command("/mandates", leaders.RecordMandate, *STAFF)
diagnoses.command("/committee", committee.ShareWithCommittee, *STAFF)
diagnoses.command("/opinions", committee.GiveOpinion, Role.COMMITTEE)
diagnoses.command("/advice", advice.RequestAdvice, *STAFF)
diagnoses.command("/advice/answer", advice.ReceiveAdvice, *STAFF, Role.RESOURCE_CENTRE)
diagnoses.command("/plan/correction", commands.CorrectBaseline, *STAFF)
add_figures(router, figures)
add_statistics(router, release)
diagnoses.get(*CASE_READERS)
DocumentEndpoints(router, diagnosis.decider).documents(papers.of_diagnosis, *CASE_READERS)
diagnoses.list(projections.diagnoses, *STAFF)

diagnosis_attachments = attachments_router("/diagnoses", diagnoses, AttachmentKind, *CASE_READERS)
caseload_endpoints = caseload_router(caseload)

WHO_READS_VERSIONS = frozenset({*CASE_READERS, Role.SERVICE})
WHO_READS_ADVICE = frozenset({*CASE_READERS, Role.RESOURCE_CENTRE})
WHO_READS_WHAT_IS_SHARED = WHO_READS_VERSIONS | {Role.COMMITTEE}


versions.of_diagnosis.offer(router, *WHO_READS_VERSIONS)


@router.get("/{id}/shared", responses=problem_responses(409), summary="What is shared with the committee")
def read_shared(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: CallerDep,
    moment: RecordedPointDep,
    response: Response,
) -> versions.SharedReading:
    """The parts of the version that the structure agreed to share, until the day it named. A committee reads what was
    shared then of what is shared today."""
    authorize(caller, WHO_READS_WHAT_IS_SHARED, id)
    today = versions.shared_today(app, id) if caller.actor.role is Role.COMMITTEE else None
    return versions.shared(app, load_case_for_response(app, diagnosis.decider, id, moment, response), id, moment, today)


@router.get("/{id}/advice", summary="What resource centres are asked")
def read_advice(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: CallerDep,
    moment: PointInTimeDep,
    response: Response,
) -> list[questions.AdviceReading]:
    """A resource centre reads the questions that were put to it, and nothing else of the diagnosis."""
    authorize(caller, WHO_READS_ADVICE, id)
    return questions.advice(app, load_case_for_response(app, diagnosis.decider, id, moment, response), id, caller.actor)
