"""Threads for requests: what a call gives back, in which context it runs, and how many run at once."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from threading import Barrier, Event, current_thread

import pytest

from shared.web.http.request_threads import RequestThreads

bound: ContextVar[str] = ContextVar("bound", default="")
SECONDS = 20


def fail(error: BaseException) -> None:
    raise error


def test_a_call_gives_its_result_and_raises_its_error() -> None:
    async def calls() -> str:
        threads = RequestThreads()
        with pytest.raises(ZeroDivisionError, match="nothing"):
            await threads.run(fail, ZeroDivisionError("nothing"))
        with pytest.raises(RuntimeError, match="StopIteration"):
            await threads.run(fail, StopIteration())
        return await threads.run(str.upper, "done")

    assert asyncio.run(calls()) == "DONE"


def test_a_call_sees_the_context_of_its_request_and_changes_none() -> None:
    def rebind() -> str:
        seen = bound.get()
        bound.set("changed")
        return seen

    async def one(threads: RequestThreads, name: str) -> tuple[str, str]:
        bound.set(name)
        return await threads.run(rebind), bound.get()

    async def calls() -> list[tuple[str, str]]:
        threads = RequestThreads(most=2)
        return await asyncio.gather(*(one(threads, f"request {n}") for n in range(20)))

    assert asyncio.run(calls()) == [(f"request {n}", f"request {n}") for n in range(20)]


def test_as_many_run_at_once_as_there_may_be_and_the_others_follow() -> None:
    together = Barrier(3, timeout=SECONDS)

    def meet() -> str:
        together.wait()
        return current_thread().name

    async def calls() -> list[str]:
        threads = RequestThreads(most=3)
        return await asyncio.gather(*(threads.run(meet) for _ in range(12)))

    assert len({*asyncio.run(calls())}) == 3


def test_a_free_thread_answers_the_next_call() -> None:
    async def calls() -> set[str]:
        threads = RequestThreads()
        return {(await threads.run(current_thread)).name for _ in range(10)}

    assert len(asyncio.run(calls())) == 1


def test_a_cancelled_request_leaves_its_thread_to_the_next() -> None:
    begun, may_end = Event(), Event()

    def wait() -> None:
        begun.set()
        assert may_end.wait(SECONDS)

    async def calls() -> str:
        threads = RequestThreads(most=1)
        first = asyncio.create_task(threads.run(wait))
        await asyncio.to_thread(begun.wait, SECONDS)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        may_end.set()
        return await threads.run(str, "next")

    assert asyncio.run(calls()) == "next"
