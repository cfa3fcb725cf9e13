"""Each operation answers by its plan as FastAPI's own handler answers: status, headers and body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace
from itertools import count
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from tests.support.generated.golden_samples import SERVICES, openapi_of, service
from tests.support.generated.openapi_examples import SOME_ID
from tests.support.servers.all_services import House, house
from tests.support.servers.in_process_client import InProcessClient
from tests.support.servers.served_service import Served

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from shared.runtime.api_routes import api_routes
from shared.runtime.process_role import ProcessRole
from shared.web.http import PlannedRequestsMiddleware, PlannedRoute, RouteIndex
from shared.web.standard import feed_router, me_router
from shared.web.standard.access_log import router as access_log_router

OPENING = {
    "intake": "/api/v1/requests",
    "parcours": "/api/v1/operations",
    "followup": "/api/v1/sheets",
}
"""Where an example opens something, whose id the other examples are then sent to."""
BY_FASTAPI = {"bundle", "get_document", "add_attachment", "get_erasure_certificate_document"}
"""The coroutines: what takes a slot for a PDF, or reads a file."""
CHANGING = re.compile(
    r'(?<="token":")[\w-]+|'
    "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+]00:00)|"
    r"\b(?:intake|parcours|diagnostic|followup|audit):[0-7]:[0-9]+|[0-9a-f]{64}|dla_link_[A-Za-z0-9_-]+|[A-Za-z0-9+/]{40,}={0,2}"
)
ISSUED = re.compile('("(?:position|sequence|number|partition|next|after|[a-z]+_seconds)":|position=)("?[0-9]+"?|null)')
NAMES = re.compile('"names":{([^}]*)}')
"""By ids, in no order."""
MAX_SPOILT_FIELDS = 4
Answer = tuple[int, list[tuple[str, str]], str]


@pytest.fixture(scope="module")
def services(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    """Twice, each with logs of its own: the same is sent to both in the same order."""
    with ExitStack() as running:
        yield tuple(  # type: ignore[misc]
            running.enter_context(
                house(
                    lambda name, kind=kind: postgres.ensure_database(f"{kind}_{name}", connections=-1),
                    nats,
                    tmp_path_factory.mktemp(kind),
                )
            )
            for kind in ("planned", "reference")
        )


class Variant:
    """One service behind one kind of handler, and what was opened there."""

    def __init__(self, name: str, served: Served, web: FastAPI) -> None:
        self.name, self._served = name, served
        self.http = InProcessClient(web, raise_server_exceptions=False)
        assert isinstance(served.http, InProcessClient)
        self.http.portal = served.http.portal  # of the running service: else each request had a loop of its own
        self.opened = SOME_ID

    def open(self) -> None:
        if path := OPENING.get(self.name):
            operation = openapi_of(self.name)["paths"][path]["post"]
            body = operation["requestBody"]["content"]["application/json"]["example"]
            answer = self.send(operation, "post", path, body)
            assert answer.status_code == 201, answer.text
            self.opened = answer.json()["id"]

    def send(
        self,
        operation: dict[str, Any],
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = "",
        **more: Any,
    ) -> httpx.Response:
        address = path.replace("{id}", self.opened).replace("{case}", self.opened)
        address = re.sub(r"\{(\w+)\}", lambda found: SOME_ID if len(found[1]) > 2 else "1", address)
        headers = {"DLA-Reason": "Controle"} | more.pop("headers", {})
        if token is not None and (operation.get("security") or operation.get("x-roles")):
            role = operation.get("x-roles", ["adviser"])[0]
            case = self.opened if role in ("leader", "provider") else None
            issued = self._served.issuer.mint(role, subject=f"some-{role}", unit="dla-44", units=[], case=case)
            headers["Authorization"] = f"Bearer {token or issued}"
        content = more.pop("content", None if body is None else json.dumps(body).encode())
        if content is not None:
            headers = {"Content-Type": "application/json"} | headers
        answer: httpx.Response = self.http.request(method, address, content=content, headers=headers, **more)
        return answer


def by_fastapi(name: str, served: Served) -> FastAPI:
    """The same service, of the same state, whose routes are included: FastAPI then makes its own handlers."""
    declared = service(name)
    web = declared.web(served.settings, ProcessRole.API)
    web.state = served.web.state
    short_way: Any = PlannedRequestsMiddleware
    web.user_middleware = [each for each in web.user_middleware if each.cls is not short_way]
    web.router.routes = [route for route in web.router.routes if not isinstance(route, PlannedRoute | RouteIndex)]
    feed = feed_router(declared.to_integration_event, declared.publishes)
    for router in (*declared.routers, me_router, access_log_router, feed):
        web.include_router(router)
    return web


def as_compared(answer: httpx.Response) -> Answer:
    """Without ids, instants and positions, which differ from one request to the next."""

    def steady(text: str) -> str:
        return NAMES.sub(in_order, ISSUED.sub(r"\1…", CHANGING.sub("…", text)))

    def in_order(names: re.Match[str]) -> str:
        return ",".join(sorted(names[1].split(",")))

    of_each = ("content-length", "x-request-id")
    headers = [(name, steady(value)) for name, value in answer.headers.multi_items() if name not in of_each]
    return answer.status_code, headers, steady(answer.text)


def first_difference(*answers: Answer) -> list[str]:
    ours, theirs = (f"{status} {headers} {text}" for status, headers, text in answers)
    place = next((at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other), 0)
    return [each[max(0, place - 60) : place + 60] for each in (ours, theirs)]


def spoilt(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The body without one field after the other, with one too many, and with values of another type."""
    yield {**body, "unknown": 1}
    for name in [*body][:MAX_SPOILT_FIELDS]:
        without = deepcopy(body)
        del without[name]
        yield without
        yield {**body, name: {"nested": [1, True]}}
        yield {**body, name: None}


def variations(method: str, body: Any) -> Iterator[dict[str, Any]]:
    """What else is sent to each operation, as options of `Variant.send`."""
    yield {"token": None}
    yield {"token": "no.real.token"}
    yield {"headers": {"DLA-Right": SOME_ID}}
    yield {"headers": {"Prefer": "return=minimal"}}
    yield {"headers": {"If-Match": "seven"}}
    yield {"headers": {"Idempotency-Key": "k" * 300}}
    yield {"params": {"unknown": "1"}}
    yield {"params": {"limit": "many", "as_of": "yesterday", "version": "0", "on": "2020-13-01"}}
    yield {"params": {"version": "1", "limit": "1"}}
    yield {"params": [("id", SOME_ID), ("id", "no id")]}
    yield {"params": {"as_of": "2020-01-01T00:00:00Z"}}
    if method == "get":
        yield {"headers": {"DLA-Wait-For": "no position"}}
    if body is not None:
        yield {"content": b""}
        yield {"content": b"{"}
        yield {"content": b"[]"}
        yield {"content": b"\xff"}
        yield {"content": b'{"a": NaN}'}
        yield {"content": json.dumps(body).encode(), "headers": {"Content-Type": "text/plain"}}
        yield from ({"body": each} for each in spoilt(body))


@pytest.mark.parametrize("name", SERVICES)
def test_each_example_and_what_is_wrong_with_it_is_answered_alike(name: str, services: tuple[House, House]) -> None:
    ours, theirs = (each[name] for each in services)
    planned, reference = Variant(name, ours, ours.web), Variant(name, theirs, by_fastapi(name, theirs))
    for each in (planned, reference):
        each.open()
    compared = count()
    for path, operations in openapi_of(name)["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            body = content.get("application/json", {}).get("example")
            for options in ({}, *variations(method, body)):
                sent = {"body": body, **options}
                answers = [as_compared(each.send(operation, method, path, **sent)) for each in (planned, reference)]
                assert answers[0] == answers[1], f"{method} {path} {options}: {first_difference(*answers)}"
                next(compared)
    assert next(compared) > 100


@pytest.mark.parametrize("name", SERVICES)
def test_each_operation_has_a_plan_but_the_coroutines(name: str) -> None:
    routes = [route for route in api_routes(service(name)) if isinstance(route, PlannedRoute)]
    assert len(routes) > 10
    assert {route.name for route in routes if route.plan is None} <= BY_FASTAPI


def test_a_router_of_another_class_is_refused() -> None:
    """What holds before each operation, as the refusal of unknown parameters, would be missing from its routes."""
    plain = replace(service("followup"), routers=(APIRouter(prefix="/api/v1/plain"),))
    with pytest.raises(TypeError, match="ServiceRouter"):
        plain.web()
