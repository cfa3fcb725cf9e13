"""Rate limits are counted as the library's own storage counts them, without its threads and without end."""

from __future__ import annotations

import random
import threading

import pytest
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from tests.support.servers.stopped_clock import StoppedClock, stop_windows

from shared.web.limits.window_storage import MIN_COUNTERS_TO_FORGET, WindowStorage


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StoppedClock:
    return stop_windows(monkeypatch)


@pytest.mark.parametrize("seed", range(20))
def test_hits_tests_and_statistics_are_the_library_s(clock: StoppedClock, seed: int) -> None:
    chance = random.Random(seed)
    ours, theirs = (SlidingWindowCounterRateLimiter(each) for each in (WindowStorage(), MemoryStorage()))
    rates = [parse("5/minute"), parse("3/second"), parse("40/hour")]
    for _ in range(300):
        rate, who, cost = chance.choice(rates), chance.choice("ab"), chance.choice((1, 1, 1, 2, 4))
        assert ours.hit(rate, who, cost=cost) == theirs.hit(rate, who, cost=cost)
        assert ours.test(rate, who) == theirs.test(rate, who)
        assert ours.get_window_stats(rate, who) == theirs.get_window_stats(rate, who)
        clock.now += chance.choice((0, 0.1, 0.7, 5, 61, 130))


def test_counting_starts_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    window = SlidingWindowCounterRateLimiter(WindowStorage())
    started: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", started.append)
    assert [window.hit(parse("1/second"), str(who)) for who in range(50)] == [True] * 50
    assert started == []


def test_what_is_over_is_forgotten(clock: StoppedClock) -> None:
    storage = WindowStorage()
    window, rate = SlidingWindowCounterRateLimiter(storage), parse("2/minute")
    for who in range(3 * MIN_COUNTERS_TO_FORGET):
        window.hit(rate, str(who))
        clock.now += 0.1
    assert storage.size < 2 * MIN_COUNTERS_TO_FORGET
    assert window.hit(rate, str(who))
    assert not window.hit(rate, str(who)), "the newest are still counted"
