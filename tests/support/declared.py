"""For which roles is each operation of a service? As its endpoint says it, read from its code without running it."""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from fastapi.routing import iter_route_contexts
from samples import service

from shared.decider import Role

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


def roles_of(function: Callable[..., Any]) -> frozenset[Role] | None:
    """Of several questions the first, which is for the most roles."""
    function = inspect.unwrap(function)
    known = {**vars(builtins), **function.__globals__, **inspect.getclosurevars(function).nonlocals}
    for call in _calls(function):
        if isinstance(call.func, ast.Name) and call.func.id in ASKS:
            told = eval(compile(ast.Expression(call.args[1]), "<roles>", "eval"), known)
            return frozenset(told)
    return None


def _by_dependency(route: Any) -> frozenset[Role] | None:
    dependant = getattr(getattr(route, "original_route", route), "dependant", None)
    for dependency in dependant.dependencies if dependant else ():
        if roles := roles_of(dependency.call):
            return roles
    return None


def _calls(function: Callable[..., Any]) -> Iterator[ast.Call]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))
