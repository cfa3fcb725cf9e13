"""Strict query parameters: one that an operation does not take is refused by name (422), and never ignored."""

from __future__ import annotations

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import Cookie, Header, Path
from fastapi.routing import APIRoute

from shared.web.http.problems import ProblemError

MAX_PARAMETERS = 300
"""A list takes 200 `id`, and some twenty filters."""
DECLARED_ELSEWHERE = (Path, Header, Cookie)


async def reject_unknown_parameters(request: Request) -> None:
    """Raises RequestValidationError that names each parameter which the operation does not take, or ProblemError 400
    for more of them than any takes."""
    if request.scope["query_string"].count(b"&") >= MAX_PARAMETERS:
        detail = f"L’adresse a plus de {MAX_PARAMETERS}\u00a0paramètres."
        raise ProblemError(400, "malformed-request", "Demande illisible", detail)
    if not request.query_params:
        return
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    if unknown := sorted(request.query_params.keys() - _declared_parameters(route)):
        raise RequestValidationError([{"type": "extra_forbidden", "loc": ("query", name)} for name in unknown])


def _declared_parameters(route: APIRoute) -> frozenset[str]:
    return frozenset(
        each.alias for each in get_flat_params(route.dependant) if not isinstance(each.field_info, DECLARED_ELSEWHERE)
    )
