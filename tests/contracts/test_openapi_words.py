"""OpenAPI as a reader finds it: every operation, parameter and field is described."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from tests.support.generated.golden_samples import SERVICES, openapi_of


@pytest.fixture(scope="module", params=SERVICES)
def openapi(request: pytest.FixtureRequest) -> dict[str, Any]:
    document: dict[str, Any] = openapi_of(request.param)
    return document


def operations(openapi: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, by_method in openapi["paths"].items():
        for method, operation in by_method.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_has_a_summary_and_a_description(openapi: dict[str, Any]) -> None:
    for name, operation in operations(openapi):
        assert operation.get("summary"), name
        assert operation.get("description"), name


def test_every_operation_has_an_id_of_its_own(openapi: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(openapi)]
    assert len(ids) == len(set(ids))


def test_every_field_and_parameter_is_described(openapi: dict[str, Any]) -> None:
    fields = [
        f"{schema}.{field}"
        for schema, shape in openapi["components"]["schemas"].items()
        for field, declared in shape.get("properties", {}).items()
        if not declared.get("description")
    ]
    parameters = [
        f"{name}: {parameter['name']}"
        for name, operation in operations(openapi)
        for parameter in operation.get("parameters", ())
        if not parameter.get("description")
    ]
    assert (fields, parameters) == ([], []), "describe them where they are declared, or in field_descriptions.toml"


def test_every_tag_is_described_and_used(openapi: dict[str, Any]) -> None:
    used = {tag for _, operation in operations(openapi) for tag in operation["tags"]}
    assert [tag["name"] for tag in openapi["tags"] if not tag["description"]] == []
    assert {tag["name"] for tag in openapi["tags"]} == used


def enumerations(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Wherever a schema lists the values that it takes, with where that is."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from enumerations(each, f"{path}/{number}")
    elif isinstance(value, dict):
        if isinstance(value.get("enum"), list):
            yield path, value
        for name, each in value.items():
            if name not in ("example", "examples", "x-labels"):
                yield from enumerations(each, f"{path}/{name}")


def test_each_code_has_its_french_label(openapi: dict[str, Any]) -> None:
    found = list(enumerations(openapi))
    assert found
    without = [path for path, schema in found if schema["enum"] != list(schema.get("x-labels", ()))]
    assert without == [], "declare the codes as a LabelledEnum, or their labels in x-labels"


def test_no_code_is_its_own_label(openapi: dict[str, Any]) -> None:
    same_in_french = {"association", "conciliation", "incubation", "mandat_ad_hoc"}
    same = {
        code
        for _, schema in enumerations(openapi)
        for code, label in schema["x-labels"].items()
        if label.replace(" ", "_") == code
    }
    assert same <= same_in_french


def test_each_error_has_its_problems(openapi: dict[str, Any]) -> None:
    for name, operation in operations(openapi):
        for status, answer in operation["responses"].items():
            assert int(status) < 400 or "x-problems" in answer, (name, status)


def test_each_operation_has_its_french_label_outside_its_description(openapi: dict[str, Any]) -> None:
    without = [name for name, operation in operations(openapi) if not operation.get("x-label")]
    assert without == [], "name the operation in words.toml, or give the command a title"
    for name, operation in operations(openapi):
        assert operation["x-label"] not in operation["description"], name
    by_path = {name: operation["x-label"] for name, operation in operations(openapi)}
    said = [label for name, label in by_path.items() if name.startswith("GET") and "{id}/" not in name]
    assert {"État", "Liste"} & {*said} == set(), "say of what"


def test_a_link_is_a_command_that_may_be_sent_and_the_other_is_an_access_link(openapi: dict[str, Any]) -> None:
    named = [name for name in openapi["components"]["schemas"] if re.search(r"Link(?!ed)", name)]
    assert [name for name in named if name != "Link" and "AccessLink" not in name] == []


MONEY_NAMES = {
    "allocated",
    "amount",
    "available",
    "budget",
    "cash",
    "committed",
    "cost",
    "engaged",
    "income",
    "paid",
    "price",
    "result",
    "subsidies",
    "sum",
}
MONEY_WORDS = re.compile(r"\b(euros?|cents?|money|amount)\b", re.IGNORECASE)


def is_money(name: str, field: Mapping[str, Any]) -> bool:
    """Whether a field is a whole number that its name or its description calls money."""
    kinds = {each.get("type") for each in (field, *field.get("anyOf", ()))}
    is_called_money = MONEY_NAMES & {*name.split("_")} or MONEY_WORDS.search(field.get("description", ""))
    return "integer" in kinds and "x-unit" not in field and bool(is_called_money)


def test_money_is_in_cents_and_its_name_says_so(openapi: dict[str, Any]) -> None:
    shapes = openapi["components"]["schemas"].items()
    fields = [
        (f"{shape}.{name}", name, field) for shape, s in shapes for name, field in s.get("properties", {}).items()
    ]
    assert [path for path, name, field in fields if is_money(name, field)] == []


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("extra_amount", {"type": "integer"}),
        ("paid", {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ("left", {"type": "integer", "description": "What is left, in cents"}),
        ("total", {"type": "integer", "description": "The money of the year"}),
    ],
)
def test_money_under_another_name_is_found(name: str, field: dict[str, Any]) -> None:
    assert is_money(name, field)
    assert not is_money(name, field | {"x-unit": "euro cents"})


def test_amounts_and_durations_have_their_unit(openapi: dict[str, Any]) -> None:
    shapes = openapi["components"]["schemas"].values()
    fields = [(name, field) for shape in shapes for name, field in shape.get("properties", {}).items()]
    assert [name for name, field in fields if name.endswith(("_cents", "_days")) and "x-unit" not in field] == []
