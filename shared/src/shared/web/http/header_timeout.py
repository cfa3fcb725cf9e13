"""Header timeout: closes a connection on which the headers of a request do not arrive in time.

uvicorn waits for them for ever (its `timeout_keep_alive` holds between requests alone), so a client that sends them one
byte at a time would occupy one of the connections that a process accepts. The guard stands around uvicorn's protocol
and around the application: the first knows when a connection begins, the second when a request does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send

HEADER_TIMEOUT_SECONDS = 10.0
"""From the connection, or from the first byte of a later request, to the end of the headers."""
Address = tuple[str, int]


class HeaderTimeout:
    """An ASGI application that tells each connection when its requests begin and end.

    `protocol` puts the guard around the protocol of the server that runs this application; what the server names as
    the client of a request must be the connection's own peer, so a proxy's headers are read inside of this."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._connections: dict[Address, GuardedConnection] = {}

    def protocol(self, inner: Callable[..., asyncio.Protocol]) -> Callable[..., asyncio.Protocol]:
        """The factory of guarded connections, with the arguments of the factory `inner`."""
        return lambda **arguments: GuardedConnection(inner(**arguments), self._connections)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        connection = self._connections.get(tuple(client)) if client else None
        if connection is None:
            await self._app(scope, receive, send)
            return
        connection.begin_request()
        try:
            await self._app(scope, receive, send)
        finally:
            connection.end_request()


class GuardedConnection(asyncio.Protocol):
    """One connection: everything is passed on to the protocol within."""

    def __init__(self, inner: asyncio.Protocol, connections: dict[Address, GuardedConnection]) -> None:
        self._inner, self._connections = inner, connections
        self._peer: Address | None = None
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._open_requests = 0

    def begin_request(self) -> None:
        """The headers of a request have arrived."""
        self._open_requests += 1
        self._stop_timer()

    def end_request(self) -> None:
        """The application has answered. A pipelined request may have begun already, before the answer to the one before
        it has ended: they are counted. Between requests the server itself closes an idle connection."""
        self._open_requests -= 1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._inner.connection_made(transport)
        peer: Any = transport.get_extra_info("peername")
        if isinstance(peer, tuple):
            self._peer = (str(peer[0]), int(peer[1]))
            self._connections[self._peer] = self
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._transport = None
        if self._peer is not None and self._connections.get(self._peer) is self:
            del self._connections[self._peer]
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._peer is not None and not self._open_requests:
            self._start_timer()
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def _start_timer(self) -> None:
        if self._timer is None and self._transport is not None:
            self._timer = asyncio.get_running_loop().call_later(HEADER_TIMEOUT_SECONDS, self._transport.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
