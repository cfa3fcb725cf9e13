"""Does each service answer as its OpenAPI says, whatever is asked? Every operation, on a real log, by who may."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from opening import UNIT, opened_by_itself
from samples import SERVICES, service
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import Served, served

from embedded.nats import Nats
from embedded.postgres import Postgres
from shared.decider import Role
from shared.ids import uuid7

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES = [Role.ADVISER, Role.MANAGER, Role.LEADER, Role.COMMITTEE, Role.RESOURCE_CENTRE, Role.AUDITOR, Role.SERVICE]


class Caller:
    """Asks as whoever may, mostly of what exists; remembers what it opened."""

    def __init__(self, running: Served, known: dict[str, list[str]]) -> None:
        self._running, self._known = running, known
        self._turn = count()
        self._who: dict[str, Role] = {}

    def ask(self, example: Any) -> Any:
        if next(self._turn) % 5:
            example.path_parameters = (example.path_parameters or {}) | self._existing(example.path)
        first = self._who.get(example.operation.label, ROLES[0])
        for role in (first, *(role for role in ROLES if role is not first)):
            answer = self._by(role, example)
            if answer.status_code != 403:
                self._who[example.operation.label] = role
                break
        if answer.status_code == 201 and "Location" in answer.headers:
            collection, _, opened = answer.headers["Location"].rpartition("/")
            self._known.setdefault(re.sub(r"[0-9a-f-]{36}", "{case}", collection), []).append(opened)
        return answer

    def _by(self, role: Role, example: Any) -> Any:
        case = str((example.path_parameters or {}).get("case") or (example.path_parameters or {}).get("id") or uuid7())
        token = self._running.issuer.mint(
            role, subject=f"some-{role}", unit=UNIT, case=case if role is Role.LEADER else None
        )
        asked = example.as_transport_kwargs(headers={"Authorization": f"Bearer {token}"})
        return self._running.http.request(
            **{name: asked[name] for name in asked.keys() & {"method", "url", "params", "headers", "json", "data"}}
        )

    def _existing(self, path: str) -> dict[str, str]:
        found = {}
        for collection, parameter in re.findall(r"(?=(/api.*)/\{(id|case)\})", path):
            if known := self._known.get(collection):
                found[parameter] = known[0]
        return found


def told_apart(operation: Any) -> tuple[bool, int, bool, str]:
    """What opens something comes first, and what is below it after."""
    return "{" in operation.path, operation.path.count("/{"), operation.method != "post", operation.path


@pytest.fixture(scope="module")
def serving(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    def serve(name: str) -> Any:
        def database(_: str) -> str:
            return postgres.ensure_database(f"openapi_{name}", connections=-1)

        return served(service(name), database, nats, tmp_path_factory.mktemp(name))

    return serve


@pytest.mark.parametrize("name", SERVICES)
def test_whatever_is_asked_the_answer_is_one_that_openapi_tells(name: str, serving: Callable[[str], Any]) -> None:
    with serving(name) as running:
        caller = Caller(running, opened_by_itself(name, running.application))
        for operation in operations(name):
            asked(caller, operation, GenerationMode.POSITIVE, 4)
            if "422" in operation.definition.raw["responses"]:  # else there is nothing to get wrong
                asked(caller, operation, GenerationMode.NEGATIVE, 3)


def operations(name: str) -> Iterator[Any]:
    schema: Any = schemathesis.openapi.from_dict(service(name).web().openapi())
    schema.config.base_url = "http://testserver"
    yield from sorted((found.ok() for found in schema.get_all_operations()), key=told_apart)


def asked(caller: Caller, operation: Any, mode: GenerationMode, examples: int) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def each(example: Any) -> None:
        answer = caller.ask(example)
        example.validate_response(answer, checks=CHECKS)
        assert answer.status_code < 500 or "not-signed-yet" in answer.text, answer.text

    each()
