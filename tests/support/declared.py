"""For which roles is each operation of a service? As its endpoint says it, read from its code without running it."""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from fastapi.routing import iter_route_contexts
from tests.support.golden_samples import service

from shared.kernel import Role

ASKS = {"allowed", "whole_or_headers"}
"""The functions that an endpoint asks, with the roles that it is for."""


def declared(name: str) -> dict[str, frozenset[Role] | None]:
    """By "GET /path"; null for what asks for no role: it is told to anybody, or to whoever is identified."""
    web = service(name).web()
    listed = {f"{method.upper()} {path}" for path, told in web.openapi()["paths"].items() for method in told}
    found = {}
    for route in iter_route_contexts(web.routes):
        endpoint = getattr(route, "endpoint", None)
        path = (route.path or "").replace(":path}", "}")
        for method in getattr(route, "methods", None) or ():
            if endpoint and (which := f"{method} {path}") in listed:
                found[which] = roles_of(endpoint) or _by_dependency(route)
    assert found.keys() == listed, listed ^ found.keys()
    return found


def roles_of(function: Callable[..., Any], deep: int = 3) -> frozenset[Role] | None:
    """Of several questions the first, asked by the endpoint itself or by what it calls."""
    function = inspect.unwrap(function)
    if not inspect.isfunction(function):
        return None
    known = {**vars(builtins), **function.__globals__, **inspect.getclosurevars(function).nonlocals}
    for call in _calls(function):
        if not isinstance(call.func, ast.Name):
            continue
        if call.func.id in ASKS and not _given(call.args[1], known):
            continue
        if call.func.id in ASKS:
            return frozenset(eval(compile(ast.Expression(call.args[1]), "<roles>", "eval"), known))
        called: Any = known.get(call.func.id)
        if deep and "allowed" in getattr(called, "__globals__", ()) and (roles := roles_of(called, deep - 1)):
            return roles
    return None


def _given(roles: ast.expr, known: dict[str, Any]) -> bool:
    """Not by whoever calls, as an argument."""
    return all(node.id in known for node in ast.walk(roles) if isinstance(node, ast.Name))


def _by_dependency(route: Any) -> frozenset[Role] | None:
    dependant = getattr(getattr(route, "original_route", route), "dependant", None)
    for dependency in dependant.dependencies if dependant else ():
        if roles := roles_of(dependency.call):
            return roles
    return None


def _calls(function: Callable[..., Any]) -> Iterator[ast.Call]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))
