"""The examples of OpenAPI: each body has one that the service accepts, and each operation a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.support.generated.golden_samples import SERVICES, openapi_of, service
from tests.support.servers.served_service import served

from embedded.processes.nats import Nats

OPENING = {
    "intake": ["/api/v1/requests", "/api/v1/self-checks"],
    "parcours": ["/api/v1/funds", "/api/v1/operations"],
    "followup": ["/api/v1/sheets"],
}


def operations(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, found in openapi_of(name)["paths"].items():
        for operation in found.values():
            yield path, operation


def bodies(name: str) -> dict[str, dict[str, Any]]:
    taken = {
        path: each.get("requestBody", {}).get("content", {}) for path, each in operations(name) if "requestBody" in each
    }
    return {path: content["application/json"] for path, content in taken.items() if "application/json" in content}


@pytest.mark.parametrize("name", SERVICES)
def test_the_example_of_each_body_is_what_its_schema_asks(name: str) -> None:
    shapes = openapi_of(name)["components"]
    for path, body in bodies(name).items():
        schema = {**body["schema"], "components": shapes}
        assert "example" in body, f"{path}: play it in a story, then make schemas"
        jsonschema_rs.validator_for(schema, validate_formats=True).validate(body["example"])


@pytest.mark.parametrize("name", SERVICES)
def test_the_examples_of_answers_are_what_their_schemas_ask(name: str) -> None:
    openapi = openapi_of(name)
    shown = {shape: found for shape, found in openapi["components"]["schemas"].items() if "example" in found}
    assert "ProblemDetails" in shown
    assert name == "audit" or "CommandResult" in shown
    for shape in shown.values():
        schema = {**shape, "components": openapi["components"]}
        jsonschema_rs.validator_for(schema, validate_formats=True).validate(shape["example"])


@pytest.mark.parametrize("name", OPENING)
def test_what_opens_something_can_be_posted_as_the_example_is(
    name: str, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service(name), database, nats, tmp_path) as running:
        for path in OPENING[name]:
            example = bodies(name)[path]["example"]
            manager = running.by("manager", unit=example.get("unit", "dla-44"))
            answer = manager.post(path, example)
            assert answer.status_code in (200, 201), f"{path}: {answer.text}"


@pytest.mark.parametrize("name", SERVICES)
def test_each_operation_has_a_name_of_its_own_that_tells_no_path(name: str) -> None:
    names = Counter(operation["operationId"] for _, operation in operations(name))
    assert [each for each, times in names.items() if times > 1] == []
    assert [each for each in names if "api_v1" in each] == []


@pytest.mark.parametrize("name", SERVICES)
def test_each_tag_is_told_in_french(name: str) -> None:
    told = {tag["name"] for tag in openapi_of(name)["tags"]}
    assert {tag for _, operation in operations(name) for tag in operation["tags"]} == told
