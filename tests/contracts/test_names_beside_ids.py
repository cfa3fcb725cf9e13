"""The id of a person or a structure in an answer, as OpenAPI describes it: its name stands with it, or why not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from tests.support import ROOT

from shared.kernel import SERVICES

FIELD = re.compile(
    r"(^|_)(by|actor|adviser|leader|person|persons|people|identity|account|scorer|declared|winner|provider|author"
    r"|validations|structure|structure_id)$"
)
DESCRIPTION = re.compile(r"pseudonym|The person, by the id|^The structure$")
"""Which fields have such an id: by their name, or by what is said of them."""
NO_ID = {
    "AcceptedRestore.by": "what an operator typed on the command line",
    "LastReconciliation.by": "what an operator typed on the command line",
    "FiguresResponse.by": "how the cases are grouped",
    "FigureResponse.dated_by": "a date, in French",
}
NO_NAME = {
    "DocumentData.structure": "the line that the document prints, with the name in it",
    "OwnTender.provider": "the key under which the reader, a provider, answers",
    "PersonHere.person": "the id that the DPO asked about, with all that is said of the person",
}


@dataclass(frozen=True)
class Found:
    """A field that has such an id. `is_named`: a name stands with it."""

    field: str
    where: str
    is_named: bool


AS_IT_TRAVELS = "/events"
"""What a service recorded, byte for byte as the others receive it; intake's `GET /api/v1/names` names who is in it."""


class Answers:
    """The fields of a service's answers to reads, within the objects that hold them."""

    def __init__(self, openapi: Mapping[str, Any]) -> None:
        self._openapi = openapi

    def found(self) -> Iterator[Found]:
        for path, operations in self._openapi["paths"].items():
            if path == AS_IT_TRAVELS:
                continue
            for answer in operations.get("get", {}).get("responses", {}).items():
                schema = answer[1].get("content", {}).get("application/json", {}).get("schema")
                if answer[0].startswith("2") and schema:
                    yield from self._walk(schema, path, "", named=False, within=())

    def _walk(
        self, schema: Mapping[str, Any], path: str, owner: str, *, named: bool, within: tuple[str, ...]
    ) -> Iterator[Found]:
        if reference := schema.get("$ref"):
            owner = reference.rpartition("/")[2]
            if owner in within:
                return
            schema, within = self._openapi["components"]["schemas"][owner], (*within, owner)
        for kind in ("anyOf", "oneOf", "allOf"):
            for each in schema.get(kind, ()):
                yield from self._walk(each, path, owner, named=named, within=within)
        fields = schema.get("properties", {})
        named = named or "names" in fields
        for name, each in fields.items():
            if self._has_id(name, each):
                beside = "name" in fields or f"{name}_name" in fields
                yield Found(f"{owner}.{name}", path, is_named=named or beside)
            yield from self._walk(each, path, owner, named=named, within=within)
        for kind in ("items", "additionalProperties"):
            if isinstance(inner := schema.get(kind), dict):
                yield from self._walk(inner, path, owner, named=named, within=within)

    def _has_id(self, name: str, schema: Mapping[str, Any]) -> bool:
        described = DESCRIPTION.search(schema.get("description", ""))
        return bool(FIELD.search(name) or described) and any(map(self._is_id, _alternatives(schema)))

    def _is_id(self, schema: Mapping[str, Any]) -> bool:
        """A text that is neither a code nor a date, or a list of such."""
        if schema.get("type") == "array":
            return any(map(self._is_id, _alternatives(schema.get("items") or {})))
        return schema.get("type") == "string" and "enum" not in schema and schema.get("format") in (None, "uuid")


def _alternatives(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [schema, *schema.get("anyOf", ())]


@cache
def found_in(service: str) -> tuple[Found, ...]:
    openapi = json.loads((ROOT / "shared" / "schemas" / f"{service}.openapi.json").read_text())
    return tuple(each for each in Answers(openapi).found() if each.field not in NO_ID)


@pytest.mark.parametrize("service", SERVICES)
def test_a_person_or_a_structure_is_named_wherever_their_id_is_read(service: str) -> None:
    assert len(found_in(service)) > 5
    bare = {f"{each.field} at {each.where}" for each in found_in(service) if not each.is_named}
    assert {each for each in bare if each.partition(" ")[0] not in NO_NAME} == set()


def test_what_has_no_name_is_still_there() -> None:
    bare = {each.field for service in SERVICES for each in found_in(service) if not each.is_named}
    assert bare == NO_NAME.keys()


def described(fields: Mapping[str, Any], around: Mapping[str, Any] | None = None) -> list[Found]:
    """What is found in the answer of one operation, a list of such objects."""
    row = {"type": "object", "properties": fields}
    page = {"properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}, **(around or {})}}
    content = {"content": {"application/json": {"schema": page}}}
    openapi = {"paths": {"/rows": {"get": {"responses": {"200": content}}}}, "components": {"schemas": {"Row": row}}}
    return list(Answers(openapi).found())


@pytest.mark.parametrize(
    "fields",
    [
        {"approved_by": {"type": "string"}},
        {"structure": {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]}},
        {"agreeing": {"type": "array", "items": {"type": "string"}, "description": "Who agrees, by pseudonym"}},
    ],
)
def test_a_bare_id_is_found_and_a_name_on_the_page_in_the_row_or_beside_it_is_too(fields: dict[str, Any]) -> None:
    assert [each.is_named for each in described(fields)] == [False]
    (name,) = fields
    names, text = {"type": "object", "additionalProperties": {"type": "string"}}, {"type": "string"}
    assert [each.is_named for each in described(fields, {"names": names})] == [True]
    assert [each.is_named for each in described(fields | {"names": names})] == [True]
    assert [each.is_named for each in described(fields | {f"{name}_name": text})] == [True]


@pytest.mark.parametrize(
    "fields",
    [
        {"by": {"type": "string", "enum": ["unit", "theme"]}},
        {"structure": {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}},
        {"adviser": {"type": "string", "format": "date"}},
        {"title": {"type": "string", "description": "What it is called"}},
    ],
)
def test_what_is_no_id_is_passed_over(fields: dict[str, Any]) -> None:
    assert described(fields) == []
