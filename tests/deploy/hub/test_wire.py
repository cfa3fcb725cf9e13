"""The line of the demonstration: closed, silent and mended."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.support.samples.sample_services import eventually

from deploy.hub.demo.wire import TLS_HANDSHAKE, Wire
from embedded.processes import ports

QUIET_SECONDS = 0.3


@pytest.fixture
def far() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        yield listener


@pytest.fixture
def wire(far: socket.socket) -> Iterator[Wire]:
    with Wire(ports.choose_ports({"wire": None})["wire"], far.getsockname()[1]) as made:
        yield made


def connected(wire: Wire, far: socket.socket) -> tuple[socket.socket, socket.socket]:
    near = socket.create_connection(("127.0.0.1", wire.port), timeout=5)
    there, _ = far.accept()
    there.settimeout(5)
    return near, there


def test_it_passes_on_what_is_sent_and_notes_what_is_encrypted(wire: Wire, far: socket.socket) -> None:
    for first, encrypted in ((b"INFO {}", 0), (TLS_HANDSHAKE + b"\x01", 1)):
        near, there = connected(wire, far)
        with closing(near), closing(there):
            near.sendall(first)
            assert there.recv(100) == first
            there.sendall(TLS_HANDSHAKE)
            assert near.recv(100) == TLS_HANDSHAKE, "an answer is no connection"
        assert wire.encrypted == encrypted
    assert wire.connections == 2


def test_a_closed_line_ends_its_connections_and_takes_none(wire: Wire, far: socket.socket) -> None:
    near, there = connected(wire, far)
    with closing(near), closing(there):
        wire.cut()
        assert (near.recv(1), there.recv(1)) == (b"", b"")
        with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as refused:
            assert refused.recv(1) == b""
    wire.mend()
    near, there = connected(wire, far)
    with closing(near), closing(there):
        near.sendall(b"again")
        assert there.recv(5) == b"again"


def test_a_silent_line_passes_nothing_on_until_it_is_mended(wire: Wire, far: socket.socket) -> None:
    near, there = connected(wire, far)
    with closing(near), closing(there):
        near.sendall(b"before")
        assert there.recv(100) == b"before"
        wire.cut(silent=True)
        near.sendall(b"meanwhile")
        there.settimeout(QUIET_SECONDS)
        with pytest.raises(TimeoutError):
            there.recv(100)
        assert not wire.was_retried
        with socket.create_connection(("127.0.0.1", wire.port), timeout=5):
            eventually(lambda: wire.was_retried)
        wire.mend()
        there.settimeout(5)
        assert there.recv(100) == b"meanwhile"
        wire.cut(silent=True)
        assert not wire.was_retried, "of this silence"
