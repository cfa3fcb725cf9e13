"""What has a service promised to the outside, and does it still keep it? OpenAPI and AsyncAPI, compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.kernel import event_name
from shared.messaging.asyncapi import asyncapi
from shared.runtime.service import Service

Schema = dict[str, Any]


def describe(service: Service) -> dict[str, Schema]:
    """By file name: what the service answers (OpenAPI), and what it tells and hears (AsyncAPI)."""
    return {
        f"{service.name}.openapi.json": service.web().openapi(),
        f"{service.name}.asyncapi.json": asyncapi(service.name, service.publishes, service.reactions)
        | {"x-recorded": _recorded(service)},
    }


def _recorded(service: Service) -> dict[str, str]:
    """Every event of the log by its name, with its French label: the header of each travels to whoever hears all."""
    names = [event_name(event) for decider in service.deciders for event in decider.events]
    return {name.name: name.label for name in names}


def schema_drift(service: Service, folder: Path) -> list[str]:
    """The committed files that are not what the program says today."""
    return [
        name
        for name, schema in describe(service).items()
        if not (folder / name).exists() or (folder / name).read_text() != dump_schema(schema)
    ]


def breaking_changes(before: Schema, now: Schema) -> list[str]:
    """Promises that are no longer kept: something removed, or something newly required of whoever calls or tells."""
    return [*_gone(before, now), *_stricter(before, now)]


def dump_schema(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _gone(before: Schema, now: Schema) -> Iterator[str]:
    for path, operations in before.get("paths", {}).items():
        for method, operation in operations.items():
            kept = now.get("paths", {}).get(path, {}).get(method)
            if kept is None:
                yield f"{method.upper()} {path} is gone"
                continue
            if operation.get("operationId") != kept.get("operationId"):
                yield f"{method.upper()} {path} is no longer called {operation.get('operationId')}"
            for status in operation["responses"].keys() - kept["responses"].keys():
                if int(status) < 400:  # a problem less breaks nothing
                    yield f"{method.upper()} {path} no longer answers {status}"
            required = {p["name"] for p in kept.get("parameters", []) if p.get("required")}
            for name in required - {p["name"] for p in operation.get("parameters", []) if p.get("required")}:
                yield f"{method.upper()} {path} newly requires {name}"
    for channel in before.get("channels", {}).keys() - now.get("channels", {}).keys():
        yield f"channel {channel} is gone"


def _stricter(before: Schema, now: Schema) -> Iterator[str]:
    old, new = _shapes(before), _shapes(now)
    for name, shape in old.items():
        kept = new.get(name)
        if kept is None:
            yield f"{name} is gone"
            continue
        for field in shape.get("properties", {}).keys() - kept.get("properties", {}).keys():
            yield f"{name}.{field} is gone"
        for field in set(kept.get("required", [])) - set(shape.get("required", [])):
            yield f"{name}.{field} is newly required"
        for value in set(shape.get("enum", [])) - set(kept.get("enum", [])):
            yield f"{name} no longer knows {value}"
        for field in sorted(shape.get("properties", {}).keys() & kept.get("properties", {}).keys()):
            yield from _narrower(f"{name}.{field}", shape["properties"][field], kept["properties"][field])


LOWER_LIMITS = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER_LIMITS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def _narrower(where: str, shape: Schema, kept: Schema) -> Iterator[str]:
    """What was taken there and no longer is: a type, or a value beyond a new limit."""
    now = _alternatives(kept)
    for kind, before in _alternatives(shape).items():
        after = now.get(kind)
        if after is None:
            yield f"{where} is no longer {kind}"
            continue
        for limit in LOWER_LIMITS:
            if after.get(limit, float("-inf")) > before.get(limit, float("-inf")):
                yield f"{where} has a higher {limit}"
        for limit in UPPER_LIMITS:
            if after.get(limit, float("inf")) < before.get(limit, float("inf")):
                yield f"{where} has a lower {limit}"
        if "items" in before and "items" in after:
            yield from _narrower(f"{where}[]", before["items"], after["items"])


def _alternatives(shape: Schema) -> dict[str, Schema]:
    """By kind: a type with its format, or the name of a shape."""
    if "anyOf" in shape:
        return {kind: one for each in shape["anyOf"] for kind, one in _alternatives(each).items()}
    kind = str(shape.get("$ref") or shape.get("type", "anything")).rpartition("/")[2]
    return {f"{kind} ({shape['format']})" if "format" in shape else kind: shape}


def _shapes(schema: Schema) -> dict[str, Schema]:
    shapes: dict[str, Schema] = schema.get("components", {}).get("schemas", {})
    return shapes
