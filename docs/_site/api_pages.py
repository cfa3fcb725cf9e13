"""Operations, problems and events, read from the published schemas and the tables of decisions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from markdown_text import cell, plain, table
from packages import ROOT, SERVICES, WITH_LOG

SCHEMAS = ROOT / "shared" / "schemas"
METHODS = ("get", "post", "put", "patch", "delete")
DECISION = re.compile(r"^\*\*(?P<aggregate>[a-z -]+)\*\*$|^(?P<row>\| `[A-Z]\w+` \|(?: [^|\n]*\|){3})$", re.MULTILINE)
COMMANDS = """# Commands

Each command of each aggregate: who may give it, which events it may record, and which refusals it may meet. *Work* is
adviser, manager and DLA régional; *itself* is the system: a reaction, a deadline or another aggregate. How a command is
given over HTTP is in [Operations](operations.md); what a refusal means, in [Problems](problems.md).
"""
OPERATIONS = """# Operations

Every operation of each HTTP API, from its OpenAPI document: `shared/schemas` in the repository, `/openapi.json` of
a running service, and `/docs` of a running service for people. Who may call each is in [Rights](../rights.md).
"""
EVENTS = """# Events

Each service records its own events, for ever, in its own log. Some of them lead to an *integration event*: what
other services and partners read, with a public body. Integration events only grow; the formal description is the
AsyncAPI document of each service, in `shared/schemas`.
"""


def operations() -> str:
    parts = [OPERATIONS]
    for name, api in _documents("openapi"):
        parts.append(f"\n## {name}\n\n{api['info'].get('description', '')}\n")
        labels = {tag["name"]: tag.get("description", "") for tag in api.get("tags", ())}
        for tag, rows in _by_tag(api).items():
            parts.append(f"\n### {name}: {tag}\n\n{labels.get(tag, '')}\n")
            parts.append(table(("operation", "path", "what it does", "roles"), rows))
    return "".join(parts)


def commands() -> str:
    parts = [COMMANDS]
    for name in SERVICES:
        text = (ROOT / "services" / name / "README.md").read_text()
        rows: dict[str, list[tuple[str, ...]]] = {}
        for found in DECISION.finditer(text):
            if found["aggregate"]:
                aggregate = found["aggregate"]
            else:
                rows.setdefault(aggregate, []).append(tuple(found["row"].strip("| ").split(" | ")))
        for aggregate, decisions in rows.items():
            parts.append(f"\n### {name}: {aggregate}\n")
            parts.append(table(("command", "by", "events", "refusals"), decisions))
    return "".join(parts)


def events() -> str:
    parts = [EVENTS]
    for name, api in _documents("asyncapi"):
        parts.append(f"\n## {name}\n")
        if sent := [(f"`{contract}`", cell(text)) for contract, _, text in _messages(api, "send")]:
            parts += [f"\n### {name}: published\n", table(("integration event", "what it says"), sent)]
        if received := [(f"`{contract}`", of, cell(text)) for contract, of, text in _messages(api, "receive")]:
            head = ("integration event", "from", "what follows")
            parts += [f"\n### {name}: received\n", table(head, received)]
        if recorded := [(f"`{event}`", cell(label)) for event, label in sorted(api.get("x-recorded", {}).items())]:
            parts += [f"\n### {name}: recorded\n", table(("stored event", "in the timeline"), recorded)]
    return "".join(parts)


def _documents(kind: str) -> Iterator[tuple[str, Any]]:
    for name in WITH_LOG:
        yield name, json.loads((SCHEMAS / f"{name}.{kind}.json").read_text())


def _by_tag(api: Mapping[str, Any]) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for path, method, operation in _each(api):
        roles = " ".join(f"`{role}`" for role in operation.get("x-roles", ()))
        row = f"`{operation['operationId']}`", f"`{method.upper()} {path}`", cell(_summary(operation)), roles
        for tag in operation.get("tags") or ["general"]:
            found.setdefault(tag, []).append(row)
    return found


def _each(api: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for path, methods in api["paths"].items():
        yield from ((path, method, operation) for method, operation in methods.items() if method in METHODS)


def _summary(operation: Mapping[str, Any]) -> str:
    return " — ".join(filter(None, (operation.get("summary"), plain(operation.get("description")))))


def statuses() -> dict[str, str]:
    return {
        status: answer["description"]
        for _, api in _documents("openapi")
        for _, _, operation in _each(api)
        for status, answer in operation["responses"].items()
        if status >= "400"
    }


def _messages(api: Mapping[str, Any], action: str) -> Iterator[tuple[str, str, str]]:
    """Of each message that is sent or received: its contract, its publisher, and what is said of it."""
    for operation in api["operations"].values():
        if operation["action"] == action:
            channel = api["channels"][operation["channel"]["$ref"].rpartition("/")[2].replace("%20", " ")]
            _, _, publisher, _, event, version = channel["address"].split(".")
            yield f"{event}:{version}", publisher, plain(channel.get("description"))
