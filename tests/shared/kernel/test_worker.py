"""The worker loop: wake-ups, intervals, back-off after errors, and its end."""

from __future__ import annotations

import logging
from itertools import pairwise
from queue import Queue
from threading import Event
from time import monotonic

import pytest

from shared.kernel import WorkerLoop

FAR_AWAY_SECONDS = 3600.0
PATIENCE_SECONDS = 10.0


class Runs:
    """A task that notes when it runs, and raises the errors that it is given, one a run."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.times = list(errors), Queue[float]()

    def __call__(self) -> None:
        self.times.put(monotonic())
        if self.errors:
            raise self.errors.pop(0)

    def next(self) -> float:
        return self.times.get(timeout=PATIENCE_SECONDS)


def test_it_runs_once_on_start_and_again_at_each_wake_up() -> None:
    runs = Runs()
    loop = WorkerLoop("woken", runs, interval_seconds=None)
    loop.start()
    loop.start()
    runs.next()
    for _ in range(3):
        loop.wake_up.set()
        runs.next()
    loop.stop()
    assert runs.times.empty()


def test_it_runs_again_after_its_interval_and_rests_after_each_run() -> None:
    runs = Runs()
    loop = WorkerLoop("regular", runs, interval_seconds=0.001, rest_seconds=0.05)
    loop.start()
    first, second = runs.next(), runs.next()
    loop.stop()
    assert second - first >= 0.05


def test_an_error_is_logged_and_the_task_tried_again_later_and_later(caplog: pytest.LogCaptureFixture) -> None:
    runs = Runs(KeyError("one"), KeyError("two"), KeyError("three"))
    loop = WorkerLoop(
        "failing", runs, interval_seconds=FAR_AWAY_SECONDS, backoff_seconds=0.02, max_backoff_seconds=0.05
    )
    loop.wake_up.set()
    with caplog.at_level(logging.WARNING):
        loop.start()
        times = [runs.next() for _ in range(4)]
        loop.stop()
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[0] >= 0.02
    assert pauses[1] >= 0.04
    assert pauses[2] >= 0.05
    assert [bool(record.exc_info) for record in caplog.records] == [True, False, False], "one traceback in a row"


def test_an_expected_error_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    runs = Runs(ConnectionError("no answer"))
    loop = WorkerLoop(
        "asking", runs, interval_seconds=FAR_AWAY_SECONDS, backoff_seconds=0.001, expected=(ConnectionError,)
    )
    with caplog.at_level(logging.WARNING):
        loop.start()
        runs.next()
        runs.next()
        loop.stop()
    (record,) = caplog.records
    assert not record.exc_info
    assert "no answer" in record.getMessage()


def test_a_stop_does_not_wait_for_the_end_of_the_back_off() -> None:
    runs = Runs(KeyError("one"))
    loop = WorkerLoop(
        "failing", runs, interval_seconds=0.001, backoff_seconds=FAR_AWAY_SECONDS, max_backoff_seconds=FAR_AWAY_SECONDS
    )
    loop.start()
    runs.next()
    loop.stop()
    assert runs.times.empty()


def test_a_task_may_end_its_own_loop() -> None:
    ended = Event()

    def once() -> None:
        loop.end()
        ended.set()

    loop = WorkerLoop("once", once, interval_seconds=0.001)
    loop.start()
    assert ended.wait(PATIENCE_SECONDS)
    loop.stop()


def test_a_loop_that_was_never_started_can_be_stopped() -> None:
    loop = WorkerLoop("idle", Runs(), interval_seconds=None)
    loop.stop()
    assert loop.stopping.is_set()
