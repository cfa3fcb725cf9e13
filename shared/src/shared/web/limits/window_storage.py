"""Counters of the sliding windows of rate limits, in the memory of this process.

The storage of the library starts a thread to forget what is over, a hundred times a second under load; here the request
that adds a counter does it, once there are twice as many as were left the last time."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from threading import Lock

from limits.storage import MemoryStorage

MIN_COUNTERS_TO_FORGET = 4096


@dataclass(slots=True)
class Counter:
    """`window`: the number of the current one, since 1970."""

    expiry: int
    window: int
    previous: int = 0
    current: int = 0

    def advance(self, window: int) -> None:
        if window > self.window:
            self.previous, self.current = (self.current if window == self.window + 1 else 0), 0
            self.window = window


class WindowStorage(MemoryStorage):
    """For the strategy `SlidingWindowCounterRateLimiter`, which weighs the window before by what still counts."""

    def __init__(self) -> None:
        super().__init__()
        self._counters: dict[str, Counter] = {}
        self._forget_at = MIN_COUNTERS_TO_FORGET
        self._lock = Lock()

    @property
    def size(self) -> int:
        """How many counters are in memory."""
        return len(self._counters)

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = time.time()
        with self._lock:
            counter = self._counter(key, expiry, now)
            if math.floor(counter.previous * _left(now, expiry) / expiry) + counter.current + amount > limit:
                return False
            counter.current += amount
            return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        now = time.time()
        with self._lock:
            counter, left = self._counter(key, expiry, now), _left(now, expiry)
            return counter.previous, left if counter.previous else 0.0, counter.current, left + expiry

    def _counter(self, key: str, expiry: int, now: float) -> Counter:
        window = int(now // expiry)
        counter = self._counters.get(key)
        if counter is None:
            if len(self._counters) >= self._forget_at:
                self._forget(now)
            counter = self._counters[key] = Counter(expiry, window)
        counter.advance(window)
        return counter

    def _forget(self, now: float) -> None:
        self._counters = {
            key: each for key, each in self._counters.items() if each.window + 1 >= int(now // each.expiry)
        }
        self._forget_at = max(MIN_COUNTERS_TO_FORGET, 2 * len(self._counters))


def _left(now: float, expiry: int) -> float:
    """Seconds of the current window; so much of the one before still counts."""
    return (1 - now / expiry % 1) * expiry
