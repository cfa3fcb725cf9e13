"""Fair use: what each request costs is counted against whoever sent it, before and after it is answered.

A person pays by themselves once their token is known to be good; all that comes without a token, or with one that
nobody has looked at yet, is paid for by its address. So a header opens nothing, and who guesses tokens in an office
slows down the office's strangers, never a colleague."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry import RATE_LIMITED
from shared.web.http import UNLIMITED_PATHS, ProblemError, problem_response
from shared.web.limits.rates import PROGRAM, RateLimiter, address_of, too_many_requests
from shared.web.limits.slots import too_many_at_once

MAX_AT_ONCE_PERSON = 12
"""Requests of one person under way in one process, which has threads for 40."""
MAX_AT_ONCE_ADDRESS = 32
UNIT_SECONDS = 0.25
"""Each of these that a request takes the service, beyond the first, counts as one request more."""
REFUSAL_DELAY_SECONDS = 1.0
PROVING_THREADS = 2
ProveToken = Callable[[str], str | None]
"""Whose token it is, PROGRAM for a service's; None where it is not valid. Called in a thread."""


@dataclass(slots=True)
class Payer:
    """Who pays for a request: a person, a program, or, while `who` is null, the address."""

    rates: RateLimiter
    address: str
    who: str | None = None

    @property
    def key(self) -> str:
        return f"address {self.address}" if self.who is None else f"person {self.who}"

    def charge(self, units: int) -> None:
        """For what was done: as if it had been so many requests more. It refuses nothing but the next ones."""
        self.rates.charge(self.who, self.address, units)

    def prove(self, token: str, who: str) -> None:
        """The token was good. Raises ProblemError 429 when its owner asks too often."""
        self.rates.remember_valid(token, who)
        if self.who is None and who != PROGRAM and (wait := self.rates.person(who)):
            raise too_many_requests(wait)
        self.who = who


def payer_of(request: Request) -> Payer:
    payer: Payer = request.scope["payer"]
    return payer


class FairUseMiddleware:
    """ASGI middleware. `prove_token` is asked before the limit of an address refuses a token that may be good."""

    def __init__(self, app: ASGIApp, rates: RateLimiter, prove_token: ProveToken) -> None:
        self._app, self._rates, self._prove_token = app, rates, prove_token
        self._under_way: Counter[str] = Counter()
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._threads: anyio.CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNLIMITED_PATHS:
            await self._app(scope, receive, send)
            return
        token = Headers(scope=scope).get("authorization", "").partition(" ")[2].strip()
        payer = scope["payer"] = Payer(self._rates, address_of(scope))
        refused = await self._refusal(payer, token)
        if refused is not None:
            RATE_LIMITED.labels("address" if payer.who is None else "person", refused.slug).inc()
            await self._hold_back(payer)
            await problem_response(refused.status_code, refused.slug, refused.title, refused.detail, refused.headers)(
                scope, receive, send
            )
            return
        if payer.who is not None and "connection" in scope:
            scope["connection"].is_proven = True
        await self._answer(payer, token, scope, receive, send)

    async def _refusal(self, payer: Payer, token: str) -> ProblemError | None:
        """Finds who pays, and why they may not ask now; null when they may."""
        payer.who = self._rates.owner(token) if token else None
        refused = self._limit(payer)
        if payer.who is None and token:
            if refused is None and (wait := self._rates.failures(payer.address)):
                refused = too_many_requests(wait)
            if refused is not None:
                payer.who = await self._prove(payer.address, token)
                refused = refused if payer.who is None else self._limit(payer)
        return refused

    def _limit(self, payer: Payer) -> ProblemError | None:
        if payer.who == PROGRAM:
            return None
        most = MAX_AT_ONCE_ADDRESS if payer.who is None else MAX_AT_ONCE_PERSON
        if self._under_way[payer.key] >= most:
            return too_many_at_once()
        if payer.who is None:
            wait = self._rates.is_bursting("anybody", payer.address) or self._rates.address(payer.address)
        else:
            wait = self._rates.is_bursting("person", payer.who) or self._rates.person(payer.who)
        return too_many_requests(wait) if wait else None

    async def _hold_back(self, payer: Payer) -> None:
        """Before somebody is told to wait who was told so too often: what they ask next comes later."""
        if not self._rates.is_patient(payer.key):
            await asyncio.sleep(REFUSAL_DELAY_SECONDS)

    async def _prove(self, address: str, token: str) -> str | None:
        """One token of an address at a time, in the order of their coming: a flood of guesses takes one thread, and a
        good token among them has its turn."""
        lane = self._lanes.setdefault(address, asyncio.Lock())
        self._threads = self._threads or anyio.CapacityLimiter(PROVING_THREADS)
        async with lane:
            who = await anyio.to_thread.run_sync(self._prove_token, token, limiter=self._threads)
        if who is None:
            self._rates.count_failure(address)
        else:
            self._rates.remember_valid(token, who)
        return who

    async def _answer(self, payer: Payer, token: str, scope: Scope, receive: Receive, send: Send) -> None:
        begin, on_the_way = time.perf_counter(), 0.0
        key = payer.key

        async def timed_receive() -> Message:
            nonlocal on_the_way
            since = time.perf_counter()
            message = await receive()
            on_the_way += time.perf_counter() - since
            return message

        async def timed_send(message: Message) -> None:
            nonlocal on_the_way
            if message["type"] == "http.response.start" and message["status"] == 401 and token:
                self._rates.forget(token)
                self._rates.count_failure(payer.address)
            since = time.perf_counter()
            if message["type"] == "http.response.start" and message["status"] == 429:
                await self._hold_back(payer)
            await send(message)
            on_the_way += time.perf_counter() - since

        self._under_way[key] += 1
        try:
            await self._app(scope, timed_receive, timed_send)
        finally:
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]
            payer.charge(int((time.perf_counter() - begin - on_the_way) / UNIT_SECONDS))
