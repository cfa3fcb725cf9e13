"""Error responses in OpenAPI: each operation lists the problems it can answer, and no others."""

from __future__ import annotations

import re
from typing import Any

from shared.web.http.problems import Problem
from shared.web.http.rate_limits import UNLIMITED_PATHS

STATUS_MEANINGS = {
    400: "The request cannot be read",
    401: "No valid token",
    403: "The role may not",
    404: "No such case",
    408: "The body did not arrive in time",
    409: "The domain refuses, or the case has moved on",
    410: "What is needed was erased",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "The request is not well formed",
    428: "Auditors, the DPO and whoever reads an archive say first why they do",
    429: "Too often: Retry-After tells in how many seconds",
    503: "The database or the token's issuer does not answer",
}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an operation may answer beside what follows from what it takes."""
    return {status: {"description": STATUS_MEANINGS[status]} for status in statuses}


def document_problems(openapi: dict[str, Any]) -> dict[str, Any]:
    """Every problem that each operation can answer, and no other, under the media type that it is answered in."""
    for path, operations in openapi["paths"].items():
        for operation in operations.values():
            told: dict[str, Any] = {
                str(status): {"description": STATUS_MEANINGS[status]} for status in _implied(path, operation)
            }
            told |= {status: answer for status, answer in operation["responses"].items() if status != "422"}
            for status, answer in told.items():
                if int(status) >= 400:
                    answer["content"] = PROBLEM
            operation["responses"] = told
    shapes = openapi.setdefault("components", {}).setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        shapes.pop(replaced, None)
    shapes["Problem"] = Problem.model_json_schema()
    return openapi


def is_read_of_a_dossier(path: str, operation: dict[str, Any]) -> bool:
    """By the id that the address names: it asks who calls, changes nothing, and so is recorded."""
    names = re.search(r"\{(id|case)\}", path)
    return bool(names and operation.get("security") and "requestBody" not in operation)


def _implied(path: str, operation: dict[str, Any]) -> set[int]:
    """What can go wrong with what an operation takes: a token, a body, the id of a case, a version, parameters."""
    wrong = {422} if path in UNLIMITED_PATHS else {422, 429}
    if operation.get("security"):
        wrong |= {401, 403, 503}
    if body := operation.get("requestBody"):
        wrong |= {408, 413, 415}
        if "application/json" in body["content"]:
            wrong |= {400}
    if "{" in path:
        wrong |= {404}
    if is_read_of_a_dossier(path, operation):
        wrong |= {400, 428}
    return wrong
