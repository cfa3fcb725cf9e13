"""The published schemas of a service, OpenAPI and AsyncAPI, and the comparison that finds breaking changes."""

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
    """By file name: the OpenAPI document, and the AsyncAPI document with the names of all recorded events."""
    return {
        f"{service.name}.openapi.json": service.web().openapi(),
        f"{service.name}.asyncapi.json": asyncapi(service.name, service.publishes, service.reactions)
        | {"x-recorded": _event_labels(service)},
    }


def _event_labels(service: Service) -> dict[str, str]:
    """The name of every recorded event → its French label. Headers of private events are published to audit as well."""
    names = [event_name(event) for decider in service.deciders for event in decider.events]
    return {name.name: name.label for name in names}


def schema_drift(service: Service, folder: Path) -> list[str]:
    """The names of the committed files that differ from what the code gives."""
    return [
        name
        for name, schema in describe(service).items()
        if not (folder / name).exists() or (folder / name).read_text() != dump_schema(schema)
    ]


def breaking_changes(old: Schema, current: Schema) -> list[str]:
    """What breaks a client of the old schema, one line each: something removed, or something newly required."""
    return [*_removals(old, current), *_stricter(old, current)]


def dump_schema(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _removals(old: Schema, current: Schema) -> Iterator[str]:
    for path, operations in old.get("paths", {}).items():
        for method, operation in operations.items():
            new = current.get("paths", {}).get(path, {}).get(method)
            if new is None:
                yield f"{method.upper()} {path} is gone"
                continue
            if operation.get("operationId") != new.get("operationId"):
                yield f"{method.upper()} {path} is no longer called {operation.get('operationId')}"
            for status in operation["responses"].keys() - new["responses"].keys():
                if int(status) < 400:  # one problem less breaks no client
                    yield f"{method.upper()} {path} no longer answers {status}"
            required = {p["name"] for p in new.get("parameters", []) if p.get("required")}
            for name in required - {p["name"] for p in operation.get("parameters", []) if p.get("required")}:
                yield f"{method.upper()} {path} newly requires {name}"
    for channel in old.get("channels", {}).keys() - current.get("channels", {}).keys():
        yield f"channel {channel} is gone"


def _stricter(old: Schema, current: Schema) -> Iterator[str]:
    current_shapes = _shapes(current)
    for name, shape in _shapes(old).items():
        new = current_shapes.get(name)
        if new is None:
            yield f"{name} is gone"
            continue
        for field in shape.get("properties", {}).keys() - new.get("properties", {}).keys():
            yield f"{name}.{field} is gone"
        for field in set(new.get("required", [])) - set(shape.get("required", [])):
            yield f"{name}.{field} is newly required"
        for value in set(shape.get("enum", [])) - set(new.get("enum", [])):
            yield f"{name} no longer knows {value}"
        for field in sorted(shape.get("properties", {}).keys() & new.get("properties", {}).keys()):
            yield from _narrower(f"{name}.{field}", shape["properties"][field], new["properties"][field])


LOWER_LIMITS = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER_LIMITS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def _narrower(where: str, shape: Schema, new: Schema) -> Iterator[str]:
    """What was accepted there and no longer is: a type, or a value beyond a new limit."""
    current = _alternatives(new)
    for kind, old in _alternatives(shape).items():
        after = current.get(kind)
        if after is None:
            yield f"{where} is no longer {kind}"
            continue
        for limit in LOWER_LIMITS:
            if after.get(limit, float("-inf")) > old.get(limit, float("-inf")):
                yield f"{where} has a higher {limit}"
        for limit in UPPER_LIMITS:
            if after.get(limit, float("inf")) < old.get(limit, float("inf")):
                yield f"{where} has a lower {limit}"
        if "items" in old and "items" in after:
            yield from _narrower(f"{where}[]", old["items"], after["items"])


def _alternatives(shape: Schema) -> dict[str, Schema]:
    """By kind (a type with its format, or the name of a shape): the shape."""
    if "anyOf" in shape:
        return {kind: one for each in shape["anyOf"] for kind, one in _alternatives(each).items()}
    kind = str(shape.get("$ref") or shape.get("type", "anything")).rpartition("/")[2]
    return {f"{kind} ({shape['format']})" if "format" in shape else kind: shape}


def _shapes(schema: Schema) -> dict[str, Schema]:
    shapes: dict[str, Schema] = schema.get("components", {}).get("schemas", {})
    return shapes
