"""Error responses in OpenAPI: each operation lists the problems it can answer, and no others."""

from __future__ import annotations

import re
from typing import Any

from shared.web.http.problems import ProblemDetails

UNLIMITED_PATHS = frozenset({"/livez", "/readyz"})
"""Of health checks, which have no token and no limit."""
STATUS_MEANINGS = {
    400: "The request is not readable",
    401: "The token is missing or not valid",
    403: "The caller may not; `policy` names the rule",
    404: "Nothing has this id, or this name",
    408: "The body did not arrive in time",
    409: "A rule refuses the command, or the version is no longer the last",
    410: "The data was erased",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "A field or a parameter is not valid",
    428: "Auditors, the DPO and readers of an archived case give their reason first (DLA-Reason)",
    429: "Too many requests: Retry-After gives the seconds to wait",
    503: "The database or the identity provider does not answer; try again",
}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Further problems of an operation, next to those that follow from its parameters and body."""
    return {status: {"description": STATUS_MEANINGS[status]} for status in statuses}


def document_problems(openapi: dict[str, Any]) -> dict[str, Any]:
    """Every problem that each operation can answer, and no other, under the media type that it is answered in."""
    for path, operations in openapi["paths"].items():
        for operation in operations.values():
            responses: dict[str, Any] = {
                str(status): {"description": STATUS_MEANINGS[status]} for status in _implied_statuses(path, operation)
            }
            responses |= {status: answer for status, answer in operation["responses"].items() if status != "422"}
            for status, answer in responses.items():
                if int(status) >= 400:
                    answer["content"] = PROBLEM
            operation["responses"] = responses
    shapes = openapi.setdefault("components", {}).setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        shapes.pop(replaced, None)
    shapes["ProblemDetails"] = ProblemDetails.model_json_schema()
    return openapi


def is_read_of_a_dossier(path: str, operation: dict[str, Any]) -> bool:
    """Whether an operation shows the case that its path names, so that the read is recorded."""
    names = re.search(r"\{(id|case|unit)\}", path)
    return bool(names and operation.get("security") and "requestBody" not in operation)


def _implied_statuses(path: str, operation: dict[str, Any]) -> set[int]:
    """The statuses that follow from what an operation takes: a token, a body, an id, parameters."""
    wrong = {422} if path in UNLIMITED_PATHS else {422, 429}
    if operation.get("security"):
        wrong |= {401, 403, 503}
    if body := operation.get("requestBody"):
        wrong |= {408, 413, 415}
        if "application/json" in body["content"]:
            wrong |= {400}
    if operation.get("security") and "requestBody" not in operation:  # a position to wait for is not readable
        wrong |= {400}
    if "{" in path:
        wrong |= {404}
    if is_read_of_a_dossier(path, operation):
        wrong |= {400, 428}
    return wrong
