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
"""Valid tokens whose hash each process remembers."""
SLUG, TITLE = "too-many-requests", "Trop de demandes"


class RateLimiter:
    """Counts in this process alone, so the limits of a service are those of one process times its replicas.

    The methods return the seconds to wait; 0 to go on."""

    def __init__(self, allowed: ServerSettings) -> None:
        self._person, self._address, self._failures = (
            parse(rate) for rate in (allowed.rate_person, allowed.rate_address, allowed.rate_failures)
        )
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._valid: OrderedDict[bytes, None] = OrderedDict()
        self._lock = Lock()

    def count_person(self, identity: str) -> None:
        """Raises ProblemError 429."""
        if wait := self.person(identity):
            raise ProblemError(429, SLUG, TITLE, _detail(wait), {"Retry-After": str(wait)})

    def person(self, identity: str) -> int:
        allowed = self._window.hit(self._person, "person", identity)
        return 0 if allowed else self._wait(self._person, "person", identity)

    def address(self, address: str) -> int:
        allowed = self._window.hit(self._address, "anybody", address)
        return 0 if allowed else self._wait(self._address, "anybody", address)

    def failures(self, address: str) -> int:
        """For an address whose tokens failed, as `count_failure` counts them."""
        allowed = self._window.test(self._failures, "failures", address)
        return 0 if allowed else self._wait(self._failures, "failures", address)

    def wait_for(self, address: str, token: str) -> int:
        """Before authentication: the limit of the address, unless the token is known to be valid."""
        if not token:
            return self.address(address)
        return 0 if self._is_valid(token) else self.failures(address)

    def count_failure(self, address: str) -> None:
        self._window.hit(self._failures, "failures", address)

    def remember_valid(self, token: str) -> None:
        """A valid token is accepted even when others of the same address fail."""
        with self._lock:
            self._valid[_hash(token)] = None
            self._valid.move_to_end(_hash(token))
            while len(self._valid) > MAX_TRACKED_CALLERS:
                self._valid.popitem(last=False)

    def _is_valid(self, token: str) -> bool:
        with self._lock:
            return _hash(token) in self._valid

    def _wait(self, rate: RateLimitItem, *whose: str) -> int:
        """Rounded up to the second after the window ends: at that very instant there is no room yet."""
        return max(0, math.floor(self._window.get_window_stats(rate, *whose).reset_time - time.time())) + 1


class RateLimitMiddleware:
    """ASGI middleware for anonymous calls and guessed tokens, before authentication."""

    def __init__(self, app: ASGIApp, rates: RateLimiter) -> None:
        self._app, self._rates = app, rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNLIMITED_PATHS:
            await self._app(scope, receive, send)
            return
        address, token = address_of(scope), Headers(scope=scope).get("authorization", "").partition(" ")[2].strip()
        if wait := self._rates.wait_for(address, token):
            refused = problem_response(429, SLUG, TITLE, _detail(wait), {"Retry-After": str(wait)})
            await refused(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401 and token:
                self._rates.count_failure(address)
            await send(message)

        await self._app(scope, receive, answer)


def address_of(scope: Scope) -> str:
    """The client's address; of IPv6 the /64 network, which is one subscriber's."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ip_address(host)
    except ValueError:
        return str(host)
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _detail(wait: int) -> str:
    return f"Vous demandez plus souvent que ce service ne le permet\u00a0: réessayez dans {wait}\u00a0secondes."
