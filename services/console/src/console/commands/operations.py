"""The commands of the services, as their OpenAPI documents describe them: address, French label, roles, schema."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from console.upstream.services import Reader, Services, UpstreamError

API = "/api/v1/"
JSON = "application/json"
READ_AGAIN_SECONDS = 600.0
"""How old a document may be: a service that was updated is known again after that."""
PLACEHOLDER = re.compile(r"\{(\w+)\}")
SEGMENT = r"[A-Za-z0-9_.~-]+"
"""A part of an address: no slash, no percent sign, nothing that could lead elsewhere."""
DOTS = {".", ".."}


@dataclass(frozen=True, slots=True)
class CommandOperation:
    """One command of a service. `template`: its path, with placeholders. `command`: the name of its schema, such as
    `RecordMeeting`; of an upload, none. `versioned`: it takes If-Match. `schema`: of the body, with `schemas` for what
    it refers to. `kinds`: of an upload, by code."""

    service: str
    template: str
    label: str
    command: str
    roles: frozenset[str]
    versioned: bool
    schema: Mapping[str, Any]
    schemas: Mapping[str, Any] = field(repr=False)
    kinds: Mapping[str, str] | None = None

    @property
    def is_upload(self) -> bool:
        return self.kinds is not None

    def match(self, path: str) -> dict[str, str] | None:
        """The values of the placeholders; null for the path of another operation."""
        pattern = "/".join(
            f"(?P<{name[1]}>{SEGMENT})" if (name := PLACEHOLDER.fullmatch(part)) else re.escape(part)
            for part in self.template.split("/")
        )
        found = re.fullmatch(pattern, path)
        return None if found is None or DOTS & set(found.groupdict().values()) else found.groupdict()

    @property
    def aggregate(self) -> str | None:
        """The path of what the command is for, with placeholders: up to its `{id}`; null when it creates one."""
        before, found, _ = self.template.partition("{id}")
        return before + found if found else None


def parse_operations(service: str, document: Mapping[str, Any]) -> list[CommandOperation]:
    """The commands of an OpenAPI document: each POST with a French label whose body is an object, or a file."""
    schemas = document["components"]["schemas"]
    found = []
    for path, methods in document["paths"].items():
        post = methods.get("post")
        if not path.startswith(API) or not post or not post.get("x-label"):
            continue
        content = post.get("requestBody", {}).get("content", {})
        parameters = {each["name"].lower(): each for each in post.get("parameters", [])}
        if JSON in content:
            name = content[JSON]["schema"].get("$ref", "").rpartition("/")[2]
            schema, kinds = schemas.get(name), None
        else:
            name, schema, kinds = "", {}, _kinds(parameters, schemas)
        if schema is not None and (name or kinds is not None) and schema.get("type", "object") == "object":
            found.append(
                CommandOperation(
                    service,
                    path.removeprefix(API),
                    label=post["x-label"],
                    command=name,
                    roles=frozenset(post.get("x-roles", ())),
                    versioned="if-match" in parameters,
                    schema=schema,
                    schemas=schemas,
                    kinds=kinds,
                )
            )
    return found


def _kinds(parameters: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, str] | None:
    if "kind" not in parameters or "content-disposition" not in parameters:
        return None
    schema = schemas[parameters["kind"]["schema"]["$ref"].rpartition("/")[2]]
    labels = schema.get("x-labels", {})
    return {code: labels.get(code, code) for code in schema["enum"]}


def find_operation(operations: list[CommandOperation], path: str) -> tuple[CommandOperation, dict[str, str]] | None:
    """The operation at a path below /api/v1/, with the values of its placeholders; one without any comes first."""
    matches = [(each, found) for each in operations if (found := each.match(path)) is not None]
    return min(matches, key=lambda match: len(match[1]), default=None)


def fill_path(template: str, parameters: Mapping[str, str]) -> str:
    """The path of the API, each placeholder replaced."""
    return API + PLACEHOLDER.sub(lambda found: quote(parameters[found[1]], safe=""), template)


class Catalogue:
    """The operations of each service, read from its `/openapi.json` and kept; the old ones while it does not answer."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: dict[str, tuple[float, list[CommandOperation]]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def operations(self, service: str) -> list[CommandOperation]:
        """Raises UpstreamError when the service was never reached."""
        async with self._locks.setdefault(service, asyncio.Lock()):
            read_at, known = self._known.get(service, (float("-inf"), []))
            if time.monotonic() - read_at < READ_AGAIN_SECONDS:
                return known
            try:
                document = await self._services.json(Reader(None), service, "/openapi.json")
            except UpstreamError:
                if known:
                    return known
                raise
            operations = await asyncio.to_thread(parse_operations, service, document)
            self._known[service] = (time.monotonic(), operations)
            return operations

    async def find(self, service: str, path: str) -> tuple[CommandOperation, dict[str, str]] | None:
        """Raises UpstreamError."""
        return find_operation(await self.operations(service), path)
