"""Dependencies solved by a plan, beside FastAPI's own solving of the same declarations."""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from threading import get_ident
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Body, Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel
from tests.support.servers.in_process_client import InProcessClient

from shared.web.http import JsonBody, MayWait, PlannedRoute, ServiceRouter
from shared.web.http.dependency_plan import Waited, finish_at_once

Calls = list[str]


class Sent(BaseModel):
    number: int


class Filters(BaseModel, extra="forbid"):
    words: list[str] = []
    limit: int = Query(5, ge=1)


class Pausing(MayWait):
    async def __call__(self, request: Request) -> str:
        if not self.waits(request):
            return "went on"
        await asyncio.sleep(0)
        return "waited"

    def waits(self, request: Request) -> bool:
        return "pause" in request.query_params


def declared(calls: Calls) -> ServiceRouter:
    router = ServiceRouter("/things")

    def shared_part(request: Request) -> str:
        calls.append("shared part")
        return request.url.path

    async def first(part: Annotated[str, Depends(shared_part)], response: Response) -> str:
        calls.append("first")
        response.headers.append("X-Given", "first")
        return part

    def second(part: Annotated[str, Depends(shared_part)], mode: Annotated[str, Header()] = "plain") -> str:
        calls.append(f"second {mode}")
        if mode == "refused":
            raise HTTPException(403, "no")
        return mode

    def each_time(number: int) -> int:
        calls.append("each time")
        return number

    def around() -> Iterator[str]:
        calls.append("enter")
        try:
            yield "inside"
        except KeyError:
            calls.append("saw the error")
            raise
        finally:
            calls.append("leave")

    async def around_too() -> AsyncIterator[str]:
        calls.append("enter too")
        yield "inside too"
        calls.append("leave too")

    @router.post("/{number}", status_code=202)
    def change(
        number: int,
        one: Annotated[str, Depends(first)],
        two: Annotated[str, Depends(second)],
        three: Annotated[int, Depends(each_time, use_cache=False)],
        four: Annotated[int, Depends(each_time, use_cache=False)],
        response: Response,
        body: Annotated[Sent, JsonBody(), Body()],
        filters: Annotated[Filters, Query()],
    ) -> dict[str, Any]:
        calls.append("endpoint")
        response.headers.append("X-Given", "endpoint")
        if body.number == 7:
            response.status_code = 299
        return {"all": [number, one, two, three, four, body.number, filters.words, filters.limit]}

    @router.get("/inside/{number}")
    def inside(
        number: int,
        held: Annotated[str, Depends(around, scope="function")],
        held_too: Annotated[str, Depends(around_too, scope="function")],
    ) -> str:
        calls.append(f"{held} {held_too}")
        if number == 0:
            raise KeyError(number)
        return held

    @router.get("/pausing")
    def pausing(how: Annotated[str, Depends(Pausing())], pause: int = 0) -> Sent:
        return Sent(number=len(how) + pause)

    @router.get("/text", response_class=PlainTextResponse)
    def text() -> str:
        return "plain"

    @router.get("/needed")
    def needed(word: str, x_token: Annotated[str, Header()]) -> str:
        return f"{word} {x_token}"

    @router.get("/wrong", response_model=Sent)
    def wrong() -> Any:
        return {"number": "none"}

    @router.delete("/nothing", status_code=204)
    def nothing() -> None:
        return None

    return router


def clients(calls: Calls) -> tuple[InProcessClient, InProcessClient]:
    """By plans, and by FastAPI."""
    router = declared(calls)
    planned, plain = FastAPI(), FastAPI()
    planned.router.routes.extend(router.routes)
    plain.include_router(router)
    return InProcessClient(planned, raise_server_exceptions=False), InProcessClient(
        plain, raise_server_exceptions=False
    )


GOOD = {"json": {"number": 1}}
REQUESTS: list[tuple[int, str, str, dict[str, Any]]] = [
    (202, "post", "/things/3", GOOD),
    (202, "post", "/things/3?words=a&words=b&limit=2", GOOD),
    (202, "post", "/things/3?limit=2&words=a&limit=3", GOOD),
    (422, "post", "/things/3?unknown=1&words=&limit=", GOOD),
    (422, "post", "/things/3?unknown=1&limit=0&other&unknown=2", GOOD),
    (299, "post", "/things/3", {"json": {"number": 7}}),
    (422, "post", "/things/three", GOOD),
    (403, "post", "/things/three?limit=0", {"json": {"number": "x"}, "headers": {"Mode": "refused"}}),
    (422, "post", "/things/3", {}),
    (422, "post", "/things/3", {"json": None, "headers": {"Mode": "other"}}),
    (422, "post", "/things/3", {"content": b"{", "headers": {"Content-Type": "application/json"}}),
    (200, "get", "/things/inside/1", {}),
    (500, "get", "/things/inside/0", {}),
    (200, "get", "/things/pausing", {}),
    (200, "get", "/things/pausing?pause=1", {}),
    (200, "get", "/things/text", {}),
    (422, "get", "/things/needed", {}),
    (200, "get", "/things/needed?word=a", {"headers": {"X-Token": "b"}}),
    (500, "get", "/things/wrong", {}),
    (422, "get", "/things/text?unknown=1", {}),
    (204, "delete", "/things/nothing", {}),
]


@pytest.mark.parametrize(("status", "method", "path", "options"), REQUESTS)
def test_calls_order_errors_and_headers_are_fastapi_s(
    status: int, method: str, path: str, options: dict[str, Any]
) -> None:
    calls: Calls = []
    found = []
    for client in clients(calls):
        calls.clear()
        answer = client.request(method, path, **options)
        found.append((answer.status_code, answer.headers.multi_items(), answer.text, [*calls]))
    assert found[0] == found[1]
    assert found[0][0] == status


def test_everything_runs_in_one_thread_which_is_not_the_loop_s() -> None:
    threads: dict[str, int] = {}
    router = ServiceRouter()

    async def outside() -> None:
        threads["coroutine"] = get_ident()

    def plain() -> None:
        threads["function"] = get_ident()

    @router.get("/", dependencies=[Depends(outside), Depends(plain)])
    def answer() -> dict[str, int]:
        threads["endpoint"] = get_ident()
        return {}

    @router.get("/loop")
    async def in_loop() -> dict[str, int]:
        threads["loop"] = get_ident()
        return {}

    web = FastAPI()
    web.router.routes.extend(router.routes)
    with InProcessClient(web) as client:
        assert client.get("/").status_code == client.get("/loop").status_code == 200
    assert threads["coroutine"] == threads["function"] == threads["endpoint"] != threads["loop"]


def unplanned(endpoint: Callable[..., Any]) -> Any:
    router = ServiceRouter()
    router.add_api_route("/", endpoint)
    (route,) = router.routes
    assert isinstance(route, PlannedRoute)
    return route.plan


def test_what_plans_do_not_know_is_left_to_fastapi() -> None:
    async def coroutine() -> None: ...

    def tasks(later: BackgroundTasks) -> None: ...

    def open_until_sent() -> Iterator[None]:
        yield

    def held(it: None = Depends(open_until_sent)) -> None: ...

    def plain() -> None: ...

    assert [unplanned(each) for each in (coroutine, tasks, held)] == [None, None, None]
    assert unplanned(plain) is not None


def test_a_dependency_that_waits_unannounced_is_an_error() -> None:
    class Once:
        def __await__(self) -> Generator[None, None, None]:
            yield

    async def waits() -> None:
        await Once()

    with pytest.raises(Waited):
        finish_at_once(waits())
