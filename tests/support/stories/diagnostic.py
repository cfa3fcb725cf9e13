"""The story of a diagnosis: worked on, shared, contested, validated, and agreed as a plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.support.generated.openapi_examples import DAY
from tests.support.histories.command_walks import UNIT, Walk, actor

from diagnostic.domain import advice, committee, mandates, plan, validation
from diagnostic.domain.content import axes, difficulty, economics, employment, indicators, problem, sessions
from diagnostic.domain.content.content import DiagnosisSection
from diagnostic.domain.lifecycle import OpenDiagnosis
from shared.kernel import Axis, DifficultyLevel, DifficultyNature, Role

Step = tuple[Any, Role]
TODAY, WORK = DAY.date(), Role.ADVISER
ADMITTED_AT = DAY - timedelta(days=40)


def diagnosis(walk: Walk) -> Iterator[Step]:
    yield OpenDiagnosis(UUID(int=8), UNIT, adviser=actor(WORK).id, admitted_at=ADMITTED_AT, headcount=12), Role.SERVICE
    leader = sessions.Participant("Maëlle Kerdoncuff", sessions.Quality.LEADER)
    yield sessions.RecordSession(TODAY, (leader,)), WORK
    yield axes.AssessAxis(Axis.FINANCE, "Une seule subvention.", rating=2), WORK
    yield employment.RecordEmployment(cdi=9, cdd=3, aided=2, fte=10.5), WORK
    yield economics.RecordEconomics(2025, economics.Perimeter.STRUCTURE, budget_cents=412_000_00), WORK
    yield indicators.RecordIndicator("ventes", "Part des ventes", value=34.5), WORK
    qualified = difficulty.QualifyDifficulty(
        DifficultyLevel.CRITICAL, DifficultyNature.STRUCTURAL, deep_causes=("Un seul financeur",)
    )
    yield qualified, WORK
    yield difficulty.PrioritiseScenarios((difficulty.RecoveryScenario(1, "Recentrage"),)), WORK
    yield problem.StateProblem("Comment vivre de ses ventes ?"), WORK
    yield problem.ListOtherScheme("Fonds de confiance"), WORK
    yield committee.AgreeToShare((DiagnosisSection.AXES,), TODAY + timedelta(days=60)), Role.LEADER
    yield committee.ShareWithCommittee(), WORK
    yield committee.GiveOpinion(committee.Tendency.RESERVED, "Projet fragile."), Role.COMMITTEE
    yield advice.RequestAdvice("CRDLA Finance", "Quel fonds solliciter ?"), WORK
    yield mandates.RecordMandate(UUID(actor(Role.LEADER).id), TODAY), WORK
    yield validation.SubmitDiagnosis(), WORK
    yield validation.ContestDiagnosis(walk.state.content_version, "Les bénévoles sont oubliés."), Role.LEADER
    yield sessions.CancelSession(1, "Saisie deux fois."), WORK
    yield sessions.RecordSession(TODAY, (leader,)), WORK
    yield validation.SubmitDiagnosis(), WORK
    submitted = walk.state.submission
    yield validation.ValidateDiagnosis(submitted.version, submitted.content_hash), Role.LEADER
    yield plan.AgreePlan((Axis.FINANCE,), "Vendre davantage."), WORK
    yield plan.CorrectBaseline("cdi", 10, effective_on=TODAY, reason="Une embauche oubliée."), WORK
