"""Cursors that no page gave: with half of a surrogate pair, a NUL, or nested without an end."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

from tests.support.servers.served_service import Client, Served

ORDERS = ("-id", "due_on")
TEXTS = (
    *(f'["{order}", "{key}", "x"]' for order in ORDERS for key in ("\\ud800", "\\u0000")),
    '["-id", "", "no-id"]',
    '{"intake": "\\udfff"}',
    "[" * 700,
)
CURSORS = [urlsafe_b64encode(text.encode()).decode().rstrip("=") for text in TEXTS]


def lists_of(running: Served) -> Iterator[str]:
    """The operations that go on after a cursor, a text of their own."""
    for path, told in running.web.openapi()["paths"].items():
        for parameter in told.get("get", {}).get("parameters", ()):
            if parameter["name"] == "after" and is_text(parameter["schema"]) and "{" not in path:
                yield path


def is_text(schema: dict[str, Any]) -> bool:
    kinds = schema.get("anyOf", [schema])
    return any(each.get("type") == "string" and "format" not in each for each in kinds)


def check_wrong_cursors(reader: Client, path: str) -> None:
    for cursor in CURSORS:
        answer = reader.get(path, after=cursor)
        assert answer.status_code == 422, f"{path} {cursor}: {answer.status_code} {answer.text}"
        assert answer.json()["type"].endswith("/wrong-cursor"), answer.text
