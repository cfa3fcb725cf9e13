"""An index of routes: FastAPI tries one regular expression after the other, of which a service has a hundred.

It stands before the routes that it knows, and finds the one that FastAPI would find. What it does not find, FastAPI
looks for itself, with all that follows: another method, an unknown path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastapi.routing import APIRoute
from starlette.convertors import StringConvertor
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

Shape = tuple[int, ...]
"""Which segments of a path are words, and not parameters."""
Words = tuple[str, ...]
FOUND = "route_index.found"


class RouteIndex(BaseRoute):
    """By the number of segments, the places of the words among them, and the words."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes: dict[tuple[str, int], dict[Shape, dict[Words, tuple[int, APIRoute]]]] = {}
        for number, route in enumerate(routes):
            if not isinstance(route, APIRoute) or not _has_plain_segments(route):
                continue
            segments = route.path_format.split("/")
            shape = tuple(place for place, segment in enumerate(segments) if not segment.startswith("{"))
            words = tuple(segments[place] for place in shape)
            for method in route.methods or ():
                shapes = self._routes.setdefault((method, len(segments)), {})
                shapes.setdefault(shape, {}).setdefault(words, (number, route))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first declared of those that match."""
        if scope["type"] != "http":
            return Match.NONE, {}
        for _, route in sorted(self._candidates(scope["method"], scope["path"].split("/"))):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return match, {**found, FOUND: route}
        return Match.NONE, {}

    def _candidates(self, method: str, segments: list[str]) -> Iterator[tuple[int, APIRoute]]:
        for shape, routes in self._routes.get((method, len(segments)), {}).items():
            if candidate := routes.get(tuple([segments[place] for place in shape])):
                yield candidate

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope[FOUND].handle(scope, receive, send)


def _has_plain_segments(route: APIRoute) -> bool:
    """Each segment of its path is a word, or one parameter that holds no slash."""
    return all(type(each) is StringConvertor for each in route.param_convertors.values()) and all(
        "{" not in segment or (segment.startswith("{") and segment.find("}") == len(segment) - 1)
        for segment in route.path_format.split("/")
    )
