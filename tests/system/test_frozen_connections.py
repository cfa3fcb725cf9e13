"""Frozen connections, as by a pulled cable or a firewall that forgot them: nothing comes, not even their end."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.persistence import PersistenceError
from psycopg.conninfo import conninfo_to_dict
from tests.support.samples.sample_services import Desk, Workshop, desk_at, eventually
from tests.support.servers.running_server import up
from tests.support.servers.transport_harness import Carrier

from embedded.processes import ports
from embedded.processes.postgres import Postgres
from shared.eventlog.storage.factory import TIME_LIMITS, with_time_limits
from shared.messaging import Subscriptions, subscriptions

NOTICED_SECONDS = 10

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("iptables") is None, reason="packets are dropped by iptables, as root"
)


@contextmanager
def frozen(port: int) -> Iterator[None]:
    """No packet comes from or goes to this port any more."""
    rules = [["INPUT", "-i", "lo", "-p", "tcp", side, str(port), "-j", "DROP"] for side in ("--dport", "--sport")]
    for rule in rules:
        subprocess.run(["iptables", "-w", "-I", *rule], check=True)
    try:
        yield
    finally:
        for rule in rules:
            subprocess.run(["iptables", "-w", "-D", *rule], check=True)


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Postgres]:
    port = ports.choose_ports({"postgres": None})["postgres"]
    with up(Postgres(tmp_path / "postgres", port, durable=False)) as server:
        yield server


def test_a_request_does_not_wait_for_a_database_that_is_out_of_reach_and_the_next_one_finds_it(
    own_postgres: Postgres,
) -> None:
    url = own_postgres.ensure_database("desk")
    desk = desk_at(url, "desk")
    desk.app.create_tables()
    desk.register(uuid4(), 1)
    with ThreadPoolExecutor() as threads:  # left last: whatever still waits goes on once nothing is frozen any more
        with frozen(int(str(conninfo_to_dict(url)["port"]))):
            for _ in range(2):  # on a connection of the pool, and on a new one
                with pytest.raises(PersistenceError):
                    threads.submit(desk.register, uuid4(), 2).result(NOTICED_SECONDS)
        threads.submit(desk.register, uuid4(), 3).result(NOTICED_SECONDS)
    desk.app.close()


def is_connected(receiving: Subscriptions) -> bool:
    connection = receiving._connection
    return connection is not None and connection.is_connected


def test_events_go_on_soon_after_nats_was_out_of_reach(carrier: Carrier, desk: Desk, workshop: Workshop) -> None:
    """Both notice it, and not only at their next attempt to send."""
    carrier.install()
    relay, receiving = carrier.relay(), carrier.subscribe_workshop(workshop)
    desk.register(uuid4(), 1)
    eventually(lambda: workshop.steps() == desk.steps())
    assert is_connected(receiving)
    with frozen(carrier.server.port):
        cut = time.monotonic()
        eventually(lambda: not is_connected(receiving), NOTICED_SECONDS)
        desk.register(uuid4(), 2)
        eventually(lambda: relay.health.errors, NOTICED_SECONDS)
        assert time.monotonic() - cut < 2 * NOTICED_SECONDS
    eventually(lambda: workshop.steps() == desk.steps(), NOTICED_SECONDS)


def test_a_worker_ends_while_nats_is_out_of_reach(
    carrier: Carrier, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs it gives it ten seconds, which nats-py alone would wait for an answer."""
    monkeypatch.setattr(subscriptions, "STOP_SECONDS", 0.5)
    carrier.install()
    running = carrier.subscribe_workshop(workshop)
    eventually(lambda: running.fault("desk") is None)
    with frozen(carrier.server.port):
        carrier.loop.do(running.stop(), NOTICED_SECONDS - 1)
    assert running._connection is not None
    assert running._connection.is_closed


def test_what_a_deployment_says_of_the_time_limits_holds() -> None:
    said = with_time_limits("postgresql://dla@db/intake?tcp_user_timeout=900&sslmode=require")
    expected = TIME_LIMITS | {"tcp_user_timeout": 900}
    assert {name: int(str(value)) for name, value in conninfo_to_dict(said).items() if name in TIME_LIMITS} == expected
    assert conninfo_to_dict(said)["sslmode"] == "require"
