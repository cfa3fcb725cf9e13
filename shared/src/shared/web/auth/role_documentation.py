"""The roles of each operation in OpenAPI, as the extension `x-roles`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from shared.kernel import Role
from shared.web.auth.authorization import RequiredRoles
from shared.web.auth.every_right import EveryRight


def document_roles(openapi: dict[str, Any], routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """Adds to each operation the roles that its route declares; none where anybody, or any token, is answered."""
    for context in iter_route_contexts(routes):
        route = context.original_route
        if not isinstance(route, APIRoute) or context.path_format is None:
            continue
        operations = openapi["paths"].get(context.path_format, {})
        roles = required_roles(route.dependant)
        for method in context.methods or ():
            if roles is not None and (operation := operations.get(method.lower())):
                operation["x-roles"] = [role.value for role in Role if role in roles]
    return openapi


def required_roles(dependant: Dependant) -> frozenset[Role] | None:
    """The roles that a route declares by `requires`, at whatever depth; null for one that declares none."""
    if isinstance(dependant.call, RequiredRoles | EveryRight):
        return dependant.call.roles
    found = (required_roles(dependency) for dependency in dependant.dependencies)
    return next((roles for roles in found if roles is not None), None)
