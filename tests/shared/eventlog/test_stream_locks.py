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


def test_the_order_is_the_same_whatever_order_is_given() -> None:
    """Who waits for the first holds none of the later ones, or two threads could wait for each other for ever."""
    locks, done = StreamLocks(), []

    def lock_both() -> None:
        with locks.on([MANY[1], MANY[0]]):
            done.append(True)

    with locks.on([MANY[0]]):
        thread = in_thread(lock_both)
        while locks._locks[MANY[0]].users < 2:
            thread.join(0.001)
        assert MANY[1] not in locks._locks
    thread.join(TIMEOUT_SECONDS)
    assert done == [True]


def test_no_lock_stays_behind_whatever_happens_under_it() -> None:
    locks = StreamLocks()
    with pytest.raises(RuntimeError), locks.on(MANY):
        raise RuntimeError
    assert not locks._locks
    with locks.on(MANY[:1]) as has_waited:
        assert not has_waited
