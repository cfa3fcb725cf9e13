"""What does an edit put into the content of a diagnosis?"""

from __future__ import annotations

from collections.abc import Iterator

from diagnostic.domain import corrections, recording
from diagnostic.domain.commands import (
    AssessAxis,
    EditCommand,
    ListOtherScheme,
    PrioritiseScenarios,
    QualifyDifficulty,
    RecordEconomics,
    RecordEmployment,
    RecordIndicator,
    RecordSession,
    StateProblem,
)
from diagnostic.domain.content import Content, Problem, Scheme
from diagnostic.domain.events import (
    AxisAssessed,
    DifficultyQualified,
    EconomicsRecorded,
    Edit,
    EmploymentRecorded,
    IndicatorRecorded,
    OtherSchemeListed,
    ProblemStated,
    ScenariosPrioritised,
    SessionRecorded,
)
from shared.kernel import Context, Refusal
from shared.kernel.frozen import replace

MOST_INDICATORS = 100
"""They travel together when the plan is agreed: without a bound, the message would outgrow what NATS carries."""
TOO_MANY_INDICATORS = Refusal("too-many-indicators", "Trop d’indicateurs")


def edited(command: EditCommand, content: Content, context: Context) -> Edit:
    match command:
        case RecordSession():
            return SessionRecorded(recording.session(command, context))
        case AssessAxis(axis):
            return AxisAssessed(axis, recording.assessment(command, context))
        case RecordEmployment(as_of=as_of):
            return EmploymentRecorded(recording.employment(command, as_of, context))
        case RecordEconomics():
            return EconomicsRecorded(recording.economics(command, context))
        case RecordIndicator(code):
            if code not in content.indicators and len(content.indicators) >= MOST_INDICATORS:
                raise TOO_MANY_INDICATORS(f"Un diagnostic en compte {MOST_INDICATORS} au plus.")
            return IndicatorRecorded(*recording.indicator(command))
        case StateProblem(problem, causes, recommendations=recommendations):
            come_from, advised = (recording.points(jotted, context) for jotted in (causes, recommendations))
            return ProblemStated(Problem(context.text(problem), come_from, recommendations=advised))
        case ListOtherScheme(name, note):
            return OtherSchemeListed(Scheme(context.text(name), context.optional_text(note)))
        case QualifyDifficulty():
            return DifficultyQualified(recording.difficulty(command, context))
        case PrioritiseScenarios():
            return ScenariosPrioritised(recording.scenarios(command, content, context))
        case _:
            return corrections.corrected(command, content, context)


def available_commands(content: Content) -> Iterator[type]:
    """All of it can be said, and said anew; a scenario of recovery answers a difficulty."""
    yield from (RecordSession, AssessAxis, StateProblem, RecordEmployment, RecordEconomics, RecordIndicator)
    yield from (ListOtherScheme, QualifyDifficulty)
    if content.in_difficulty:
        yield PrioritiseScenarios
    yield from corrections.available_commands(content)


def with_edit(content: Content, edit: Edit) -> Content:
    match edit:
        case SessionRecorded(session):
            return replace(content, sessions=(*content.sessions, session))
        case AxisAssessed(axis, assessment):
            return replace(content, axes=content.axes | {axis: assessment})
        case EmploymentRecorded(employment):
            return replace(content, employment=employment)
        case EconomicsRecorded(economics):
            return replace(content, economics=economics)
        case IndicatorRecorded(code, indicator):
            return replace(content, indicators=content.indicators | {code: indicator})
        case ProblemStated(problem):
            return replace(content, problem=problem)
        case OtherSchemeListed(scheme):
            return replace(content, schemes=(*content.schemes, scheme))
        case DifficultyQualified(difficulty):
            return replace(content, difficulty=difficulty)
        case ScenariosPrioritised(scenarios):
            return replace(content, scenarios=scenarios)
        case _:
            return corrections.with_correction(content, edit)
