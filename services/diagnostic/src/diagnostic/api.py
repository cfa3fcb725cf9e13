"""The diagnosis over HTTP: the adviser builds it with the structure, and the structure's leaders validate it."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from diagnostic import documents as papers
from diagnostic import questions, versions, views
from diagnostic.aggregates import release
from diagnostic.caseload import caseload
from diagnostic.domain import advice, commands, committee, diagnosis, leaders
from diagnostic.domain.attachments import AttachmentKind
from diagnostic.figures import figures
from shared.kernel import Role
from shared.web.auth import EVERYONE_AT_WORK, WHO_READS_A_CASE, Calling, allowed
from shared.web.collections import offer_aggregates, offer_figures, router_of, then
from shared.web.http import answers
from shared.web.requests import Asked, Asking, AskingRecorded, case_router
from shared.web.resources import Documents, Endpoints, attachments_router

router = case_router("/diagnoses", "diagnoses")
diagnoses = Endpoints(router, diagnosis.decider)
diagnoses.does("/sessions", commands.RecordSession, *EVERYONE_AT_WORK)
diagnoses.does("/axes", commands.AssessAxis, *EVERYONE_AT_WORK)
diagnoses.does("/employment", commands.RecordEmployment, *EVERYONE_AT_WORK)
diagnoses.does("/indicators", commands.RecordIndicator, *EVERYONE_AT_WORK)
diagnoses.does("/problem", commands.StateProblem, *EVERYONE_AT_WORK)
diagnoses.does("/other-schemes", commands.ListOtherScheme, *EVERYONE_AT_WORK)
diagnoses.does("/economics", commands.RecordEconomics, *EVERYONE_AT_WORK)
diagnoses.does("/difficulty", commands.QualifyDifficulty, *EVERYONE_AT_WORK)
diagnoses.does("/scenarios", commands.PrioritiseScenarios, *EVERYONE_AT_WORK)
diagnoses.does("/employment/correction", commands.CorrectEmployment, *EVERYONE_AT_WORK)
diagnoses.does("/economics/correction", commands.CorrectEconomics, *EVERYONE_AT_WORK)
diagnoses.does("/indicators/correction", commands.CorrectIndicator, *EVERYONE_AT_WORK)
diagnoses.does("/sessions/correction", commands.CorrectSession, *EVERYONE_AT_WORK)
diagnoses.does("/sessions/cancellation", commands.CancelSession, *EVERYONE_AT_WORK)
diagnoses.does("/submission", commands.SubmitDiagnosis, *EVERYONE_AT_WORK)
diagnoses.does("/validation", commands.ValidateDiagnosis, Role.LEADER)
diagnoses.does("/contestation", commands.ContestDiagnosis, Role.LEADER)
diagnoses.does("/plan", commands.AgreePlan, *EVERYONE_AT_WORK)
diagnoses.does("/sharing-agreement", committee.AgreeToShare, Role.LEADER)
diagnoses.does("/sharing-withdrawal", committee.WithdrawAgreement, Role.LEADER)
diagnoses.does("/mandates", leaders.RecordMandate, *EVERYONE_AT_WORK)
diagnoses.does("/committee", committee.ShareWithCommittee, *EVERYONE_AT_WORK)
diagnoses.does("/opinions", committee.GiveOpinion, Role.COMMITTEE)
diagnoses.does("/advice", advice.RequestAdvice, *EVERYONE_AT_WORK)
diagnoses.does("/advice/answer", advice.ReceiveAdvice, *EVERYONE_AT_WORK, Role.RESOURCE_CENTRE)
diagnoses.does("/plan/correction", commands.CorrectBaseline, *EVERYONE_AT_WORK)
offer_figures(router, figures)
offer_aggregates(router, release)
diagnoses.reads(*WHO_READS_A_CASE)
Documents(router, diagnosis.decider).writes(papers.of_diagnosis, *WHO_READS_A_CASE)
diagnoses.lists(views.diagnoses, *EVERYONE_AT_WORK)

diagnosis_attachments = attachments_router("/diagnoses", diagnoses, AttachmentKind, *WHO_READS_A_CASE)
caseload_router = router_of(caseload)

WHO_READS_VERSIONS = frozenset({*WHO_READS_A_CASE, Role.SERVICE})
WHO_READS_ADVICE = frozenset({*WHO_READS_A_CASE, Role.RESOURCE_CENTRE})
WHO_READS_WHAT_IS_SHARED = WHO_READS_VERSIONS | {Role.COMMITTEE}


versions.of_diagnosis.offer(router, *WHO_READS_VERSIONS)


@router.get("/{id}/shared", responses=answers(409), summary="What is shared with the committee")
def read_shared(
    id: UUID,  # noqa: A002
    asked: Asked,
    caller: Calling,
    moment: AskingRecorded,
    response: Response,
) -> versions.SharedReading:
    """The parts of the version that the structure agreed to share, until the day it named. A committee reads what was
    shared then of what is shared today."""
    allowed(caller, WHO_READS_WHAT_IS_SHARED, id)
    today = versions.shared_today(asked, id) if caller.actor.role is Role.COMMITTEE else None
    return versions.shared(asked, then(asked, diagnosis.decider, id, moment, response), id, moment, today)


@router.get("/{id}/advice", summary="What resource centres are asked")
def read_advice(
    id: UUID,  # noqa: A002
    asked: Asked,
    caller: Calling,
    moment: Asking,
    response: Response,
) -> list[questions.AdviceReading]:
    """A resource centre reads the questions that were put to it, and nothing else of the diagnosis."""
    allowed(caller, WHO_READS_ADVICE, id)
    return questions.advice(asked, then(asked, diagnosis.decider, id, moment, response), id, caller.actor)
