"""Commands in OpenAPI: the French label of each, and the problems that an operation answers, by slug."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.kernel import declared_refusals
from shared.web.requests.command_endpoints import CommandEndpoint

GENERAL_PROBLEMS = {
    400: ("malformed-request", "unreadable-reason"),
    401: ("unauthenticated",),
    403: ("forbidden", "choose-a-right", "link-expired", "without-rights"),
    404: ("unknown-case",),
    408: ("body-too-slow",),
    410: ("erased",),
    413: ("body-too-large",),
    415: ("not-json",),
    422: ("invalid-request",),
    428: ("reason-needed",),
    429: ("too-many-at-once", "too-many-requests"),
    503: ("busy", "issuer-unreachable", "storage-unavailable"),
}
"""By status, what any operation answers with it."""


def document_commands(openapi: dict[str, Any], endpoints: Iterable[CommandEndpoint]) -> dict[str, Any]:
    """Adds `x-label` to each command, and to each error the slugs of its problems (`x-problems`)."""
    for operations in openapi["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    answer["x-problems"] = sorted(GENERAL_PROBLEMS.get(int(status), ()))
    for endpoint in endpoints:
        found = openapi["paths"].get(endpoint.path, {})
        for operation in (found[method] for method in ("post", "delete") if method in found):
            operation["x-label"] = endpoint.title
            _add_refusals(operation["responses"], endpoint)
    return openapi


def _add_refusals(responses: dict[str, Any], endpoint: CommandEndpoint) -> None:
    commands = (endpoint.command, *((endpoint.becomes,) if endpoint.becomes else ()))
    refusals = {each for command in commands for each in declared_refusals(command)} | {*endpoint.may_refuse}
    found = [(each.status, each.slug) for each in refusals] + [(409, "stale-version"), (422, "idempotency-key-reused")]
    for status, slug in found:
        if (answer := responses.get(str(status))) is not None:
            answer["x-problems"] = sorted({*answer["x-problems"], slug})
