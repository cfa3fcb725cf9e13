"""Diagnostic partagé: working sessions, what is found, the leaders' validation, and the plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from deploy.history import shares, texts
from deploy.history.stories import parcours
from deploy.history.stories.dossier import Dossier
from deploy.history.timeline import Story
from diagnostic.domain import diagnosis as domain
from diagnostic.domain import mandates, plan, validation
from diagnostic.domain.content import axes, difficulty, economics, employment, indicators, problem, sessions
from intake.domain.request import ending
from intake.main import deployment
from shared.kernel import Axis, DifficultyLevel

SERVICE = "diagnostic"
GIVES_UP, CONTESTS, HAS_MANDATE, OTHER_SCHEME = 0.04, 0.08, 0.4, 0.3
"""Shares of the diagnoses. (D)."""


def diagnosis(dossier: Dossier) -> Story:
    """From the admission to the plan, or to the structure's giving up."""
    chosen = _plan_axes(dossier)
    yield dossier.later(5, 30)
    _session(dossier)
    do(dossier, *_figures(dossier))
    if dossier.happens(GIVES_UP):
        yield dossier.later(10, 60)
        _give_up(dossier)
        return
    yield dossier.later(7, 30)
    _session(dossier)
    others = [axis for axis in Axis if axis not in chosen]
    do(dossier, *(_assess(dossier, axis) for axis in (*chosen, *dossier.rng.sample(others, 2))))
    do(dossier, *_problem(dossier))
    if dossier.happens(HAS_MANDATE):
        since = dossier.timeline.today - timedelta(days=dossier.rng.randint(30, 700))
        do(dossier, mandates.RecordMandate(UUID(dossier.leader.id), since))
    yield from _validate(dossier)
    yield dossier.later(2, 20)
    do(dossier, plan.AgreePlan(tuple(chosen), texts.one(dossier.rng, "objectives")))
    yield from parcours.parcours(dossier)


def do(dossier: Dossier, *commands: object) -> None:
    for command in commands:
        dossier.do(SERVICE, domain.decider, command)


def _plan_axes(dossier: Dossier) -> list[Axis]:
    """Two to four, the first one as published."""
    first = shares.draw(dossier.rng, shares.THEMES)
    others = dossier.rng.sample([axis for axis in Axis if axis is not first], dossier.rng.choice((1, 1, 2, 3)))
    return [first, *others]


def _session(dossier: Dossier) -> None:
    who = (
        sessions.Participant(dossier.known.leader, sessions.Quality.LEADER),
        sessions.Participant(texts.person(dossier.rng), sessions.Quality.EMPLOYEE),
    )
    do(dossier, sessions.RecordSession(dossier.timeline.today, who, notes=dossier.text("notes")))


def _figures(dossier: Dossier) -> Iterator[object]:
    rng, headcount = dossier.rng, dossier.known.structure.headcount or 0
    cdi = sum(rng.random() < shares.PERMANENT for _ in range(headcount))
    aided = rng.randint(0, headcount // 4)
    fte = round(headcount * rng.uniform(0.55, 0.95), 1)
    yield employment.RecordEmployment(cdi, headcount - cdi, aided=aided, fte=fte, volunteers=rng.randint(3, 60))
    if dossier.happens(0.85):
        budget = round(max(1, headcount) * rng.uniform(22_000, 48_000)) * 100
        subsidies = round(budget * rng.uniform(0.1, 0.75))
        yield economics.RecordEconomics(
            max(2002, dossier.timeline.today.year - 1),
            economics.Perimeter.STRUCTURE,
            budget_cents=budget,
            own_income_cents=budget - subsidies,
            subsidies_cents=subsidies,
            result_cents=round(budget * rng.gauss(0, 0.04)),
            cash_cents=round(budget * rng.gauss(0.12, 0.08)),
        )
    if dossier.happens(0.5):
        share = round(rng.uniform(5, 80), 1)
        yield indicators.RecordIndicator("own_income_share", "Part des ventes dans les produits, en %", value=share)


def _assess(dossier: Dossier, axis: Axis) -> axes.AssessAxis:
    rng = dossier.rng
    return axes.AssessAxis(
        axis,
        dossier.text("findings"),
        rating=rng.choice((1, 2, 2, 3, 3, 4, 5)),
        strengths=texts.several(rng, "strengths", 2),
        weaknesses=texts.several(rng, "weaknesses", 2),
        evidence=texts.one(rng, "evidence"),
    )


def _problem(dossier: Dossier) -> Iterator[object]:
    rng = dossier.rng
    request = dossier.timeline.state("intake", deployment.requests, dossier.case)
    if request.difficulty and request.difficulty.level is not DifficultyLevel.NONE:
        level, nature = request.difficulty.level, request.difficulty.nature
        deep = texts.several(rng, "causes", 2)
        yield difficulty.QualifyDifficulty(level, nature, causes=request.difficulty.causes, deep_causes=deep)
        if level.is_a_crisis:
            ways = enumerate(rng.sample(("Recentrage", "Fusion", "Reprise d’activité"), 2), 1)
            yield difficulty.PrioritiseScenarios(tuple(difficulty.RecoveryScenario(rank, way) for rank, way in ways))
    causes, advice = texts.several(rng, "causes", 3), texts.several(rng, "recommendations", 3)
    yield problem.StateProblem(texts.one(rng, "problems"), causes, recommendations=advice)
    if dossier.happens(OTHER_SCHEME):
        yield problem.ListOtherScheme("Fonds de confiance", "Étude en cours.")


def _validate(dossier: Dossier) -> Story:
    do(dossier, validation.SubmitDiagnosis())
    yield dossier.later(3, 21)
    if dossier.happens(CONTESTS):
        version = dossier.timeline.state(SERVICE, domain.decider, dossier.case).content_version
        contested = validation.ContestDiagnosis(version, "Le temps des bénévoles n’est pas compté.")
        dossier.do(SERVICE, domain.decider, contested, dossier.leader)
        yield dossier.later(4, 20)
        do(dossier, _assess(dossier, Axis.GOVERNANCE), validation.SubmitDiagnosis())
        yield dossier.later(3, 15)
    submitted = dossier.timeline.state(SERVICE, domain.decider, dossier.case).submission
    assert submitted is not None
    agreed = validation.ValidateDiagnosis(submitted.version, submitted.content_hash)
    dossier.do(SERVICE, domain.decider, agreed, dossier.leader)


def _give_up(dossier: Dossier) -> None:
    dossier.do("intake", deployment.requests, ending.GiveUpCase("La structure n’a plus le temps de s’engager."))
    dossier.known.busy = False
