"""What an edit puts into the content of a diagnosis: people's words go in sealed."""

from __future__ import annotations

import re
from dataclasses import fields, replace

from diagnostic.domain.commands import (
    AssessAxis,
    EditCommand,
    ListOtherScheme,
    RecordEmployment,
    RecordIndicator,
    RecordSession,
    StateProblem,
)
from diagnostic.domain.content import Assessment, Attendee, Content, Employment, Indicator, Problem, Scheme, Session
from diagnostic.domain.events import (
    AxisAssessed,
    Edit,
    EmploymentRecorded,
    IndicatorRecorded,
    OtherSchemeListed,
    ProblemStated,
    SessionRecorded,
)
from shared.dates import already_past
from shared.decider import Context, Refusal
from shared.sealed import Sealed

WRONG_INDICATOR = Refusal("wrong-indicator-code", "Code d’indicateur irrecevable", status=422)
COUNTED_AS_EMPLOYMENT = {figure.name for figure in fields(Employment)}


def edited(command: EditCommand, context: Context) -> Edit:
    match command:
        case RecordSession():
            return SessionRecorded(_session(command, context))
        case AssessAxis(axis):
            return AxisAssessed(axis, _assessment(command, context))
        case RecordEmployment(cdi, cdd, aided, fte):
            return EmploymentRecorded(Employment(cdi, cdd, aided, fte))
        case RecordIndicator(code, definition, value):
            return IndicatorRecorded(_code(code), Indicator(value, definition))
        case StateProblem(problem, causes, recommendations):
            stated = Problem(context.text(problem), _points(causes, context), _points(recommendations, context))
            return ProblemStated(stated)
        case ListOtherScheme(name, note):
            return OtherSchemeListed(Scheme(context.text(name), context.optional_text(note)))


def with_edit(content: Content, edit: Edit) -> Content:
    match edit:
        case SessionRecorded(session):
            return replace(content, sessions=(*content.sessions, session))
        case AxisAssessed(axis, assessment):
            return replace(content, axes=content.axes | {axis: assessment})
        case EmploymentRecorded(employment):
            return replace(content, employment=employment)
        case IndicatorRecorded(code, indicator):
            return replace(content, indicators=content.indicators | {code: indicator})
        case ProblemStated(problem):
            return replace(content, problem=problem)
        case OtherSchemeListed(scheme):
            return replace(content, schemes=(*content.schemes, scheme))


def _session(command: RecordSession, context: Context) -> Session:
    already_past(command.held_on, context.now, "La date de la séance")
    attendees = []
    for participant in command.participants:
        person = context.new_id()
        attendees.append(Attendee(person, Sealed(person, participant.name), participant.quality))
    return Session(command.held_on, tuple(attendees), context.optional_text(command.notes))


def _assessment(command: AssessAxis, context: Context) -> Assessment:
    return Assessment(
        command.rating,
        context.text(command.findings),
        _points(command.strengths, context),
        _points(command.weaknesses, context),
        context.optional_text(command.evidence),
    )


def _points(points: tuple[str, ...], context: Context) -> tuple[Sealed, ...]:
    return tuple(context.text(point) for point in points)


def _code(code: str) -> str:
    """A code is told to other services and never sealed: it has no room for a name."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", code):
        raise WRONG_INDICATOR(
            "Un code commence par une lettre et n’a que des minuscules sans accent, des chiffres et des tirets bas,"
            " par exemple «\u202fbudget_annuel\u202f»."
        )
    if code in COUNTED_AS_EMPLOYMENT:
        raise WRONG_INDICATOR(f"«\u202f{code}\u202f» est déjà compté dans l’état de l’emploi.")
    return code
