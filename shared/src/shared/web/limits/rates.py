"""Rate limits per minute and process: by person, by address for all others, and by address for failed tokens."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock

from limits import RateLimitItem, RateLimitItemPerSecond, parse
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import Scope

from shared.settings import ServerSettings
from shared.web.http import ProblemError
from shared.web.limits.window_storage import WindowStorage

MAX_TRACKED_CALLERS = 4096
"""Valid tokens whose hash each process remembers."""
PROGRAM = ""
"""Stands for a service, which nothing limits."""
MIN_BURST = 10
PATIENCE = parse("60/minute")
"""Refusals that are answered at once. Who goes on all the same is answered after a second."""


class RateLimiter:
    """Counts in this process alone, so the limits of a service are those of one process times its replicas.

    `person`, `address` and `failures` return the seconds to wait; 0 to go on."""

    def __init__(self, allowed: ServerSettings) -> None:
        self._person, self._address, self._failures = (
            parse(rate) for rate in (allowed.rate_person, allowed.rate_address, allowed.rate_failures)
        )
        self._bursts = {"person": burst_of(self._person), "anybody": burst_of(self._address)}
        self._window = SlidingWindowCounterRateLimiter(WindowStorage())
        self._valid: OrderedDict[bytes, str] = OrderedDict()
        self._lock = Lock()

    def person(self, identity: str) -> int:
        return self._count(self._person, "person", identity)

    def address(self, address: str) -> int:
        return self._count(self._address, "anybody", address)

    def is_bursting(self, kind: str, whose: str) -> int:
        """Seconds to wait for whoever spends a minute's requests within a second; 0 to go on. `kind`: `person` or
        `anybody`."""
        return 0 if self._window.hit(self._bursts[kind], "burst", kind, whose) else 1

    def failures(self, address: str) -> int:
        """For an address whose tokens failed, as `count_failure` counts them."""
        allowed = self._window.test(self._failures, "failures", address)
        return 0 if allowed else self._wait(self._failures, "failures", address)

    def count_failure(self, address: str) -> None:
        self._window.hit(self._failures, "failures", address)

    def charge(self, who: str | None, address: str, units: int) -> None:
        """Counts work that was done as so many requests more, of the person, or of the address without one."""
        rate, whose = (self._address, ("anybody", address)) if who is None else (self._person, ("person", who))
        if (
            units > 0
            and who != PROGRAM
            and (units := min(units, self._window.get_window_stats(rate, *whose).remaining)) > 0
        ):
            self._window.hit(rate, *whose, cost=units)

    def is_patient(self, whose: str) -> bool:
        """Whether a refusal may be answered at once; it counts as one."""
        return self._window.hit(PATIENCE, "refused", whose)

    def remember_valid(self, token: str, who: str) -> None:
        """Whose token it is. A valid token is accepted even when others of the same address fail."""
        with self._lock:
            self._valid[_hash(token)] = who
            self._valid.move_to_end(_hash(token))
            while len(self._valid) > MAX_TRACKED_CALLERS:
                self._valid.popitem(last=False)

    def forget(self, token: str) -> None:
        """One that has expired, or was withdrawn."""
        with self._lock:
            self._valid.pop(_hash(token), None)

    def owner(self, token: str) -> str | None:
        """Whose token it is, where it is known to be valid; PROGRAM for a service's."""
        with self._lock:
            return self._valid.get(_hash(token))

    def _count(self, rate: RateLimitItem, *whose: str) -> int:
        return 0 if self._window.hit(rate, *whose) else self._wait(rate, *whose)

    def _wait(self, rate: RateLimitItem, *whose: str) -> int:
        """Rounded up to the second after the window ends: at that very instant there is no room yet."""
        return max(0, math.floor(self._window.get_window_stats(rate, *whose).reset_time - time.time())) + 1


def burst_of(rate: RateLimitItem) -> RateLimitItem:
    """A thirtieth of what a minute allows, within a second: 1,200 a minute are 40 a second at most."""
    a_minute = rate.amount * 60 / rate.get_expiry()
    return RateLimitItemPerSecond(max(MIN_BURST, math.ceil(a_minute / 30)))


def too_many_requests(wait: int) -> ProblemError:
    detail = f"Vous demandez plus souvent que ce service ne le permet\u00a0: réessayez dans {wait}\u00a0secondes."
    return ProblemError(429, "too-many-requests", "Trop de demandes", detail, {"Retry-After": str(wait)})


def address_of(scope: Scope) -> str:
    """The client's address; of IPv6 the /64 network, which is one subscriber's."""
    return network_of(scope["client"][0] if scope.get("client") else "")


@lru_cache(MAX_TRACKED_CALLERS)
def network_of(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
