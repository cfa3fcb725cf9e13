"""Threads in which requests are answered, shared by all applications of a process.

Those of anyio, which FastAPI uses, take four turns of the event loop for each call; here it is two: the request that is
handed over, and its answer that comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

R = TypeVar("R")
MAX_THREADS = 40
"""As many as anyio has."""
REQUEST_THREAD = "request thread"
"""Begins the name of each."""


@dataclass(frozen=True, slots=True)
class _Call:
    """`function`: called in `context`; its result is that of `answer`, which belongs to `loop`."""

    function: Callable[[], Any]
    context: Context
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]

    def run(self) -> Callable[[], None]:
        """Gives what the event loop does with the outcome."""
        try:
            result = self.context.run(self.function)
        except StopIteration as error:  # a future would take it for its own end
            stopped = RuntimeError("StopIteration")
            stopped.__cause__ = error
            return partial(self._settle, self.answer.set_exception, stopped)
        except BaseException as error:
            return partial(self._settle, self.answer.set_exception, error)
        return partial(self._settle, self.answer.set_result, result)

    def _settle(self, settle: Callable[[Any], None], outcome: Any) -> None:
        if not self.answer.done():  # the request was cancelled
            settle(outcome)


class RequestThreads:
    """Started as they are needed, `most` at most; they end with the process, which waits for none."""

    def __init__(self, most: int = MAX_THREADS) -> None:
        self._most, self._calls, self._lock = most, SimpleQueue[_Call](), Lock()
        self._started = self._free = 0

    async def run(self, function: Callable[..., R], *arguments: Any) -> R:
        """The result of a plain function, which runs in a thread with a copy of the current context."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()
        self._calls.put(_Call(partial(function, *arguments), copy_context(), loop=loop, answer=answer))
        with self._lock:
            if self._free:
                self._free -= 1
            elif self._started < self._most:
                self._started += 1
                Thread(target=self._serve, name=f"{REQUEST_THREAD} {self._started}", daemon=True).start()
        return await answer

    def _serve(self) -> None:
        while True:
            self._answer(self._calls.get())

    def _answer(self, call: _Call) -> None:
        settle = call.run()
        with self._lock:
            self._free += 1
        with suppress(RuntimeError):  # the loop has ended, and nobody waits
            call.loop.call_soon_threadsafe(settle)
