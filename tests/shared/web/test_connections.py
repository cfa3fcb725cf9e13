"""Connections: those of one address leave room for others, and none keeps the server waiting for ever."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from ipaddress import ip_network
from threading import Thread
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from tests.support.samples.sample_services import eventually

from embedded.processes import ports
from shared.settings import ServerSettings
from shared.web.limits import build_server, connections
from shared.web.limits.connections import ConnectionTable, GuardedConnection

HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"


class Wire(asyncio.Transport):
    """A transport that notes how it was closed, and what was written before."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__()
        self._peer, self.end, self.written = (host, port), "", b""
        self.unread = 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._peer if name == "peername" else default

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return self.unread

    def pause_reading(self) -> None:
        self.end = "held"

    def close(self) -> None:
        self.end = self.end if self.end == "cut" else "closed"

    def abort(self) -> None:
        self.end = "cut"


class Door:
    """A table, and connections to it."""

    def __init__(self, per_address: int = 3, **more: Any) -> None:
        self.table, self._ports = ConnectionTable(per_address, **more), iter(range(10_000))

    def open(self, host: str = HERE) -> tuple[GuardedConnection, Wire]:
        wire = Wire(host, next(self._ports))
        connection = GuardedConnection(asyncio.Protocol, {}, self.table)
        connection.connection_made(wire)
        return connection, wire


def play(story: Callable[[], None]) -> None:
    """In an event loop, which the timers of a connection need."""

    async def played() -> None:
        story()

    asyncio.run(played())


def ends(wires: Sequence[Wire]) -> list[str]:
    return [each.end for each in wires]


def test_a_new_connection_takes_the_place_of_the_oldest_of_its_own_address() -> None:
    def story() -> None:
        door = Door(per_address=3)
        elsewhere, of_elsewhere = door.open(ELSEWHERE)
        wires = [door.open()[1] for _ in range(5)]
        assert ends(wires) == ["cut", "cut", "", "", ""]
        assert of_elsewhere.end == ""
        elsewhere.connection_lost(None)
        assert of_elsewhere.end == ""

    play(story)


def test_one_on_which_somebody_known_is_answered_is_spared() -> None:
    def story() -> None:
        door = Door(per_address=2)
        (known, known_wire), (_, other) = door.open(), door.open()
        known.begin_request()
        known.is_proven = True
        door.open()
        assert (known_wire.end, other.end) == ("", "cut")
        known.end_request()
        door.open()
        door.open()
        assert known_wire.end == "cut", "between two requests it is as any other"

    play(story)


def test_where_all_are_of_people_known_the_next_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HOLDING_SECONDS", 0.01)

    async def story() -> None:
        door = Door(per_address=2)
        for connection, _ in (door.open(), door.open()):
            connection.begin_request()
            connection.is_proven = True
        late, wire = door.open()
        assert (wire.end, wire.written) == ("held", b"")
        await asyncio.sleep(0.05)
        assert wire.end == "closed" and wire.written.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 1\r\n" in wire.written
        late.data_received(b"GET / HTTP/1.1")
        late.connection_lost(None)
        assert door.open(ELSEWHERE)[1].end == ""

    asyncio.run(story())


def test_of_all_together_the_address_that_has_most_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 6)

    def story() -> None:
        door = Door(per_address=4)
        first = door.open("10.0.0.9")[1]
        wires = [door.open()[1] for _ in range(4)] + [door.open(ELSEWHERE)[1]]
        health = door.open("127.0.0.1")[1]
        assert (health.end, first.end, ends(wires)) == ("", "", ["cut", "", "", "", ""])

    play(story)


def test_who_opens_them_by_the_hundred_is_read_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "OPENINGS_AT_ONCE", 5.0)
    monkeypatch.setattr(connections, "OPENINGS_PER_SECOND", 0.0)
    monkeypatch.setattr(connections, "MAX_TURNED_AWAY", 2)

    def story() -> None:
        door = Door(per_address=100)
        opened = [door.open() for _ in range(8)]
        assert ends([wire for _, wire in opened]) == [""] * 5 + ["held"] * 2 + ["cut"]
        opened[5][0].connection_lost(None)
        assert ends([door.open()[1] for _ in range(2)]) == ["held", "cut"]
        assert door.open(ELSEWHERE)[1].end == ""

    play(story)


def test_behind_a_proxy_all_are_one_address_and_the_proxy_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "OPENINGS_AT_ONCE", 5.0)
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 20)

    def story() -> None:
        door = Door(per_address=2, proxies=[ip_network("10.0.0.0/24")])
        wires = [door.open()[1] for _ in range(21)]
        assert ends(wires) == ["cut"] + [""] * 20, "within what the process takes"

    play(story)


def test_of_ipv6_a_whole_network_is_one_address() -> None:
    def story() -> None:
        door = Door(per_address=2)
        wires = [door.open(f"2001:db8:0:1::{n}")[1] for n in range(3)]
        assert ends(wires) == ["cut", "", ""]

    play(story)


@pytest.mark.parametrize(("still_open", "cut"), [(1, False), (0, True)])
def test_a_body_is_not_cut_while_its_request_is_open(
    still_open: int, cut: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With pipelining two requests may be open at once."""
    monkeypatch.setattr(connections, "HEADER_TIMEOUT_SECONDS", 0.01)

    async def story() -> str:
        connection, wire = Door().open()
        connection.begin_request()
        if still_open:
            connection.begin_request()  # the next request began before the answer to the first one had ended
        connection.end_request()
        connection.data_received(b"a part of a body, or the first bytes of another request")
        await asyncio.sleep(0.05)
        return wire.end

    assert asyncio.run(story()) == ("closed" if cut else "")


@pytest.mark.parametrize("reads_on", [True, False])
def test_who_does_not_read_their_answer_is_not_waited_for(reads_on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WRITE_TIMEOUT_SECONDS", 0.01)

    async def story() -> str:
        connection, wire = Door().open()
        connection.begin_request()
        wire.unread = 65_537
        connection.pause_writing()
        if reads_on:
            connection.resume_writing()
        await asyncio.sleep(0.05)
        return wire.end

    assert asyncio.run(story()) == ("" if reads_on else "cut")


@pytest.mark.parametrize("is_read", [True, False])
def test_the_end_of_an_answer_that_nobody_reads_is_not_kept_for_ever(
    is_read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Less than the transport's limit: it never asks to pause."""
    monkeypatch.setattr(connections, "WRITE_TIMEOUT_SECONDS", 0.01)

    async def story() -> str:
        connection, wire = Door().open()
        connection.begin_request()
        wire.unread = 5
        connection.end_request()
        wire.unread = 0 if is_read else 4
        await asyncio.sleep(0.05)
        return wire.end

    assert asyncio.run(story()) == ("" if is_read else "cut")


@pytest.mark.parametrize("ends", [True, False])
def test_an_answer_that_is_read_byte_by_byte_ends(ends: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ANSWER_TIMEOUT_SECONDS", 0.02)

    async def story() -> str:
        connection, wire = Door().open()
        connection.begin_request()
        for _ in range(3):
            connection.pause_writing()
            connection.resume_writing()
        if ends:
            connection.end_request()
        await asyncio.sleep(0.05)
        return wire.end

    assert asyncio.run(story()) == ("" if ends else "cut")


# Over real sockets


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{scope['path']} {len(body)}")(scope, receive, send)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    settings = ServerSettings(port=ports.choose_ports({"web": None})["web"], connections_per_address=10)
    server = build_server(answer, settings)
    server.config.lifespan = "off"
    thread = Thread(target=server.run, name="connections")
    thread.start()
    eventually(lambda: server.started)
    yield settings.port
    server.should_exit = True
    thread.join()


def asked(port: int, sent: bytes, host: str = "127.0.0.1") -> bytes:
    """All that is answered until the connection is closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(host, 0)) as caller:
        caller.sendall(sent)
        return b"".join(iter(lambda: caller.recv(4096), b""))


LIVE = b"GET /livez HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


def test_a_length_that_is_told_in_two_ways_is_refused_and_nothing_behind_it_is_read(port: int) -> None:
    """A proxy in front may believe the other one, and take what follows for a request of somebody else's."""
    both = (
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: here\r\n\r\n"
    )
    received = asked(port, both)
    assert received.startswith(b"HTTP/1.1 400 ") and received.count(b"HTTP/1.1") == 1
    assert b"/problems/malformed-request" in received and b"smuggled" not in received
    chunked = (
        b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nab\r\n0\r\n\r\n"
    )
    assert asked(port, chunked).endswith(b"/ 2")


def test_a_health_check_is_answered_while_one_address_holds_idle_connections(port: int) -> None:
    """1,000 of them, opened in ten milliseconds, had every request answered with 503, the health checks' too."""
    with ExitStack() as idle:
        for _ in range(60):
            idle.enter_context(socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.2", 0)))
        assert asked(port, LIVE).endswith(b"/livez 0")
        assert asked(port, LIVE, host="127.0.0.2").endswith(b"/livez 0"), "its own newest gets in too"
