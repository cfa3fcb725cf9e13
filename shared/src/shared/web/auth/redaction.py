"""Redaction of confidential cases from aggregates that belong to several cases."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any
from uuid import UUID

from fastapi.encoders import jsonable_encoder

from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.web.auth.authentication import Caller
from shared.web.auth.authorization import confidential_problem
from shared.web.http import REDACTED


def redact_confidential_cases(app: ServiceApplication, caller: Caller, response: Any) -> Any:
    """The response, with the ids of confidential cases that are not for the caller replaced."""
    hidden = _hidden_cases(app, caller)
    return _without(jsonable_encoder(response), hidden) if hidden else response


def require_no_confidential_case(app: ServiceApplication, caller: Caller, id: UUID) -> None:  # noqa: A002
    """Raises ProblemError 403 if the stored bytes name such a case: they are shown whole or not at all."""
    hidden = [case.encode() for case in _hidden_cases(app, caller)]
    if hidden and any(case in entry.state for entry in app.recorder.entries_of_case(id) for case in hidden):
        raise confidential_problem()


def _hidden_cases(app: ServiceApplication, caller: Caller) -> Set[str]:
    """None for a manager, who reads aggregates of the own unit alone, and for a service."""
    if caller.actor.role in (Role.MANAGER, Role.SERVICE):
        return set()
    rows = app.recorder.fetch("SELECT case_id::text AS case, adviser FROM {schema}.case_access WHERE confidential")
    person = caller.row_scope.adviser_id
    return {row["case"] for row in rows if person is None or row["adviser"] != person}


def _without(value: Any, hidden: Set[str]) -> Any:
    match value:
        case str():
            return REDACTED if value in hidden else value
        case list():
            return [_without(each, hidden) for each in value]
        case dict():
            return {name: _without(each, hidden) for name, each in _renamed(value, hidden)}
    return value


def _renamed(members: dict[str, Any], hidden: Set[str]) -> Iterator[tuple[str, Any]]:
    """The members under names that are no hidden case's id: a number after the first tells them apart."""
    number = 0
    for name, each in members.items():
        number += name in hidden
        yield (REDACTED if number == 1 else f"{REDACTED} {number}") if name in hidden else name, each
