"""A person's name put wherever a request has room for it, to find responses and log lines that repeat it."""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from tests.support.checks.declared import declared
from tests.support.generated.golden_samples import openapi_of
from tests.support.servers.served_service import REASON, Served

from shared.kernel import Role

NAME = "Zénaïde Kerplantec"
WORD = "kerplantec"
RequestParts = tuple[str, str, Any, dict[str, str]]
"""Method, address with its query, body, headers."""


def wrong(name: str, case: str) -> Iterator[tuple[frozenset[Role], RequestParts]]:
    """For each operation of a service: the name in the address, and where it takes a body in place of each value, as
    what holds it, as an extra field, and in each header. `case`: one that is there."""
    roles, openapi = declared(name), openapi_of(name)
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
            for_whom = roles[f"{method.upper()} {path}"] or frozenset(Role)
            address = re.sub(r"{[a-z]+}", quote(NAME), path)
            yield for_whom, (method, f"{address}?{quote(NAME)}={quote(NAME)}&unit={quote(NAME)}", body, {})
            if body is None:
                continue
            there = re.sub(r"{(id|case)}", case, path, count=1)
            there = re.sub(r"{[a-z]+}", lambda _: str(uuid4()), there)
            for each in planted(body):
                yield for_whom, (method, there, each, {})
            for header in ("If-Match", "Idempotency-Key", "DLA-Right", "DLA-Reason", "DLA-Correlation"):
                yield for_whom, (method, there, {}, {header: quote(NAME) * 20})


def planted(body: Any) -> Iterator[Any]:
    for at in _places(body, ()):
        for instead in (NAME, NAME * 500, {NAME: [NAME]}):
            yield _with(body, at, instead)
    yield _with_extra_fields(body)
    yield NAME


def _places(value: Any, at: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield (*at, key)
        yield from _places(each, (*at, key))


def _with(body: Any, at: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(body)
    place = changed
    for key in at[:-1]:
        place = place[key]
    place[at[-1]] = value
    return changed


def _with_extra_fields(value: Any) -> Any:
    match value:
        case dict():
            return {key: _with_extra_fields(each) for key, each in value.items()} | {NAME: NAME}
        case list():
            return [_with_extra_fields(each) for each in value]
    return value


class LogLines(logging.Handler):
    """What is logged, with its traceback, but for the test's own client."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self.addFilter(lambda record: not record.name.startswith("httpx"))
        self.setFormatter(logging.Formatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def leaks(running: Served, name: str, case: str, unit: str, only: str = "") -> tuple[int, list[str]]:
    """How many answers refused, and each answer or line of log that tells the name again; `only`: of some addresses."""
    log_lines, refused, found = LogLines(), 0, []
    root = logging.getLogger()
    root.addHandler(log_lines)
    try:
        for roles, (method, path, body, headers) in wrong(name, case):
            if only not in path:
                continue
            role = next((each for each in (Role.MANAGER, Role.ADVISER, Role.DPO) if each in roles), min(roles))
            bound = role in (Role.LEADER, Role.PROVIDER)
            token = running.issuer.mint(
                role, subject="somebody", unit=None if bound else unit, case=case if bound else None
            )
            known = {"Authorization": f"Bearer {token}", "DLA-Reason": quote(REASON), **headers}
            answer = running.http.request(method.upper(), path, json=body, headers=known)
            if answer.status_code >= 400:
                refused += 1
                if WORD in answer.text.lower() or WORD in str(answer.headers).lower():
                    found.append(f"{answer.status_code} {method} {path}: {answer.text[:300]}")
        found += [f"log: {line[:300]}" for line in log_lines.lines if WORD in line.lower()]
    finally:
        root.removeHandler(log_lines)
    return refused, found
