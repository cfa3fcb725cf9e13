"""Each service answers as its OpenAPI document says: every operation, on a real log, by each role that may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from datetime import date, datetime
from itertools import count
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.support.generated.golden_samples import SERVICES, openapi_of, service
from tests.support.histories.automatic_openings import UNIT, opened_by_itself
from tests.support.servers.served_service import Served, served

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from shared.kernel import Role, uuid7
from shared.web.requests import command_endpoints, read_after_write

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES = [
    Role.ADVISER,
    Role.MANAGER,
    Role.LEADER,
    Role.COMMITTEE,
    Role.RESOURCE_CENTRE,
    Role.AUDITOR,
    Role.SERVICE,
    Role.PROVIDER,
]


TRY_AGAIN = frozenset({"not-signed-yet", "not-here-yet", "service-unavailable"})
"""503, as OpenAPI says: nothing is signed here, no position arrives, and audit reaches no service."""


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

    def get(self, operation: Any, **query: str) -> Any:
        """Asks of what exists, where something does, as whoever may."""
        known = {parameter: str(uuid7()) for parameter in re.findall(r"{(\w+)}", operation.path)}
        known |= {"unit": UNIT, "year": "2026", "number": "1", "form": "html", "code": "requests"}
        known |= self._existing(operation.path)
        path, case = operation.path.format_map(known), known.get("case", known.get("id"))
        for role in ROLES:
            answer = self._running.by(
                role, subject=f"some-{role}", unit=UNIT, case=case if role is Role.PROVIDER else None
            ).get(path, **query)
            if answer.status_code != 403:
                break
        return answer

    def _by(self, role: Role, example: Any) -> Any:
        case = str((example.path_parameters or {}).get("case") or (example.path_parameters or {}).get("id") or uuid7())
        token = self._running.issuer.mint(
            role, subject=f"some-{role}", unit=UNIT, case=case if role in (Role.LEADER, Role.PROVIDER) else None
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


@pytest.fixture(scope="module", params=SERVICES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def caller(name: str, postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    def database(_: str) -> str:
        return postgres.ensure_database(f"openapi_{name}", connections=-1)

    with (
        pytest.MonkeyPatch.context() as patch,
        served(service(name), database, nats, tmp_path_factory.mktemp(name)) as running,
    ):
        patch.setattr(read_after_write, "WAIT_SECONDS", 0.1)  # for positions that never arrive
        yield Caller(running, opened_by_itself(name, running.application))


def test_whatever_is_asked_the_answer_is_one_that_openapi_tells(name: str, caller: Caller) -> None:
    for operation in operations(name):
        asked(caller, operation, GenerationMode.POSITIVE, 4)
        if can_be_wrong(operation.definition.raw):
            asked(caller, operation, GenerationMode.NEGATIVE, 3)


def can_be_wrong(operation: dict[str, Any]) -> bool:
    """Beside parameters that nobody takes, which are tried on their own: a body, or what is more than any text."""
    shapes = [{**each["schema"], "title": ""} for each in operation.get("parameters", ())]
    return "requestBody" in operation or any(shape != {"type": "string", "title": ""} for shape in shapes)


BEYOND = {
    "date": ("0001-01-01", "9999-12-31"),
    "date-time": ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
}
EDGES = {
    "date": ("1900-01-01", "2200-12-31"),
    "date-time": ("1900-01-01T14:00:00+14:00", "2200-12-31T09:59:59-14:00"),
}


def test_no_date_that_is_asked_for_leaves_the_calendar(name: str, caller: Caller) -> None:
    dated = [(operation, *each) for operation in operations(name) for each in dates_of(operation)]
    assert {parameter for _, parameter, _ in dated} >= {"as_of", "on"}
    for operation, parameter, form in dated:
        for absurd in BEYOND[form]:
            answer = caller.get(operation, **{parameter: absurd})
            if answer.status_code == 404:  # nothing of the kind stands there, whenever it is asked for
                continue
            assert answer.status_code == 422, (operation.path, parameter, absurd, answer.text)
            assert "une date des années 1900 à 2200 est attendue" in answer.json()["detail"]
        for edge in EDGES[form]:
            answer = caller.get(operation, **{parameter: edge})
            assert answer.status_code < 500 or slug_of(answer) in TRY_AGAIN, (
                operation.path,
                parameter,
                edge,
                answer.text,
            )


def dates_of(operation: Any) -> Iterator[tuple[str, str]]:
    """The query parameters that are dates, each with its format."""
    for parameter in operation.definition.raw.get("parameters", ()):
        for shape in parameter["schema"].get("anyOf", [parameter["schema"]]):
            if parameter["in"] == "query" and shape.get("format") in BEYOND:
                yield parameter["name"], shape["format"]


def test_a_parameter_that_an_operation_does_not_take_is_refused_by_name(name: str, caller: Caller) -> None:
    for operation in operations(name):
        if operation.method == "get":
            answer = caller.get(operation, colour="bleu")
            assert answer.status_code == 422, (operation.path, answer.text)
            (error,) = answer.json()["errors"]
            assert error == {"parameter": "colour", "field": "colour", "message": "ce champ n’existe pas"}


WITHOUT_A_PAST = {
    "/changes": "what changed between two moments names both",
    "/versions/{number}/changes": "the same, of versions of the content",
    "/stored": "the bytes as they stand today, altered or not, are what the ledger's proofs are held against",
    "/attachments/{id}": "a content never changes, and once withdrawn it is destroyed",
    "/documents": "a version",
    "/documents/{name}.{form}": "a version",
    "/requests/{id}/names": "people are called as they are called today, whatever they did",
    "/people/{id}": "what is known of a person is told to the DPO as it is, to be erased",
    "/people/{id}/erasure": "a certificate tells who has confirmed, with the instant of each",
    "/people/{id}/erasure/certificate.{form}": "the same, on paper",
    "/cases/{id}/bundle": "a bundle is whole: its proofs are those of the newest checkpoint",
    "/events/{id}/proof": "an event never changes",
    "/with-parts": "a page to work on; each part is told as it was at its own address",
    "/transmission": "a recipient reads what was sent to them as long as it waits for an answer, and not after",
    "/transmission/attachments/{attachment}": "the same",
}
"""What of a case takes no instant, and why; documents take a version of the aggregate alone."""
WITHOUT_A_DAY = {
    "/agreement": "an agreement is read, and signed, as a version",
    "/versions": "versions are numbered as they were recorded",
    "/versions/{number}": "the same",
    "/shared": "one of these versions is shared",
}
WITHOUT_A_VERSION = {"/timeline": "across the phases there is none"}


def test_whatever_is_told_of_a_case_is_told_as_it_was_too(name: str) -> None:
    for path, taken in told_of_a_case(name):
        if reason(WITHOUT_A_PAST, path):
            assert "as_of" not in taken, (path, "is no exception any more")
            continue
        expected = {"as_of", "on", "version"}
        expected -= {"on"} if reason(WITHOUT_A_DAY, path) else set()
        expected -= {"version"} if reason(WITHOUT_A_VERSION, path) else set()
        assert taken >= expected, path


def reason(exceptions: dict[str, str], path: str) -> str | None:
    return next((why for end, why in exceptions.items() if path.endswith(end)), None)


def told_of_a_case(name: str) -> Iterator[tuple[str, set[str]]]:
    """The addresses that name a case, or what stands in one or beside it, with the query parameters they take."""
    for operation in operations(name):
        if operation.method == "get" and re.search(r"{(id|case|unit)}", operation.path):
            parameters = operation.definition.raw.get("parameters", ())
            yield operation.path, {each["name"] for each in parameters if each["in"] == "query"}


def test_no_date_that_is_typed_into_a_command_leaves_the_calendar(name: str) -> None:
    unbounded = {
        f"{operation.command.__name__}.{field}"
        for operation in command_endpoints(service(name).routers)
        for field in unbounded_dates(operation.command)
    }
    assert unbounded == set()


def unbounded_dates(shape: Any, path: str = "") -> Iterator[str]:
    """Fields of what is typed in, as deep as it goes, that are any date at all."""
    if shape in (date, datetime):
        yield path
    elif is_dataclass(shape):
        for field, hint in get_type_hints(shape, include_extras=True).items():
            yield from unbounded_dates(hint, f"{path}.{field}" if path else field)
    elif get_origin(shape) is not Annotated or get_args(shape)[0] not in (date, datetime):
        for inner in get_args(shape):
            yield from unbounded_dates(inner, path)


def slug_of(answer: Any) -> str:
    return str(answer.json()["type"].rpartition("/")[2])


def operations(name: str) -> Iterator[Any]:
    schema: Any = schemathesis.openapi.from_dict(openapi_of(name))
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
        assert answer.status_code < 500 or slug_of(answer) in TRY_AGAIN, answer.text

    each()
