"""Redaction of confidential cases from aggregates that belong to several cases."""

from __future__ import annotations

from collections.abc import Set
from typing import Any
from uuid import UUID

from fastapi.encoders import jsonable_encoder

from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.web.auth.authentication import Caller
from shared.web.auth.authorization import confidential_problem

REDACTED = "confidentiel"


def redact_confidential_cases(app: ServiceApplication, caller: Caller, told: Any) -> Any:
    """The same without the ids of confidential cases that are not for the caller."""
    secret = _secret(app, caller)
    return _without(jsonable_encoder(told), secret) if secret else told


def require_no_confidential_case(app: ServiceApplication, caller: Caller, id: UUID) -> None:  # noqa: A002
    """Stored bytes are shown whole or not at all. Raises ProblemError 403 if they name such a case."""
    secret = [case.encode() for case in _secret(app, caller)]
    if secret and any(case in entry.state for entry in app.recorder.entries_of_case(id) for case in secret):
        raise confidential_problem()


def _secret(app: ServiceApplication, caller: Caller) -> Set[str]:
    """A manager reads what belongs to the own unit alone, with all that it names."""
    if caller.actor.role in (Role.MANAGER, Role.SERVICE):
        return set()
    rows = app.recorder.fetch("SELECT case_id::text AS case, adviser FROM {schema}.case_access WHERE confidential")
    person = caller.row_scope.adviser_id
    return {row["case"] for row in rows if person is None or row["adviser"] != person}


def _without(told: Any, secret: Set[str]) -> Any:
    match told:
        case str():
            return REDACTED if told in secret else told
        case list():
            return [_without(each, secret) for each in told]
        case dict():
            return {name: _without(each, secret) for name, each in told.items()}
    return told
