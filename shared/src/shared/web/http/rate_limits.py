"""Rate limits per minute and process: by person, and by address for anonymous calls and failed tokens."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.settings import ServerSettings
from shared.web.http.problems import ProblemError, problem_response

UNLIMITED_PATHS = frozenset({"/livez", "/readyz"})
MAX_TRACKED_CALLERS = 4096
"""Tokens that were good, of which each process keeps a hash."""
SLUG, TITLE = "too-many-requests", "Trop de demandes"


class RateLimiter:
    """Each replica counts for itself: what is allowed in all is so many times more. Whoever is to wait is told how many
    seconds; 0 to go on."""

    def __init__(self, allowed: ServerSettings) -> None:
        self._person, self._address, self._failures = (
            parse(rate) for rate in (allowed.rate_person, allowed.rate_address, allowed.rate_failures)
        )
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._good: OrderedDict[bytes, None] = OrderedDict()
        self._turn = Lock()

    def count_person(self, identity: str) -> None:
        """Raises ProblemError 429."""
        if wait := self.person(identity):
            raise ProblemError(429, SLUG, TITLE, _told(wait), {"Retry-After": str(wait)})

    def person(self, identity: str) -> int:
        allowed = self._window.hit(self._person, "person", identity)
        return 0 if allowed else self._wait(self._person, "person", identity)

    def anybody(self, address: str) -> int:
        allowed = self._window.hit(self._address, "anybody", address)
        return 0 if allowed else self._wait(self._address, "anybody", address)

    def guesses(self, address: str) -> int:
        """Of those that failed, as `failed` counts them."""
        allowed = self._window.test(self._failures, "failures", address)
        return 0 if allowed else self._wait(self._failures, "failures", address)

    def wait_for(self, address: str, token: str) -> int:
        """Before anything is looked at."""
        if not token:
            return self.anybody(address)
        return 0 if self._was_good(token) else self.guesses(address)

    def failed(self, address: str) -> None:
        self._window.hit(self._failures, "failures", address)

    def was_proven(self, token: str) -> None:
        """It goes on being taken when others of the same address are not."""
        with self._turn:
            self._good[_hash(token)] = None
            self._good.move_to_end(_hash(token))
            while len(self._good) > MAX_TRACKED_CALLERS:
                self._good.popitem(last=False)

    def _was_good(self, token: str) -> bool:
        with self._turn:
            return _hash(token) in self._good

    def _wait(self, rate: RateLimitItem, *whose: str) -> int:
        """Once it is over there is room; at its very instant not yet."""
        return max(0, math.floor(self._window.get_window_stats(rate, *whose).reset_time - time.time())) + 1


class RateLimitMiddleware:
    """Before anything is looked at: who says no name, and tokens that are guessed."""

    def __init__(self, app: ASGIApp, rates: RateLimiter) -> None:
        self._app, self._rates = app, rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNLIMITED_PATHS:
            await self._app(scope, receive, send)
            return
        address, token = address_of(scope), Headers(scope=scope).get("authorization", "").partition(" ")[2].strip()
        if wait := self._rates.wait_for(address, token):
            refused = problem_response(429, SLUG, TITLE, _told(wait), {"Retry-After": str(wait)})
            await refused(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401 and token:
                self._rates.failed(address)
            await send(message)

        await self._app(scope, receive, answer)


def address_of(scope: Scope) -> str:
    """Of IPv6 the first half, which one subscriber has whole."""
    told = scope["client"][0] if scope.get("client") else ""
    try:
        known = ip_address(told)
    except ValueError:
        return str(told)
    return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else str(known)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _told(wait: int) -> str:
    return f"Vous demandez plus souvent que ce service ne le permet\u00a0: réessayez dans {wait}\u00a0secondes."
