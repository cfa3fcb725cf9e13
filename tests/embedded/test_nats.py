"""A NATS that keeps what it acknowledged, opens to NKeys that it knows only, and may be lost without loss of a fact."""

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from nats import connect
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from embedded.errors import PortUnusableError
from embedded.processes import ports
from embedded.processes.nats import Nats
from embedded.processes.nats_users import new_seed


async def published(nats: Nats, stream: str) -> int:
    """How many messages the stream holds after one more."""
    client = await connect(nats.url, nkeys_seed_str=nats.deployer_seed)
    try:
        jetstream: JetStreamContext = client.jetstream()
        await jetstream.add_stream(name=stream, subjects=[stream])
        return (await jetstream.publish(stream, b"DemandeDeposee")).seq
    finally:
        await client.close()


def test_jetstream_keeps_its_streams_until_it_is_wiped(nats: Nats, wipe_nats: Callable[[], None]) -> None:
    assert asyncio.run(published(nats, "kept")) == 1
    nats.stop()
    nats.start()
    nats.wait_until_ready()
    assert asyncio.run(published(nats, "kept")) == 2
    wipe_nats()
    assert asyncio.run(published(nats, "kept")) == 1


def test_jetstream_keeps_what_it_acknowledged_when_killed(nats: Nats) -> None:
    before = asyncio.run(published(nats, "killed"))
    assert nats.pid
    os.kill(nats.pid, signal.SIGKILL)
    nats.stop()
    nats.start()
    nats.wait_until_ready()
    assert asyncio.run(published(nats, "killed")) == before + 1


def test_only_an_nkey_that_it_knows_opens_it(nats: Nats) -> None:
    async def come_in(seed: str) -> Client:
        return await connect(nats.url, nkeys_seed_str=seed, allow_reconnect=False, max_reconnect_attempts=0)

    with pytest.raises(NatsError, match="Authorization Violation"):
        asyncio.run(come_in(new_seed()))


def test_the_server_is_told_no_seed(nats: Nats) -> None:
    command = subprocess.check_output(["ps", "-o", "args=", "-p", str(nats.pid)], text=True)
    assert "nats-server" in command
    for user in ("deployer", "intake"):
        assert nats.seed(user) not in (nats.folder / "nats.conf").read_text()
        assert oct((nats.folder / "secrets" / f"nats.{user}").stat().st_mode & 0o777) == "0o600"


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PortUnusableError, match="wanted for nats"):
        Nats(tmp_path / ".dla", other.getsockname()[1]).start()


def test_a_stopped_server_leaves_its_port(tmp_path: Path) -> None:
    server = Nats(tmp_path / ".dla", ports.choose_ports({"nats": None})["nats"])
    server.start()
    server.wait_until_ready()
    assert ports.port_obstacle(server.port) == "it is already taken"
    server.stop()
    assert ports.port_obstacle(server.port) is None
