"""Each answer in OpenAPI has a type of its own, as deep as it goes: a client of it can be generated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.generated.golden_samples import SERVICES, openapi_of

COMPONENTS = "#/components/schemas/"
FREE = {
    "ChangedField.before": "a value of any field of the state",
    "ChangedField.after": "the same",
    "StoredEvents.schemas.*": "a JSON Schema, of the event that it describes",
}
"""What is of no type that can be named, and why."""
WORDS = frozenset({"title", "description", "default", "example", "examples"})


def untyped_parts(schema: dict[str, Any], components: dict[str, Any], path: str = "answer") -> Iterator[str]:
    """Where a value may be anything: by the component that says it, and the path in it."""
    seen: set[str] = set()

    def walk(form: dict[str, Any], path: str) -> Iterator[str]:
        if "$ref" in form:
            name = form["$ref"].removeprefix(COMPONENTS)
            if name not in seen:
                seen.add(name)
                yield from walk(components[name], name)
            return
        inner = [*form.get("anyOf", ()), *form.get("oneOf", ()), *form.get("allOf", ()), *form.get("prefixItems", ())]
        members = {f"{path}.{name}": each for name, each in form.get("properties", {}).items()}
        items = [each for name in ("items", "additionalProperties") if isinstance(each := form.get(name), dict)]
        nothing = not form.keys() - WORDS
        bare_object = form.get("type") == "object" and "properties" not in form and not items
        bare_list = form.get("type") == "array" and not items and not inner
        if nothing or bare_object or bare_list:
            yield path
        for each in inner:
            yield from walk(each, path)
        for member, each in members.items():
            yield from walk(each, member)
        for each in items:
            yield from walk(each, f"{path}.*")

    yield from walk(schema, path)


def successful_answers(openapi: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                for media, content in answer.get("content", {}).items() if int(status) < 400 else ():
                    yield f"{method.upper()} {path} {status} {media}", content.get("schema", {})


@pytest.mark.parametrize("name", SERVICES)
def test_no_answer_has_a_part_of_no_type(name: str) -> None:
    openapi = openapi_of(name)
    found = {
        (operation, part)
        for operation, schema in successful_answers(openapi)
        for part in untyped_parts(schema, openapi["components"]["schemas"])
    }
    assert {each for each in found if each[1] not in FREE} == set()


def test_what_is_said_to_be_free_is_free() -> None:
    documents = [openapi_of(name) for name in SERVICES]
    free = {
        part
        for each in documents
        for _, schema in successful_answers(each)
        for part in untyped_parts(schema, each["components"]["schemas"])
    }
    assert free == FREE.keys()


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"title": "Answer", "description": "Anything"},
        {"type": "object"},
        {"type": "object", "additionalProperties": True},
        {"type": "array"},
        {"type": "array", "items": {}},
        {"anyOf": [{"type": "null"}, {"type": "object"}]},
        {"type": "object", "properties": {"inside": {"type": "object", "additionalProperties": {}}}},
        {"$ref": f"{COMPONENTS}Inside"},
    ],
)
def test_a_part_of_no_type_is_found(schema: dict[str, Any]) -> None:
    assert [*untyped_parts(schema, {"Inside": {"properties": {"of": {"type": "object"}}}})]


def test_a_part_with_a_type_is_none_of_them() -> None:
    typed = {"type": "object", "properties": {"names": {"type": "object", "additionalProperties": {"type": "string"}}}}
    assert [*untyped_parts({"anyOf": [typed, {"type": "null"}]}, {})] == []
