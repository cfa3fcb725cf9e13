"""The content of a diagnosis: what the leaders read, and what their validation is bound to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from diagnostic.domain.content import axes, difficulty, economics, employment, indicators, problem, sessions
from diagnostic.domain.content.axes import AssessAxis, Assessment, AxisAssessed
from diagnostic.domain.content.difficulty import Difficulty, DifficultyQualified, Scenario, ScenariosPrioritised
from diagnostic.domain.content.economics import Economics
from diagnostic.domain.content.employment import Employment
from diagnostic.domain.content.indicators import Indicator
from diagnostic.domain.content.problem import (
    ListOtherScheme,
    OtherSchemeListed,
    Problem,
    ProblemStated,
    Scheme,
    StateProblem,
)
from diagnostic.domain.content.sessions import Session
from shared.kernel import STANDARD_INDICATORS, Axis, Context, LabelledEnum
from shared.kernel.frozen import frozen, replace


class DiagnosisSection(LabelledEnum):
    """The sections of a diagnosis, as leaders read it and as it is shared."""

    SESSIONS = "sessions", "Séances de travail"
    AXES = "axes", "Axes examinés"
    EMPLOYMENT = "employment", "Emploi"
    INDICATORS = "indicators", "Indicateurs"
    PROBLEM = "problem", "Problématique et préconisations"
    SCHEMES = "schemes", "Autres dispositifs en cours"
    ECONOMICS = "economics", "Situation économique"
    DIFFICULTY = "difficulty", "Difficultés"
    SCENARIOS = "scenarios", "Scénarios de rebond"


@frozen
class DiagnosisContent:
    sessions: tuple[Session, ...] = ()
    axes: dict[Axis, Assessment] = field(default_factory=dict)
    employment: Employment | None = None
    indicators: dict[str, Indicator] = field(default_factory=dict)
    problem: Problem | None = None
    schemes: tuple[Scheme, ...] = ()
    economics: Economics | None = None
    difficulty: Difficulty | None = None
    scenarios: tuple[Scenario, ...] = ()

    @property
    def economics_by_year(self) -> dict[int, Economics]:
        """The economic situation, by its fiscal year; one at most."""
        return {self.economics.fiscal_year: self.economics} if self.economics else {}

    @property
    def baseline(self) -> dict[str, float]:
        """The figures that follow-up compares with, by code: employment, economy, indicators; money in euro cents."""
        jobs = self.employment.figures if self.employment else {}
        money = self.economics.amounts if self.economics else {}
        return jobs | money | {code: indicator.value for code, indicator in self.indicators.items()}

    @property
    def definitions(self) -> dict[str, str]:
        """What each figure counts, by code, except those of employment, whose meaning never varies."""
        money = self.economics.amounts if self.economics else {}
        own = {code: indicator.definition for code, indicator in self.indicators.items()}
        return {code: STANDARD_INDICATORS[code] for code in money} | own

    def missing(self) -> Iterator[tuple[str, str]]:
        """What leaders need to judge the diagnosis and do not have: a code, and the French for it."""
        if not any(session.has_leader for session in self.sessions):
            yield "session-with-a-leader", "une séance de travail avec au moins un·e dirigeant·e"
        if not self.axes:
            yield "axis", "l’examen d’au moins un axe"
        if self.employment is None:
            yield "employment", "l’état de l’emploi"
        if self.problem is None:
            yield "problem", "la problématique"


Command = (
    sessions.Command
    | AssessAxis
    | employment.Command
    | economics.Command
    | indicators.Command
    | problem.Command
    | difficulty.Command
)
Event = (
    sessions.Event
    | AxisAssessed
    | employment.Event
    | economics.Event
    | indicators.Event
    | problem.Event
    | difficulty.Event
)
"""Each makes a new version of the content. Nothing is edited in place: a correction is one more event."""


def decide(content: DiagnosisContent, command: Command, context: Context) -> Event:
    if isinstance(command, sessions.Command):
        return sessions.decide(content.sessions, command, context)
    if isinstance(command, AssessAxis):
        return axes.decide(command, context)
    if isinstance(command, employment.Command):
        return employment.decide(content.employment, command, context)
    if isinstance(command, economics.Command):
        return economics.decide(content.economics, command, context)
    if isinstance(command, indicators.Command):
        return indicators.decide(content.indicators, command, context)
    if isinstance(command, problem.Command):
        return problem.decide(command, context)
    return difficulty.decide(content.difficulty, command, context)


def available_commands(content: DiagnosisContent) -> Iterator[type]:
    """Each section can be recorded, and recorded anew; what is recorded can be corrected."""
    yield from sessions.available_commands(content.sessions)
    yield AssessAxis
    yield from employment.available_commands(content.employment)
    yield from economics.available_commands(content.economics)
    yield from indicators.available_commands(content.indicators)
    yield from (StateProblem, ListOtherScheme)
    yield from difficulty.available_commands(content.difficulty)


def evolve(content: DiagnosisContent, event: Event) -> DiagnosisContent:
    if isinstance(event, sessions.Event):
        return replace(content, sessions=sessions.evolve(content.sessions, event))
    if isinstance(event, indicators.Event):
        return replace(content, indicators=indicators.evolve(content.indicators, event))
    match event:
        case AxisAssessed():
            return replace(content, axes=axes.evolve(content.axes, event))
        case employment.EmploymentRecorded(figures) | employment.EmploymentCorrected(figures):
            return replace(content, employment=figures)
        case economics.EconomicsRecorded(figures) | economics.EconomicsCorrected(figures):
            return replace(content, economics=figures)
        case ProblemStated(stated):
            return replace(content, problem=stated)
        case OtherSchemeListed(scheme):
            return replace(content, schemes=(*content.schemes, scheme))
        case DifficultyQualified(qualified):
            return replace(content, difficulty=qualified)
        case ScenariosPrioritised(scenarios):
            return replace(content, scenarios=scenarios)
