"""Waiting for PostgreSQL at the start: a process that finds no connection answers `/livez`, says why it waits, and
serves as soon as it can. To end and be started again would only take the connections of others away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from enum import StrEnum

import psycopg
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.eventlog import OUTAGES
from shared.web.http import problem_response

RETRY_SECONDS = 1.0
CONNECT_SECONDS = 3
OPEN_PATHS = frozenset({"/livez"})
log = logging.getLogger(__name__)


class StartupPhase(StrEnum):
    WAITING = "waiting"
    SERVING = "serving"


class StartupGate:
    """ASGI middleware: answers 503 until the service has its database. `phase`: asked at each request."""

    def __init__(self, app: ASGIApp, phase: Callable[[], StartupPhase]) -> None:
        self._app, self._phase = app, phase

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._phase() is StartupPhase.SERVING or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        detail = "Le service démarre et attend sa base de données."
        answer = problem_response(
            503, "not-ready", "Service momentanément indisponible", detail, {"Retry-After": f"{RETRY_SECONDS:.0f}"}
        )
        await answer(scope, receive, send)


@asynccontextmanager
async def serve_when_possible(
    run: Callable[[], AbstractAsyncContextManager[None]],
    conninfo: str,
    set_phase: Callable[[StartupPhase], None],
    fail: Callable[[Exception], None],
) -> AsyncIterator[None]:
    """Enters `run()`, at once or, after an outage, as soon as PostgreSQL gives connections; leaves it at the end.

    Raises what the first attempt raises, but for an outage. `fail` is called with what a later one raises."""
    first, closing = asyncio.Event(), asyncio.Event()

    async def attempt() -> None:
        while not closing.is_set():
            try:
                async with run():
                    set_phase(StartupPhase.SERVING)
                    first.set()
                    await closing.wait()
                    return
            except OUTAGES as error:
                if closing.is_set():
                    raise
                log.warning("waiting for PostgreSQL: %s", await asyncio.to_thread(_reason, conninfo) or error)
            except Exception as error:
                if not first.is_set() or closing.is_set():
                    raise
                fail(error)
                return
            set_phase(StartupPhase.WAITING)
            first.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(closing.wait(), RETRY_SECONDS)

    task, begun = asyncio.create_task(attempt()), asyncio.create_task(first.wait())
    await asyncio.wait([task, begun], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        begun.cancel()
        task.result()
    try:
        yield
    finally:
        closing.set()
        await task


def _reason(conninfo: str) -> str | None:
    """Why no connection is given; null when one is given now. The pool only says that it waited."""
    try:
        psycopg.connect(conninfo, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.Error as error:
        return " ".join(str(error).split())
    return None
