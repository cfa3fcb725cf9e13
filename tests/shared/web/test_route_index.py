"""The index of routes finds what FastAPI finds by trying one route after the other."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Scope
from tests.support.generated.golden_samples import SERVICES, service

from shared.runtime.api_routes import api_routes
from shared.web.http import RouteIndex, ServiceRouter


def http(method: str, path: str, **more: str) -> Scope:
    return {"type": "http", "method": method, "path": path, **more}


def first_match(routes: list[BaseRoute], scope: Scope) -> BaseRoute | None:
    return next((route for route in routes if route.matches(scope)[0] is Match.FULL), None)


def indexed(routes: list[BaseRoute], scope: Scope) -> BaseRoute | None:
    match, found = RouteIndex(routes).matches(scope)
    return found["route"] if match is Match.FULL else None


@pytest.mark.parametrize("name", SERVICES)
def test_each_operation_is_found_whatever_stands_in_its_address(name: str) -> None:
    routes = api_routes(service(name))
    index = RouteIndex(routes)
    words = {word for route in routes if isinstance(route, APIRoute) for word in route.path_format.split("/") if word}
    literals = sorted(word for word in words if "{" not in word)
    in_index = 0
    for route in (each for each in routes if isinstance(each, APIRoute)):
        for value in (str(uuid4()), "1", *literals):
            (method, *_), path = sorted(route.methods or ()), re.sub(r"\{[^}]+\}", value, route.path_format)
            match, found = index.matches(http(method, path))
            expected = first_match(routes, http(method, path))
            if match is Match.FULL:
                in_index += 1
                assert found["route"] is expected, f"{method} {path}"
                assert index.find(http(method, path)) == expected.matches(http(method, path))[1]
    assert in_index > len(routes)


def test_the_first_declared_wins_and_what_is_unknown_is_left_to_fastapi() -> None:
    router = ServiceRouter("/things")

    @router.get("/{id}")
    def one(id: str) -> str:  # noqa: A002
        return id

    @router.get("/figures")
    def figures() -> str:
        return ""

    @router.get("/{id}/files/{path:path}")
    def files(id: str, path: str) -> str:  # noqa: A002
        return id + path

    @router.post("/{id}/part/{part}")
    def part(id: str, part: str) -> str:  # noqa: A002
        return id + part

    routes = list(router.routes)
    assert indexed(routes, http("GET", "/things/figures")) is routes[0]
    assert indexed(list(reversed(routes)), http("GET", "/things/figures")) is routes[1]
    assert indexed(routes, http("POST", "/things/1/part/2")) is routes[3]
    for left in (
        http("GET", "/things/1/files/a"),
        http("PUT", "/things/1"),
        http("GET", "/things"),
        http("GET", "/things/1/"),
        http("POST", "/things//part/2"),
        http("POST", "/v2/things/1/part/2", root_path="/v2"),
    ):
        assert indexed(routes, left) is None
