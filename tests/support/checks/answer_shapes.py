"""Answers compared with what OpenAPI says of them: each member is declared, and whatever is required is there."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import httpx
import jsonschema_rs
from tests.support.generated.golden_samples import SERVICES, openapi_of, service

Json = Any
COMPONENTS = "#/components/schemas/"


class WrongAnswer(AssertionError):
    """An answer is not of the shape that OpenAPI promises."""


class AnswerShapes:
    """The shapes of one service's answers."""

    def __init__(self, openapi: dict[str, Any]) -> None:
        self._components = openapi["components"]["schemas"]
        self._by_event = (
            self._components.get("HistoryEntry", {}).get("properties", {}).get("data", {}).pop("x-by-event", {})
        )
        if self._by_event:
            self._components["HistoryEntry"]["properties"]["data"] = {}
        self._by_contract: dict[str, str] = {}
        for published in ("EventMessage", "TimelineEntry", "FeedEntry"):
            properties = self._components.get(published, {}).get("properties", {})
            for form in properties.pop("body", {}).get("anyOf", ()):
                self._by_contract |= form.get("x-by-contract", {})
            properties["body"] = {}
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operations)
            for path, operations in sorted(openapi["paths"].items(), key=lambda found: "{" in found[0])
        ]
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def check(self, method: str, path: str, status: int, body: Json) -> bool:
        """Whether there is a shape to compare with. Raises WrongAnswer."""
        schema = self._schema(method.lower(), path, str(status))
        if schema is None:
            return False
        self._validate(f"{method} {path}", schema, body)
        for entry in body if isinstance(body, list) else ():
            if entry.keys() >= {"event", "data"}:
                self._validate(entry["event"], {"$ref": COMPONENTS + self._by_event[entry["event"]]}, entry["data"])
        events = (body.get("events") or body.get("items") or ()) if isinstance(body, dict) else ()
        for entry in events:
            if isinstance(entry, dict) and entry.keys() >= {"contract", "body"}:
                self._check_public_body(entry["contract"], entry["body"])
        return True

    def _check_public_body(self, contract: str | None, body: Json) -> None:
        """The body that its contract describes, and no member that the contract has not; null without a contract."""
        if contract is None:
            if body is not None:
                raise WrongAnswer(f"a body without a contract: {body}")
        elif contract not in self._by_contract:
            raise WrongAnswer(f"{contract}: not among the contracts that the body may have")
        else:
            reference = {"$ref": COMPONENTS + self._by_contract[contract]}
            self._validate(contract, reference | {"unevaluatedProperties": False}, body)

    def _schema(self, method: str, path: str, status: str) -> Json:
        for pattern, operations in self._paths:
            if method in operations and pattern.fullmatch(path):
                answer = operations[method]["responses"].get(status, {})
                return answer.get("content", {}).get("application/json", {}).get("schema")
        return None

    def _validate(self, name: str, schema: Json, value: Json) -> None:
        key = str(schema)
        if key not in self._validators:
            document = schema | {"components": {"schemas": self._components}}
            self._validators[key] = jsonschema_rs.Draft202012Validator(document, validate_formats=True)
        if error := next(self._validators[key].iter_errors(value), None):
            where = "/".join(map(str, error.instance_path))
            raise WrongAnswer(f"{name} at /{where}: {error.message[:400]}")


@cache
def answer_shapes(name: str) -> AnswerShapes:
    return AnswerShapes(openapi_of(name))


@cache
def _name_of(title: str) -> str | None:
    return next((name for name in SERVICES if service(name).title == title), None)


def check_answer(title: str, answer: httpx.Response) -> bool:
    """Compares an answer of the service that has this title. Raises WrongAnswer."""
    json = answer.headers.get("Content-Type", "").startswith("application/json")
    if not (answer.is_success and json) or (name := _name_of(title)) is None:
        return False
    return answer_shapes(name).check(answer.request.method, answer.request.url.path, answer.status_code, answer.json())
