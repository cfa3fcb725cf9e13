"""What a form holds at first: the recorded value that a command replaces or corrects, and what the address gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from console.commands.fields import Field, Kind
from console.commands.typed import Typed, typed_of

State = Mapping[str, Any]
Parameters = Mapping[str, str]
Recorded = Callable[[State, Parameters], Mapping[str, Any] | None]


def _content(name: str) -> Recorded:
    return lambda state, _: (state.get("content") or {}).get(name)


def _action(state: State, parameters: Parameters) -> Mapping[str, Any]:
    return (state.get("actions") or state.get("missions") or {}).get(parameters.get("action", "")) or {}


def _agreement(state: State, parameters: Parameters) -> Mapping[str, Any]:
    terms: Mapping[str, Any] = (_action(state, parameters).get("agreement") or {}).get("terms") or {}
    return terms


def _numbered(values: Any, number: str) -> Mapping[str, Any]:
    """A part that is counted from 1 on."""
    index = int(number) - 1 if number.isdecimal() else -1
    return values[index] if 0 <= index < len(values or ()) else {}


def _review(state: State, parameters: Parameters) -> Mapping[str, Any]:
    report = ((state.get("reviews") or {}).get(parameters["review"]) or {}).get("report") or {}
    measured = {code: {"value": each["value"]} for code, each in (report.get("indicators") or {}).items()}
    return {**report, "indicators": measured}


RECORDED: dict[str, Recorded] = {
    "CorrectStructure": lambda state, _: {"structure": state.get("structure")},
    "CorrectContact": lambda state, _: {"contact": state.get("contact")},
    "TriageDifficulty": lambda state, _: (state.get("difficulties") or [{}])[-1],
    "RecordEmployment": _content("employment"),
    "CorrectEmployment": _content("employment"),
    "RecordEconomics": _content("economics"),
    "CorrectEconomics": _content("economics"),
    "QualifyDifficulty": _content("difficulty"),
    "StateProblem": _content("problem"),
    "PrioritiseScenarios": lambda state, _: {"scenarios": (state.get("content") or {}).get("scenarios")},
    "CorrectSession": lambda state, at: _numbered((state.get("content") or {}).get("sessions"), at["session"]),
    "CorrectIndicator": lambda state, at: (state.get("content") or {}).get("indicators", {}).get(at["code"]),
    "CorrectIntroduction": lambda state, at: _numbered(_action(state, at).get("introductions"), at["introduction"]),
    "RescheduleAction": lambda state, at: _action(state, at).get("planned"),
    "CorrectAgreement": _agreement,
    "CorrectDebrief": lambda state, _: {"debrief": state.get("debrief"), "held_on": state.get("debrief_held_on")},
    "CorrectReview": _review,
    "ShareParcours": lambda state, _: state.get("period"),
    "RankAxes": lambda state, _: {"ranking": state.get("ranking")},
    "AdjustFund": lambda state, _: state,
    "ContestDiagnosis": lambda state, _: {"version": state.get("content_version")},
    "ContestParcours": lambda state, _: {"version": state.get("content_version")},
    "ValidateDiagnosis": lambda state, _: state.get("submission"),
    "ValidateParcours": lambda state, _: state.get("shared"),
    "CommentDiagnosis": lambda state, _: {"about_version": state.get("content_version")},
    "CommentParcours": lambda state, _: {"about_version": state.get("content_version")},
    "CommentFollowUp": lambda state, _: {},
}
"""By command: where the state holds what the command gives anew, under the same names."""
NEVER_FILLED = {"reason", "effective_on"}
"""Why and since when a value is corrected is said anew each time."""
BY_QUERY: dict[str, Callable[[State, str], Mapping[str, Any] | None]] = {
    "AssessAxis.axis": lambda state, axis: (state.get("content") or {}).get("axes", {}).get(axis),
    "AssessCriterion.criterion": lambda state, criterion: (state.get("criteria") or {}).get(criterion),
}
"""What is known of the part that a query names: its assessment so far."""


def fill_in(
    command: str, fields: Iterable[Field], state: State, parameters: Parameters, query: Mapping[str, str]
) -> Typed:
    """The form as it is first shown. `query`: values by the path of a field, from a link of a page."""
    fields = tuple(fields)
    recorded = RECORDED.get(command)
    body = {**((recorded(state, parameters) if recorded and state else None) or {})}
    for name, value in query.items():
        known = BY_QUERY.get(f"{command}.{name}")
        body |= (known(state, value) if known and state else None) or {}
    typed = typed_of(fields, {name: value for name, value in body.items() if name not in NEVER_FILLED})
    for field in _leaves(fields):
        if field.path in query:
            typed.set(field.path, query[field.path])
        elif field.checked and not typed.all(field.path):
            typed.set(field.path, "oui")
    return typed


def _leaves(fields: Iterable[Field]) -> Iterable[Field]:
    for field in fields:
        if field.kind is Kind.GROUP:
            yield from _leaves(field.children)
        elif field.kind is not Kind.ROWS:
            yield field
