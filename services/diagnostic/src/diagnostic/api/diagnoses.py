"""Endpoints of a diagnosis: its content, its submission to the leaders, their decision, the plan."""

from __future__ import annotations

from uuid import UUID

from diagnostic import documents, projections
from diagnostic.caseload import caseload
from diagnostic.domain import diagnosis, mandates, plan, validation
from diagnostic.domain.attachments import OF_LEADERS, DiagnosisAttachmentKind
from diagnostic.domain.comments import AcknowledgeDiagnosisComment, CommentDiagnosis
from diagnostic.domain.content import axes, difficulty, economics, employment, indicators, problem, sessions
from diagnostic.domain.state import BaselineFigure
from diagnostic.figures import figures
from diagnostic.statistics import release
from shared.eventlog import ServiceApplication
from shared.kernel import Axis, Comment, Ordinal, Role
from shared.web.auth import CASE_READERS, IDENTITY_WITHOUT_RIGHT, STAFF, Caller, require_right
from shared.web.collections import CONSULTED_ROLES, add_figures, add_statistics, caseload_router
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints, Contribution, attachments_router


def check_leader(_: ServiceApplication, caller: Caller, case: UUID, command: mandates.RecordMandate) -> None:
    """Raises unless the mandate is that of a leader to whom this case is open."""
    require_right(
        caller,
        command.leader,
        lambda right: right.role is Role.LEADER and right.case == case,
        "Un mandat est celui d’un·e dirigeant·e à qui ce dossier est ouvert\u00a0: donnez-lui d’abord un lien, ou un "
        "droit.",
    )


router = case_router("/diagnoses", "diagnoses")
add_figures(router, figures)
add_statistics(router, release)
diagnoses = AggregateEndpoints(router, diagnosis.decider)
diagnoses.command("/sessions", sessions.RecordSession, *STAFF)
session_parts = diagnoses.parts(
    "session",
    sessions.Session,
    "/sessions/{session}",
    lambda diagnosis: dict(enumerate(diagnosis.content.sessions, 1)),
    *CASE_READERS,
    session=Ordinal,
)
session_parts.command("/correction", sessions.CorrectSession, *STAFF)
session_parts.command("/cancellation", sessions.CancelSession, *STAFF)
diagnoses.command("/axes", axes.AssessAxis, *STAFF)
diagnoses.parts(
    "axis", axes.Assessment, "/axes/{axis}", lambda diagnosis: diagnosis.content.axes, *CASE_READERS, axis=Axis
)
diagnoses.command("/employment", employment.RecordEmployment, *STAFF)
diagnoses.command("/employment/correction", employment.CorrectEmployment, *STAFF)
diagnoses.command("/indicators", indicators.RecordIndicator, *STAFF)
indicator_parts = diagnoses.parts(
    "indicator",
    indicators.Indicator,
    "/indicators/{code}",
    lambda diagnosis: diagnosis.content.indicators,
    *CASE_READERS,
    code=str,
)
indicator_parts.command("/correction", indicators.CorrectIndicator, *STAFF)
diagnoses.command("/problem", problem.StateProblem, *STAFF)
diagnoses.command("/other-schemes", problem.ListOtherScheme, *STAFF)
diagnoses.parts(
    "other_scheme",
    problem.Scheme,
    "/other-schemes/{scheme}",
    lambda diagnosis: dict(enumerate(diagnosis.content.schemes, 1)),
    *CASE_READERS,
    scheme=Ordinal,
)
diagnoses.command("/economics", economics.RecordEconomics, *STAFF)
economics_parts = diagnoses.parts(
    "economics",
    economics.Economics,
    "/economics/{fiscal_year}",
    lambda diagnosis: diagnosis.content.economics_by_year,
    *CASE_READERS,
    fiscal_year=economics.Year,
)
economics_parts.command("/correction", economics.CorrectEconomics, *STAFF)
diagnoses.command("/difficulty", difficulty.QualifyDifficulty, *STAFF)
diagnoses.command("/scenarios", difficulty.PrioritiseScenarios, *STAFF)
diagnoses.command("/mandates", mandates.RecordMandate, *STAFF, check=check_leader, may_refuse=(IDENTITY_WITHOUT_RIGHT,))
diagnoses.parts(
    "mandate",
    mandates.Mandate,
    "/mandates/{leader}",
    lambda diagnosis: {mandate.leader: mandate for mandate in diagnosis.mandates},
    *CASE_READERS,
    leader=UUID,
)
diagnoses.command("/comments", CommentDiagnosis, Role.LEADER, *STAFF)
comment_parts = diagnoses.parts(
    "comment",
    Comment,
    "/comments/{comment}",
    lambda diagnosis: dict(enumerate(diagnosis.comments, 1)),
    *CASE_READERS,
    comment=Ordinal,
)
comment_parts.command("/acknowledgment", AcknowledgeDiagnosisComment, *STAFF)
diagnoses.command("/submission", validation.SubmitDiagnosis, *STAFF)
diagnoses.command("/validation", validation.ValidateDiagnosis, Role.LEADER)
diagnoses.command("/contestation", validation.ContestDiagnosis, Role.LEADER)
diagnoses.command("/plan", plan.AgreePlan, *STAFF)
baseline_parts = diagnoses.parts(
    "baseline_figure",
    BaselineFigure,
    "/plan/baseline/{code}",
    lambda diagnosis: diagnosis.baseline,
    *CASE_READERS,
    code=str,
)
baseline_parts.command("/correction", plan.CorrectBaseline, *STAFF)
diagnoses.get(*CASE_READERS)
diagnoses.documents(documents.of_diagnosis, *CASE_READERS)
diagnoses.list(projections.diagnoses, *STAFF, Role.PARTNER)

attachments = attachments_router(
    "/diagnoses",
    diagnoses,
    DiagnosisAttachmentKind,
    *CASE_READERS,
    contributions={Role.LEADER: Contribution(OF_LEADERS)},
)
diagnoses.get_with_parts()
caseload_endpoints = caseload_router(caseload, *CONSULTED_ROLES)
