"""Connections: how many there are, of which address, and how long each may keep the server waiting.

uvicorn accepts all, and waits for ever for headers (its `timeout_keep_alive` holds between requests alone) and for a
client that does not read its answer. The guard stands around uvicorn's protocol and around the application: the first
knows when a connection begins, the second when a request does."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.http import SECURITY_HEADERS, problem_response
from shared.web.limits.rates import network_of

MAX_CONNECTIONS = 1000
"""Of one process, of all addresses."""
HEADER_TIMEOUT_SECONDS = 10.0
"""From the connection, or from the first byte of a later request, to the end of the headers."""
WRITE_TIMEOUT_SECONDS = 30.0
"""For the client to read on, while an answer waits to be sent; and to read what is left of it once all is written."""
ANSWER_TIMEOUT_SECONDS = 900.0
"""For a client that reads, but slowly, to have all of an answer: 36 kB a second for the largest (32 MiB)."""
OPENINGS_PER_SECOND, OPENINGS_AT_ONCE = 100.0, 300.0
"""Connections that one address may open. Of more, not a byte is read."""
HOLDING_SECONDS, MAX_TURNED_AWAY = 5.0, 2000
"""Who is turned away is told so late: whoever opens another connection at once would be turned away all the time."""
MAX_TRACKED_ADDRESSES = 4096
Address = tuple[str, int]
TURNED_AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
    b"Cache-Control: no-store\r\n\r\n"
)


class ConnectionTable:
    """The open connections. A new one takes the place of the oldest that has proved nothing, of its own address, or, of
    all together, of the address that has most: so whoever comes from elsewhere, as a health check does, gets in.

    `proxies`: addresses behind which all clients are, and which count them themselves."""

    def __init__(self, per_address: int, proxies: Sequence[IPv4Network | IPv6Network] = ()) -> None:
        self._per_address, self._proxies = per_address, proxies
        self._open: dict[str, OrderedDict[GuardedConnection, None]] = {}
        self._openings: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._turned_away: set[GuardedConnection] = set()
        self._number = 0

    def admit(self, connection: GuardedConnection) -> bool:
        address = connection.address
        if not self._is_proxy(connection.host):
            if not self._may_open(address):
                return False
            if len(self._open.get(address, ())) >= self._per_address and not self._make_room(address):
                return False
        if self._number >= MAX_CONNECTIONS and not self._make_room(
            max(self._open, key=lambda each: len(self._open[each]))
        ):
            return False
        self._open.setdefault(address, OrderedDict())[connection] = None
        self._number += 1
        return True

    def remove(self, connection: GuardedConnection) -> None:
        own = self._open.get(connection.address, OrderedDict())
        if connection in own:
            del own[connection]
            self._number -= 1
            if not own:
                del self._open[connection.address]

    def hold(self, connection: GuardedConnection) -> bool:
        """Whether one that is turned away may be held for a while."""
        if len(self._turned_away) >= MAX_TURNED_AWAY:
            return False
        self._turned_away.add(connection)
        return True

    def release(self, connection: GuardedConnection) -> None:
        self._turned_away.discard(connection)

    def _make_room(self, address: str) -> bool:
        """Closes the oldest connection of an address on which nobody known is being answered."""
        oldest = next((each for each in self._open[address] if not each.is_proven), None)
        if oldest is None:
            return False
        self.remove(oldest)
        oldest.cut()
        return True

    def _may_open(self, address: str) -> bool:
        now = time.monotonic()
        left, since = self._openings.pop(address, (OPENINGS_AT_ONCE, now))
        left = min(OPENINGS_AT_ONCE, left + (now - since) * OPENINGS_PER_SECOND)
        self._openings[address] = (max(0.0, left - 1), now)
        if len(self._openings) > MAX_TRACKED_ADDRESSES:
            self._openings.popitem(last=False)
        return left >= 1

    def _is_proxy(self, host: str) -> bool:
        try:
            return any(ip_address(host) in each for each in self._proxies)
        except ValueError:
            return False


class ConnectionGuard:
    """An ASGI application that tells each connection when its requests begin and end.

    `protocol` puts the guard around the protocol of the server that runs this application; what the server names as
    the client of a request must be the connection's own peer, so a proxy's headers are read inside of this."""

    def __init__(self, app: ASGIApp, table: ConnectionTable) -> None:
        self._app, self._table = app, table
        self._connections: dict[Address, GuardedConnection] = {}

    def protocol(self, inner: Callable[..., asyncio.Protocol]) -> Callable[..., asyncio.Protocol]:
        """The factory of guarded connections, with the arguments of the factory `inner`."""
        return lambda **arguments: GuardedConnection(lambda: inner(**arguments), self._connections, self._table)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _has_two_lengths(scope):
            await _two_lengths()(scope, receive, send)
            return
        client = scope.get("client")
        connection = self._connections.get(tuple(client)) if client else None
        if connection is None:
            await self._app(scope, receive, send)
            return
        scope["connection"] = connection
        connection.begin_request()
        try:
            await self._app(scope, receive, send)
        finally:
            connection.end_request()


class GuardedConnection(asyncio.Protocol):
    """One connection: everything is passed on to the protocol within.

    `is_proven`: whether a request of somebody known is being answered; whoever answers it says so."""

    def __init__(
        self,
        make_inner: Callable[[], asyncio.Protocol],
        connections: dict[Address, GuardedConnection],
        table: ConnectionTable,
    ) -> None:
        self._make_inner, self._connections, self._table = make_inner, connections, table
        self._inner: asyncio.Protocol | None = None
        self.is_proven = False
        self._peer: Address | None = None
        self._transport: asyncio.Transport | None = None
        self._header_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._answer_timer: asyncio.TimerHandle | None = None
        self._open_requests = 0

    @property
    def host(self) -> str:
        return self._peer[0] if self._peer else ""

    @property
    def address(self) -> str:
        return network_of(self.host)

    def begin_request(self) -> None:
        """The headers of a request have arrived."""
        self._open_requests += 1
        self._stop_header_timer()
        self._stop_write_timer()

    def end_request(self) -> None:
        """The application has answered. A pipelined request may have begun already, before the answer to the one before
        it has ended: they are counted. Between requests the server itself closes an idle connection."""
        self._open_requests -= 1
        self.is_proven = self.is_proven and self._open_requests > 0
        if not self._open_requests:
            self._stop_answer_timer()
            if self._unread_bytes():
                self._start_write_timer()

    def cut(self) -> None:
        """Closed at once, whatever was to be sent."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer: Any = transport.get_extra_info("peername")
        if isinstance(peer, tuple):
            self._peer = (str(peer[0]), int(peer[1]))
            if not self._table.admit(self):
                self._turn_away()
                return
            self._connections[self._peer] = self
            self._start_header_timer()
        self._inner = self._make_inner()
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_header_timer()
        self._stop_write_timer()
        self._stop_answer_timer()
        self._transport = None
        if self._inner is None:
            self._table.release(self)
            return
        if self._peer is not None:
            self._table.remove(self)
            if self._connections.get(self._peer) is self:
                del self._connections[self._peer]
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._inner is not None:
            if self._peer is not None and not self._open_requests:
                self._start_header_timer()
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._inner else None

    def pause_writing(self) -> None:
        self._start_write_timer()
        if self._answer_timer is None:
            self._answer_timer = asyncio.get_running_loop().call_later(ANSWER_TIMEOUT_SECONDS, self.cut)
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._stop_write_timer()
        if self._inner is not None:
            self._inner.resume_writing()

    def _turn_away(self) -> None:
        if not self._table.hold(self):
            self.cut()
            return
        assert self._transport is not None
        self._transport.pause_reading()
        self._header_timer = asyncio.get_running_loop().call_later(HOLDING_SECONDS, self._say_no)

    def _say_no(self) -> None:
        if self._transport is not None:
            self._transport.write(TURNED_AWAY)
            self._transport.close()

    def _start_header_timer(self) -> None:
        if self._header_timer is None and self._transport is not None:
            loop = asyncio.get_running_loop()
            self._header_timer = loop.call_later(HEADER_TIMEOUT_SECONDS, self._transport.close)

    def _stop_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _unread_bytes(self) -> int:
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def _start_write_timer(self) -> None:
        if self._write_timer is None:
            self._write_timer = asyncio.get_running_loop().call_later(WRITE_TIMEOUT_SECONDS, self._cut_unless_read)

    def _cut_unless_read(self) -> None:
        self._write_timer = None
        if self._unread_bytes():
            self.cut()

    def _stop_answer_timer(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()
            self._answer_timer = None

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None


def _has_two_lengths(scope: Scope) -> bool:
    names = {name for name, _ in scope["headers"]}
    return b"content-length" in names and b"transfer-encoding" in names


def _two_lengths() -> ASGIApp:
    """A proxy may believe one of them and this server the other, and take a part of the body for the next request."""
    detail = "Content-Length et Transfer-Encoding ne vont pas ensemble."
    headers = {"Connection": "close"} | SECURITY_HEADERS
    return problem_response(400, "malformed-request", "Demande illisible", detail, headers)
