"""Stream locks: one a stream, so that no stream waits for another, and none stays behind."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from uuid import UUID

import pytest

from shared.eventlog.stream_locks import StreamLocks

TIMEOUT_SECONDS = 10
MANY = [UUID(int=number) for number in range(200)]


def in_thread(work: Callable[[], None]) -> Thread:
    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_no_stream_waits_for_another() -> None:
    locks = StreamLocks()
    with locks.on([MANY[0]]):
        waited: list[bool] = []

        def lock_the_others() -> None:
            for stream in MANY[1:]:
                with locks.on([stream]) as has_waited:
                    waited.append(has_waited)

        in_thread(lock_the_others).join(TIMEOUT_SECONDS)
        assert waited == [False] * len(MANY[1:])


def test_a_second_thread_waits_and_is_told() -> None:
    locks, entered, order = StreamLocks(), Event(), []

    def second() -> None:
        entered.set()
        with locks.on(MANY[:2]) as has_waited:
            order.append(("second", has_waited))

    with locks.on([MANY[1]]) as has_waited:
        thread = in_thread(second)
        assert entered.wait(TIMEOUT_SECONDS)
        while locks._locks[MANY[1]].users < 2:
            thread.join(0.001)
        order.append(("first", has_waited))
    thread.join(TIMEOUT_SECONDS)
    assert order == [("first", False), ("second", True)]


def test_two_threads_with_the_same_streams_in_another_order_both_finish() -> None:
    locks, done = StreamLocks(), []

    def work(streams: list[UUID]) -> None:
        for _ in range(300):
            with locks.on(streams):
                pass
        done.append(True)

    threads = [in_thread(lambda given=given: work(given)) for given in (MANY[:3], MANY[2::-1])]  # type: ignore[misc]
    for thread in threads:
        thread.join(TIMEOUT_SECONDS)
    assert done == [True, True]


def test_no_lock_stays_behind_whatever_happens_under_it() -> None:
    locks = StreamLocks()
    with pytest.raises(RuntimeError), locks.on(MANY):
        raise RuntimeError
    assert not locks._locks
    with locks.on(MANY[:1]) as has_waited:
        assert not has_waited
