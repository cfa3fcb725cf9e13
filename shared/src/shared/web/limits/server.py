"""The HTTP server: uvicorn with bounds on its connections, and on the time that headers and reading an answer take."""

from __future__ import annotations

import asyncio
import resource
import signal
import sys
import time
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from shared.settings import ServerSettings
from shared.web.http import SECURITY_HEADERS, problem_response
from shared.web.limits.connections import ConnectionGuard, ConnectionTable

BACKLOG = 256
"""Connections that the system accepts ahead. asyncio takes as many at a time before it looks at any of them."""
KEEP_ALIVE_SECONDS = 20
"""For how long an idle connection stays: longer than clients keep one for their next request (httpx 5 seconds, aiohttp
15), or a request meets its end and is answered by nobody."""
OPEN_FILES = 8192
SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter while others wait, five milliseconds unless it is set. The event loop
takes it some twenty times for one answer, and waits each time while other threads count or decrypt."""


TICK_SECONDS = 1.0
"""Between two looks of a server at the time, for the `Date` of its answers. uvicorn looks ten times a second: measured,
all that a console cost without a visitor."""


MIN_DRAIN_SECONDS = 0.1
"""What has just arrived is still read: the system resets connections of which a program that ends has read nothing."""


class Server(uvicorn.Server):
    """uvicorn, which ends in order after SIGTERM: for `drain_seconds` it answers on and says on `/readyz` that it is
    not ready, then takes no more connections, answers what it has, and ends with 0 and not by the signal. A second
    signal shortens the wait."""

    def __init__(self, config: uvicorn.Config, drain_seconds: float) -> None:
        self._should_exit = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        super().__init__(config)
        self._drain_seconds = drain_seconds
        self._drained_at: float | None = None

    @property
    def is_stopping(self) -> bool:
        return self._drained_at is not None or self.should_exit

    @property
    def should_exit(self) -> bool:
        """Set it from any thread, or in a handler of signals: the server looks at once."""
        return self._should_exit

    @should_exit.setter
    def should_exit(self, value: bool) -> None:
        self._should_exit = value
        self._look()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig != signal.SIGTERM:
            super().handle_exit(sig, frame)
        elif self._drained_at is None:
            self._drained_at = time.monotonic() + max(self._drain_seconds, MIN_DRAIN_SECONDS)
            self._look()
        else:
            self.should_exit = True

    async def main_loop(self) -> None:
        self._loop, looks = asyncio.get_running_loop(), 0
        try:
            while not await self.on_tick(10 * looks):  # uvicorn counts tenths of a second
                looks += 1
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._seconds_to_next_look()):
                        await self._changed.wait()
                self._changed.clear()
        finally:
            self._loop = None

    async def on_tick(self, counter: int) -> bool:
        if self._drained_at is not None and time.monotonic() >= self._drained_at:
            self.should_exit = True
        return await super().on_tick(counter)

    def _seconds_to_next_look(self) -> float:
        if self._drained_at is None:
            return TICK_SECONDS
        return min(TICK_SECONDS, max(0.0, self._drained_at - time.monotonic()))

    def _look(self) -> None:
        if (loop := self._loop) is not None:
            loop.call_soon_threadsafe(self._changed.set)


class Draining:
    """ASGI application around another: once the server is stopping, `/readyz` answers 503 and each answer closes its
    connection, so that a load balancer sends what comes next elsewhere."""

    def __init__(self, web: ASGIApp) -> None:
        self._web = web
        self.server: Server | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.server is not None and self.server.is_stopping:
            if scope["path"] == "/readyz":
                headers = {"Connection": "close"} | SECURITY_HEADERS
                answer = problem_response(
                    503, "not-ready", "Service momentanément indisponible", "Le service s’arrête.", headers
                )
                await answer(scope, receive, send)
                return
            send = _closing(send)
        await self._web(scope, receive, send)


def _closing(send: Send) -> Send:
    async def send_and_close(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = [pair for pair in message.get("headers", ()) if pair[0].lower() != b"connection"]
            message = message | {"headers": [*headers, (b"connection", b"close")]}
        await send(message)

    return send_and_close


def build_server(
    web: ASGIApp, settings: ServerSettings, *, shutdown_seconds: int = 10, drain_seconds: float | None = None
) -> Server:
    """`shutdown_seconds`: the time that running requests get when the server stops. `drain_seconds`: that of the
    settings unless given.

    Raises OSError when the certificate or the key cannot be read."""
    proxies = [str(proxy) for proxy in settings.proxies]
    table = ConnectionTable(settings.connections_per_address, settings.proxies)
    draining = Draining(web)
    guard = ConnectionGuard(
        ProxyHeadersMiddleware(draining, trusted_hosts=proxies) if proxies else draining,  # type: ignore[arg-type]
        table,
    )
    config = uvicorn.Config(
        guard,
        host=settings.host,
        port=settings.port,
        http="h11",
        backlog=BACKLOG,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        proxy_headers=False,  # read inside of the guard, which needs the connection's own address
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=shutdown_seconds,
    )
    config.load()
    config.http_protocol_class = guard.protocol(config.http_protocol_class)  # type: ignore[assignment]
    _allow_open_files()
    sys.setswitchinterval(SWITCH_SECONDS)
    draining.server = Server(config, settings.drain_seconds if drain_seconds is None else drain_seconds)
    return draining.server


def _allow_open_files() -> None:
    """Many systems begin with 1,024, of which connections alone may take 1,000."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
