"""Fair use, around an application of three addresses: who pays for what, and who is told to wait."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import limits
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from tests.support.servers.stopped_clock import stop_windows

from shared.settings import ServerSettings
from shared.web.http import ProblemError
from shared.web.limits import PROGRAM, FairUseMiddleware, RateLimiter, fair_use, payer_of, rates

HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"
Story = Callable[["House"], Awaitable[None]]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_use, "UNIT_SECONDS", math.inf)
    monkeypatch.setattr(fair_use, "REFUSAL_DELAY_SECONDS", 0.0)
    stop_windows(monkeypatch)


class House:
    """/open is for anybody, /me for `good` tokens, and /slow for anybody who waits until `over`."""

    def __init__(self, **allowed: Any) -> None:
        self.good: dict[str, str] = {}
        self.looked_at: list[str] = []
        self.over, self.begun = asyncio.Event(), asyncio.Semaphore(0)
        usual = dict.fromkeys(("rate_person", "rate_address", "rate_failures"), "1000/minute")
        self.rates = RateLimiter(ServerSettings(**(usual | allowed)))
        self.web = FairUseMiddleware(self._answer, self.rates, self._prove)

    def _prove(self, token: str) -> str | None:
        self.looked_at.append(token)
        return self.good.get(token)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, status = Request(scope), 200
        if request.url.path == "/me":
            token = request.headers["authorization"].partition(" ")[2]
            status = 200 if token in self.good else 401
            if status == 200:
                try:
                    payer_of(request).prove(token, self.good[token])
                except ProblemError as refused:
                    status = refused.status_code
        elif request.url.path == "/slow":
            self.begun.release()
            await self.over.wait()
        await PlainTextResponse("", status)(scope, receive, send)

    async def ask(self, path: str, token: str = "", address: str = HERE) -> int:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(self.web, client=(address, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://house") as http:
            return (await http.get(path, headers=headers)).status_code

    @asynccontextmanager
    async def under_way(self, number: int, token: str = "") -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self.ask("/slow", token)) for _ in range(number)]
        for _ in range(number):
            await self.begun.acquire()
        yield
        self.over.set()
        assert await asyncio.gather(*tasks) == [200] * number
        self.over.clear()


def play(story: Story, **allowed: Any) -> None:
    async def played() -> None:
        await story(House(**allowed))

    asyncio.run(played())


def test_a_token_that_is_known_pays_for_itself_on_public_addresses_too() -> None:
    async def story(house: House) -> None:
        house.good["good"] = "person-1"
        assert await house.ask("/me", "good") == 200
        assert [await house.ask("/open", "good") for _ in range(3)] == [200, 200, 429]
        assert await house.ask("/open", "good", ELSEWHERE) == 429, "the person, wherever they are"
        assert await house.ask("/open") == 200

    play(story, rate_person="3/minute")


def test_a_token_that_is_no_longer_good_is_forgotten() -> None:
    async def story(house: House) -> None:
        house.good["good"] = "person-1"
        assert await house.ask("/me", "good") == 200
        assert house.rates.owner("good") == "person-1"
        del house.good["good"]
        assert await house.ask("/me", "good") == 401
        assert house.rates.owner("good") is None

    play(story)


def test_a_programs_token_pays_nothing_once_it_is_known() -> None:
    async def story(house: House) -> None:
        house.good["feed"] = PROGRAM
        assert [await house.ask("/me", "feed") for _ in range(9)] == [200] * 9
        async with house.under_way(fair_use.MAX_AT_ONCE_ADDRESS + 1, "feed"):
            assert await house.ask("/open", "feed") == 200

    play(story, rate_person="2/minute", rate_address="2/minute")


def test_an_address_without_rest_still_lets_good_tokens_in_and_looks_at_one_at_a_time() -> None:
    async def story(house: House) -> None:
        assert [await house.ask("/open") for _ in range(2)] == [200, 429]
        guesses = [house.ask("/me", f"guess {n}") for n in range(20)]
        house.good["good"] = "person-1"
        *refused, let_in = await asyncio.gather(*guesses, house.ask("/me", "good"))
        assert refused == [429] * 20
        assert let_in == 200
        assert house.looked_at == [*(f"guess {n}" for n in range(20)), "good"], "in the order of their coming"
        assert await house.ask("/open", "good") == 200
        assert len(house.looked_at) == 21, "once"

    play(story, rate_address="1/minute")


def test_of_one_address_one_guess_is_looked_at_at_a_time_and_of_another_at_once() -> None:
    """Each look waits a moment for another one to begin."""
    looking: list[str] = []
    met = threading.Event()

    def prove(token: str) -> None:
        looking.append(token)
        if len(looking) == 2:
            met.set()
        met.wait(0.2)
        looking.remove(token)

    async def story(house: House) -> None:
        house.web = FairUseMiddleware(house._answer, house.rates, prove)
        assert [await house.ask("/open", address=each) for each in (HERE, HERE, ELSEWHERE)] == [200, 429, 200]
        assert await asyncio.gather(*(house.ask("/me", guess) for guess in ("a guess", "another"))) == [429, 429]
        assert not met.is_set()
        await asyncio.gather(house.ask("/me", "a guess", HERE), house.ask("/me", "another", ELSEWHERE))
        assert met.is_set()

    play(story, rate_address="1/minute")


def test_one_person_has_so_many_requests_under_way_and_another_has_their_own() -> None:
    async def story(house: House) -> None:
        house.good |= {"greedy": "person-1", "calm": "person-2"}
        assert [await house.ask("/me", who) for who in ("greedy", "calm")] == [200, 200]
        async with house.under_way(fair_use.MAX_AT_ONCE_PERSON, "greedy"):
            assert await house.ask("/me", "greedy") == 429
            assert await house.ask("/me", "calm") == 200
        assert await house.ask("/me", "greedy") == 200

    play(story)


def test_an_address_has_so_many_under_way_and_a_new_good_token_is_spared() -> None:
    async def story(house: House) -> None:
        house.good["new"] = "person-1"
        async with house.under_way(fair_use.MAX_AT_ONCE_ADDRESS):
            assert await house.ask("/open") == 429
            assert await house.ask("/open", "guess") == 429
            assert await house.ask("/open", address=ELSEWHERE) == 200
            assert await house.ask("/me", "new") == 200
        assert await house.ask("/open") == 200

    play(story)


def test_a_minutes_requests_are_not_spent_within_a_second() -> None:
    async def story(house: House) -> None:
        answers = [await house.ask("/open") for _ in range(rates.MIN_BURST + 1)]
        assert answers == [200] * rates.MIN_BURST + [429]
        assert await house.ask("/open", address=ELSEWHERE) == 200
        house.good["new"] = "person-1"
        assert await house.ask("/me", "new") == 200

    play(story, rate_address="60/minute")


def test_a_thirtieth_of_a_minutes_requests_may_come_at_once() -> None:
    assert [rates.burst_of(limits.parse(each)).amount for each in ("1200/minute", "20/second", "3/day")] == [40, 40, 10]


def test_what_takes_the_service_long_counts_for_several_and_the_network_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(house: House) -> None:
        assert await house.ask("/open") == 200
        monkeypatch.setattr(fair_use, "UNIT_SECONDS", 1e-9)
        assert await house.ask("/open") == 200
        assert await house.ask("/open") == 429, "it took all that was left, and no more"
        assert await house.ask("/open", address=ELSEWHERE) == 200

    play(story, rate_address="20/minute")


def test_a_slow_sender_pays_for_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_use, "UNIT_SECONDS", 0.05)

    async def story(house: House) -> None:
        async def body(scope: Scope, receive: Receive, send: Send) -> None:
            await receive()
            await PlainTextResponse("")(scope, receive, send)

        async def slowly() -> dict[str, Any]:
            await asyncio.sleep(0.1)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def nowhere(_: Any) -> None:
            await asyncio.sleep(0.1)

        scope = {"type": "http", "path": "/open", "headers": [], "client": (HERE, 1)}
        await FairUseMiddleware(body, house.rates, lambda _: None)(scope, slowly, nowhere)
        assert [await house.ask("/open") for _ in range(2)] == [200, 429]

    play(story, rate_address="2/minute")


def test_who_goes_on_asking_is_answered_more_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "PATIENCE", limits.parse("2/minute"))
    monkeypatch.setattr(fair_use, "REFUSAL_DELAY_SECONDS", 0.2)

    async def story(house: House) -> None:
        async def seconds() -> float:
            begin = asyncio.get_running_loop().time()
            assert await house.ask("/open") == 429
            return asyncio.get_running_loop().time() - begin

        assert await house.ask("/open") == 200
        first, second, third = [await seconds() for _ in range(3)]
        assert third >= 0.2 > first + second
        assert await house.ask("/livez") == 200, "never counted"

    play(story, rate_address="1/minute")
