"""The public body of an event in OpenAPI: one shape for each contract that it may have."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from shared.contracts.base import PublicEvent
from shared.web.http import MARK, PREFIX

JsonSchema = dict[str, Any]
BY_CONTRACT = "x-by-contract"


@dataclass(frozen=True, slots=True, eq=False)
class EventBody:
    """A body that was published under one of `contracts`; `x-by-contract` says which of them has which form.

    A contract gains optional fields, so an event that is older than one lacks it: none of these is always there.
    `encrypted`: whether the encrypted fields are shown."""

    contracts: tuple[type[PublicEvent], ...]
    encrypted: bool = True

    def __get_pydantic_json_schema__(self, _: Any, __: Any) -> JsonSchema:
        components: dict[str, JsonSchema] = {}
        by_contract = {contract.topic(): self._add(contract, components) for contract in self.contracts}
        references = [{"$ref": PREFIX + name} for name in dict.fromkeys(by_contract.values())]
        schema = {"schema": {"anyOf": references}, "components": components}
        return {MARK: json.dumps(schema), BY_CONTRACT: dict(sorted(by_contract.items()))}

    def _add(self, contract: type[PublicEvent], components: dict[str, JsonSchema]) -> str:
        """The name of the component, which is not that of the private event that has led to this one."""
        name, omitted = f"{contract.__name__}Body", () if self.encrypted else contract.encrypted
        schema = contract.model_json_schema(ref_template=PREFIX + "{model}")
        for part, form in schema.pop("$defs", {}).items():
            components[part] = form | {"x-model": True}
        properties = {each: form for each, form in schema["properties"].items() if each not in omitted}
        required = [each for each in schema.get("required", ()) if each not in omitted]
        components[name] = schema | {"title": name, "properties": properties, "required": required}
        return name


def event_body(contracts: Iterable[type[PublicEvent]], *, encrypted: bool = True) -> Any:
    """The type of a body that was published under one of the contracts; null alone, where there is none.

    `encrypted`: whether the encrypted fields are shown."""
    body = EventBody(tuple(contracts), encrypted)
    return Annotated[dict[str, Any], body] | None if body.contracts else None
