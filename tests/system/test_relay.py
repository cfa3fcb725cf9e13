"""The relay: one leads and publishes every event once, whichever process dies, stalls or diverges."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from tests.support import ROOT
from tests.support.samples.sample_services import Desk, Workshop, eventually, feed_of, register_in_turn
from tests.support.servers.transport_harness import Carrier

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from shared.kernel import uuid7
from shared.messaging import Relay, find_relay_status, lease
from shared.messaging.lease import LEASE_SECONDS

PROCESS = "tests.support.processes.sample_service_process"


@contextmanager
def a_process(role: str, url: str, carrier: Carrier, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    seed = carrier.server.seed(carrier.desk.name if role == "relay" else "workshop")
    where = [url, carrier.desk.name, carrier.server.url, seed]
    with subprocess.Popen([sys.executable, "-m", PROCESS, role, *where, *more], cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


def is_stopped(process: subprocess.Popen[bytes]) -> bool:
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def dense_until(desk: Desk) -> list[int]:
    return list(range(1, (desk.app.recorder.max_notification_id() or 0) + 1))


def test_one_leads_and_another_takes_over_when_it_leaves(desk: Desk, carrier: Carrier) -> None:
    carrier.install()
    relays = [carrier.relay(), carrier.relay()]
    eventually(lambda: any(relay.is_leading for relay in relays))
    leader, other = sorted(relays, key=lambda relay: relay.is_leading, reverse=True)
    register_in_turn(desk, cases=3, steps=3)
    eventually(lambda: carrier.all_sent(leader))
    assert not other.is_leading
    carrier.loop.do(leader.stop())
    eventually(lambda: other.is_leading, seconds=LEASE_SECONDS - 1)
    register_in_turn(desk, cases=3, steps=3)
    eventually(lambda: carrier.all_sent(other))
    assert carrier.positions() == dense_until(desk)


@pytest.mark.parametrize("activity", ["_lead", "_compare"])
def test_a_relay_ends_though_a_library_swallowed_that_it_was_cancelled(
    activity: str, desk: Desk, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As asyncio.wait_for does before Python 3.12, when what it waits for comes at the same moment."""
    waiting = Event()

    async def swallowing(*_: Any) -> None:
        waiting.set()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)

    monkeypatch.setattr(Relay, activity, swallowing)
    carrier.install()
    relay = carrier.relay()
    assert waiting.wait(10)
    carrier.loop.do(relay.stop(), seconds=10)
    assert not relay.is_leading


def test_the_lease_is_let_go_though_psycopg_swallowed_that_it_was_cancelled(
    desk: Desk, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Event()

    async def swallowing(*_: Any) -> bool:
        waiting.set()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        return False

    monkeypatch.setattr(lease, "wait_for_notification", swallowing)
    carrier.install()
    relay = carrier.relay()
    assert waiting.wait(10)
    carrier.loop.do(relay.stop(), seconds=10)
    assert not relay.is_leading


def test_a_lease_given_before_the_clock_was_set_back_keeps_nobody_from_leading(desk: Desk, carrier: Carrier) -> None:
    carrier.install()
    register_in_turn(desk, cases=1, steps=2)
    ahead = "clock_timestamp() + interval '1 hour'"
    desk.app.recorder.fetch(f"INSERT INTO {{schema}}.leases VALUES ('relay', 'killed', {ahead})")
    desk.app.recorder.fetch(f"INSERT INTO {{schema}}.relay_status VALUES (true, 0, NULL, {ahead})")
    assert find_relay_status(desk.app).error == "no relay has reported for 30 seconds"
    relay = carrier.relay()
    eventually(lambda: carrier.all_sent(relay))
    eventually(lambda: find_relay_status(desk.app).error is None)


def test_a_leader_stalled_past_its_lease_is_fenced(desk: Desk, carrier: Carrier) -> None:
    carrier.install()
    register_in_turn(desk, cases=5, steps=4)
    with a_process("relay", desk.app.url, carrier, "stall") as stalled:
        eventually(lambda: is_stopped(stalled))
        other = carrier.relay()
        eventually(lambda: carrier.all_sent(other))
        stalled.send_signal(signal.SIGCONT)
        register_in_turn(desk, cases=5, steps=4)
        eventually(lambda: carrier.all_sent(other))
        carrier.loop.do(other.stop())  # the other leads again, and finds the stream as it is
        register_in_turn(desk, cases=5, steps=1)
        eventually(lambda: len(carrier.positions()) == 45)
    assert carrier.positions() == dense_until(desk)


def test_a_stream_that_holds_what_the_log_does_not_gets_nothing_more(desk: Desk, carrier: Carrier) -> None:
    carrier.install()
    first = carrier.relay()
    register_in_turn(desk, cases=2, steps=4)
    eventually(lambda: carrier.all_sent(first))
    carrier.loop.do(first.stop())
    before = carrier.wire()
    desk.restore(5, new_log=False)
    register_in_turn(desk, cases=2, steps=4, first=200)
    second = carrier.relay()
    said = eventually(lambda: second.health.errors.get("stream", ""))
    assert said.startswith("StreamDiverged: the stream ends with position 8")
    assert second.is_leading
    assert carrier.wire() == before


def test_a_stream_that_ends_on_something_else_gets_nothing_more(desk: Desk, carrier: Carrier) -> None:
    carrier.install()
    register_in_turn(desk, cases=1, steps=1)
    carrier.publish_bytes(desk.messages()[0], b"{}")
    relay = carrier.relay()
    said = eventually(lambda: relay.health.errors.get("stream", ""))
    assert said.startswith("StreamDiverged: the last message of the stream is not an event")
    assert carrier.wire() == [b"{}"]
    eventually(lambda: find_relay_status(desk.app).error == said)
    carrier.install()
    eventually(lambda: carrier.positions() == [1])
    eventually(lambda: find_relay_status(desk.app).error is None)


def test_every_replica_can_tell_that_the_stream_is_gone_and_the_deploy_step_brings_it_back(
    desk: Desk, carrier: Carrier
) -> None:
    assert find_relay_status(desk.app).error == "no relay has led yet"
    carrier.install()
    relay = carrier.relay()
    register_in_turn(desk, cases=1, steps=2)
    eventually(lambda: carrier.all_sent(relay))
    eventually(lambda: find_relay_status(desk.app).error is None and find_relay_status(desk.app).unsent == 0)
    carrier.delete_stream()
    register_in_turn(desk, cases=1, steps=2, first=200)
    eventually(lambda: "run `dla-desk migrate`" in (find_relay_status(desk.app).error or ""))
    assert find_relay_status(desk.app).unsent == 2
    carrier.install()
    eventually(lambda: find_relay_status(desk.app).error is None and find_relay_status(desk.app).unsent == 0)
    assert carrier.positions() == [1, 2, 3, 4]


def test_events_go_on_by_the_feed_while_the_stream_is_gone(desk: Desk, workshop: Workshop, carrier: Carrier) -> None:
    carrier.install()
    relay = carrier.relay()
    carrier.subscribe_workshop(workshop)
    register_in_turn(desk, cases=1, steps=2)
    eventually(lambda: workshop.steps() == desk.steps())
    carrier.delete_stream()
    register_in_turn(desk, cases=2, steps=2, first=200)
    eventually(lambda: workshop.steps() == desk.steps())
    assert "StreamMissing" in relay.health.errors["stream"]
    carrier.install()
    eventually(lambda: carrier.all_sent(relay) and not relay.health.errors)
    register_in_turn(desk, cases=1, steps=1, first=300)
    eventually(lambda: workshop.steps() == desk.steps())


def test_a_restored_log_goes_on_under_its_new_id(desk: Desk, carrier: Carrier) -> None:
    carrier.install()
    first = carrier.relay()
    register_in_turn(desk, cases=2, steps=4)
    eventually(lambda: carrier.all_sent(first))
    carrier.loop.do(first.stop())
    desk.restore(5, new_log=True)
    register_in_turn(desk, cases=1, steps=2, first=200)
    second = carrier.relay()
    eventually(lambda: carrier.all_sent(second))
    assert carrier.positions() == [1, 2, 3, 4, 5, 6, 7, 8, 6, 7]


def test_no_more_is_sent_again_than_the_stream_would_still_hold(desk: Desk, carrier: Carrier) -> None:
    carrier.install()
    register_in_turn(desk, cases=1, steps=6)
    desk.app.recorder.fetch("UPDATE {events} SET recorded_at = recorded_at - interval '8 days' WHERE position <= 4")
    relay = carrier.relay()
    eventually(lambda: carrier.all_sent(relay))
    assert carrier.positions() == [5, 6]


def test_a_lost_database_is_waited_for(desk: Desk, carrier: Carrier, postgres: Postgres) -> None:
    carrier.install()
    relay = carrier.relay()
    register_in_turn(desk, cases=1, steps=2)
    eventually(lambda: carrier.all_sent(relay))
    with psycopg.connect(postgres.superuser_url, autocommit=True) as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (desk.app.url.rpartition("/")[2],),
        )
    eventually(lambda: relay.health.errors)
    desk.register(uuid7(), 3)
    eventually(lambda: carrier.all_sent(relay) and not relay.health.errors)
    assert carrier.positions() == [1, 2, 3]


def test_nothing_is_lost_or_doubled_while_each_is_killed_in_turn(
    desk: Desk, workshop: Workshop, carrier: Carrier, nats: Nats
) -> None:
    carrier.install()
    enough = Event()

    def register_until_enough() -> None:
        cases = [uuid7() for _ in range(20)]
        for registered, case in enumerate(itertools.cycle(cases)):
            while registered > workshop.followed() + 200 and not enough.is_set():
                enough.wait(0.02)
            if enough.is_set():
                return
            desk.register(case, 100 + registered)

    with feed_of(desk) as address, ExitStack() as processes:

        def start(role: str) -> subprocess.Popen[bytes]:
            if role == "relay":
                return processes.enter_context(a_process(role, desk.app.url, carrier))
            return processes.enter_context(a_process(role, workshop.app.url, carrier, address))

        running = {role: start(role) for role in ("relay", "workshop")}
        registering = Thread(target=register_until_enough)
        registering.start()
        try:
            for victim in ("relay", "nats", "workshop"):
                followed = workshop.followed()
                eventually(partial(has_followed, workshop, followed + 20))
                if victim == "nats":
                    kill(nats)
                else:
                    running[victim].kill()
                    running[victim] = start(victim)
        finally:
            enough.set()
            registering.join()
        eventually(lambda: workshop.followed() == desk.app.recorder.max_notification_id(), seconds=30)
        eventually(lambda: carrier.positions() == dense_until(desk))
    assert workshop.steps() == desk.steps()
    assert workshop.count("parked") == 0


def has_followed(workshop: Workshop, count: int) -> bool:
    return workshop.followed() > count


def kill(nats: Nats) -> None:
    assert nats.pid is not None
    os.kill(nats.pid, signal.SIGKILL)
    nats.stop()
    nats.start()
    nats.wait_until_ready()
