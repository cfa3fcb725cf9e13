"""An index of routes: FastAPI tries one regular expression after the other, of which a service has a hundred.

It stands before the routes that it knows, and finds the one that FastAPI would find. What it does not find, FastAPI
looks for itself, with all that follows: another method, an unknown path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.routing import APIRoute
from starlette.convertors import StringConvertor
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

Shape = tuple[int, ...]
"""Which segments of a path are words, and not parameters."""
Words = tuple[str, ...]
Parameters = tuple[tuple[int, str], ...]
"""The places of the parameters in a path, with their names."""
FOUND, FAILED = "route_index.found", "route_index.failed"
"""In the scope of a request: its route, and the error of one that was answered already, for FastAPI's handlers."""


class RouteIndex(BaseRoute):
    """By the number of segments, the places of the words among them, and the words."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes: dict[tuple[str, int], dict[Shape, dict[Words, tuple[int, APIRoute, Parameters]]]] = {}
        for number, route in enumerate(routes):
            if not isinstance(route, APIRoute) or not _has_plain_segments(route):
                continue
            segments = route.path_format.split("/")
            shape = tuple(place for place, segment in enumerate(segments) if not segment.startswith("{"))
            words = tuple(segments[place] for place in shape)
            parameters = tuple((place, each[1:-1]) for place, each in enumerate(segments) if place not in shape)
            for method in route.methods or ():
                shapes = self._routes.setdefault((method, len(segments)), {})
                shapes.setdefault(shape, {}).setdefault(words, (number, route, parameters))

    def find(self, scope: Scope) -> dict[str, Any] | None:
        """What FastAPI adds to the scope for the route that it finds: the first declared of those that match."""
        if scope["type"] != "http" or scope.get("root_path"):
            return None
        segments = scope["path"].split("/")
        candidates = [*self._candidates(scope["method"], segments)]
        if not candidates:
            return None
        _, route, parameters = min(candidates) if len(candidates) > 1 else candidates[0]
        values = {name: segments[place] for place, name in parameters}
        return {"endpoint": route.endpoint, "path_params": values, "route": route}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found = self.find(scope)
        return (Match.NONE, {}) if found is None else (Match.FULL, {**found, FOUND: found["route"]})

    def _candidates(self, method: str, segments: list[str]) -> Iterator[tuple[int, APIRoute, Parameters]]:
        for shape, routes in self._routes.get((method, len(segments)), {}).items():
            candidate = routes.get(tuple([segments[place] for place in shape]))
            if candidate is not None and all(segments[place] for place, _ in candidate[2]):
                yield candidate

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if FAILED in scope:
            raise scope[FAILED]
        await scope[FOUND].handle(scope, receive, send)


def _has_plain_segments(route: APIRoute) -> bool:
    """Each segment of its path is a word, or one parameter that holds no slash."""
    return all(type(each) is StringConvertor for each in route.param_convertors.values()) and all(
        "{" not in segment or (segment.startswith("{") and segment.find("}") == len(segment) - 1)
        for segment in route.path_format.split("/")
    )
