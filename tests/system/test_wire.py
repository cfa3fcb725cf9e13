"""NATS permissions of a service, checked on a real server: it can do its own work and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from tests.support.generated.nats_accounts import FILE
from tests.support.samples.sample_services import REGION, Desk, Workshop, eventually, register_in_turn
from tests.support.servers.running_server import up
from tests.support.servers.served_service import environment_of, ready
from tests.support.servers.transport_harness import DESK, WORKSHOP, Carrier, Loop, nats_for

from audit.main import service as audit
from embedded.processes import ports
from embedded.processes.nats import SERVICES, Nats
from embedded.processes.nats_users import new_seed
from shared.kernel import uuid7
from shared.messaging import Subscriptions, topology
from shared.messaging.nats_access import connect, violates_permissions
from shared.messaging.permissions import ServicePermissions, accounts
from shared.settings import NatsAccess

STRANGERS = ServicePermissions("stranger", ("desk",))


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[Nats]:
    """A stranger is a service as any other: it hears the desk, and is no workshop."""
    server = nats_for(tmp_path / "nats", DESK, WORKSHOP, STRANGERS)
    with up(server):
        yield server


class Trying:
    """A service's own connection, by which it tries what it should not. `violations`: what the server complained of."""

    def __init__(self, carrier: Carrier, service: str) -> None:
        self.violations: list[str] = []
        self._carrier = carrier
        self._client: Client = carrier.loop.do(self._entered(carrier.access(service), service))

    async def _entered(self, access: NatsAccess, service: str) -> Client:
        async def failing(error: Exception) -> None:
            assert violates_permissions(error)
            self.violations.append(str(error))

        return await connect(access, inbox_prefix=topology.reply_prefix(service), error_cb=failing)

    def to(self, attempt: Callable[[Client], Awaitable[Any]]) -> list[str]:
        """The violations of this attempt, known once the server has answered everything before."""

        async def try_it() -> None:
            await attempt(self._client)
            await self._client.flush()  # nats-py writes a ping before what waits to be written
            await self._client.flush()

        self.violations.clear()
        self._carrier.loop.do(try_it())
        return list(self.violations)

    def publish(self, subject: str, content: bytes = b"{}", reply: str = "") -> list[str]:
        return self.to(lambda client: client.publish(subject, content, reply=reply))

    def subscribe(self, subject: str) -> list[str]:
        return self.to(lambda client: client.subscribe(subject))

    def close(self) -> None:
        self._carrier.loop.do(self._client.close())


@pytest.fixture
def stranger(carrier: Carrier, desk: Desk) -> Iterator[Trying]:
    carrier.install()
    carrier.loop.do(topology.install(carrier.deployer, REGION, "stranger", [desk.name]))
    trying = Trying(carrier, "stranger")
    yield trying
    trying.close()


def test_it_speaks_on_no_subject_but_its_own(stranger: Trying, carrier: Carrier) -> None:
    own = topology.subject(REGION, "stranger", 3, "step-registered:v1")
    assert stranger.publish(own) == []
    assert stranger.publish(topology.high_water_mark_subject(REGION, "stranger")) == []
    for other in (
        topology.subject(REGION, "desk", 3, "step-registered:v1"),
        topology.subject("another-region", "stranger", 3, "step-registered:v1"),
        topology.high_water_mark_subject(REGION, "desk"),
        f"{topology.reply_prefix('workshop')}.some",
        "anything",
    ):
        assert len(stranger.publish(other)) == 1, other
    assert carrier.wire() == []


def test_no_answer_to_it_lands_on_another_s_subject(stranger: Trying, desk: Desk, carrier: Carrier) -> None:
    """JetStream answers on whatever subject it is asked to: by permissions alone, this would forge events."""
    relay = carrier.relay()
    desk.register(uuid7(), 1)
    eventually(lambda: carrier.all_sent(relay))
    sent = carrier.wire()
    own, forged = (topology.subject(REGION, name, 3, "step-registered:v1") for name in ("stranger", "desk"))
    stranger.publish(own, sent[0], reply=forged)
    stranger.publish(f"{topology.JETSTREAM_PREFIX}.STREAM.INFO.stranger", b"", reply=forged)
    stranger.publish(f"{topology.JETSTREAM_PREFIX}.DIRECT.GET.stranger", json.dumps({"seq": 1}).encode(), reply=forged)
    for consumer in topology.consumers(REGION, "stranger", "desk", whole_log=False):
        stranger.publish(
            f"{topology.JETSTREAM_PREFIX}.CONSUMER.MSG.NEXT.desk.{consumer.durable_name}", b"1", reply=forged
        )
    desk.register(uuid7(), 2)
    eventually(lambda: carrier.all_sent(relay))
    assert carrier.positions() == [1, 2]


@pytest.mark.parametrize("api", [topology.JETSTREAM_PREFIX, "$JS.API"])
def test_it_makes_and_ends_no_stream_and_no_consumer(api: str, stranger: Trying, carrier: Carrier, desk: Desk) -> None:
    for question in (
        "STREAM.CREATE.mine",
        "STREAM.UPDATE.stranger",
        "STREAM.DELETE.desk",
        "STREAM.DELETE.stranger",
        "STREAM.PURGE.desk",
        "STREAM.PURGE.stranger",
        "STREAM.MSG.DELETE.stranger",
        "STREAM.MSG.GET.desk",
        "STREAM.INFO.desk",
        "STREAM.NAMES",
        "STREAM.SNAPSHOT.desk",
        "DIRECT.GET.desk",
        "DIRECT.GET.desk.dla.>",
        "CONSUMER.CREATE.desk",
        "CONSUMER.CREATE.desk.stranger-desk-0",
        "CONSUMER.CREATE.desk.mine.dla.>",
        "CONSUMER.DURABLE.CREATE.desk.stranger-desk-0",
        "CONSUMER.DELETE.desk.stranger-desk-0",
        "CONSUMER.DELETE.desk.workshop-desk-0",
        "CONSUMER.PAUSE.desk.workshop-desk-0",
        "CONSUMER.NAMES.desk",
        "INFO",
    ):
        assert len(stranger.publish(f"{api}.{question}")) == 1, question
    register_in_turn(desk, cases=2, steps=2)
    relay = carrier.relay()
    eventually(lambda: carrier.all_sent(relay))
    assert carrier.positions() == [1, 2, 3, 4]


def test_it_reads_and_answers_for_no_consumer_but_its_own(stranger: Trying) -> None:
    for durable, refused in (("stranger-desk-0", 0), ("workshop-desk-0", 1)):
        for subject in (
            f"{topology.JETSTREAM_PREFIX}.CONSUMER.MSG.NEXT.desk.{durable}",
            f"{topology.JETSTREAM_PREFIX}.CONSUMER.INFO.desk.{durable}",
            f"$JS.ACK.desk.{durable}.1.1.1.1.1",
        ):
            assert len(stranger.publish(subject)) == refused, subject


def test_it_listens_to_heads_of_those_it_hears_and_to_answers_of_its_own(stranger: Trying) -> None:
    assert stranger.subscribe(topology.high_water_mark_subject(REGION, "desk")) == []
    assert stranger.subscribe(f"{topology.reply_prefix('stranger')}.some") == []
    for subject in (
        ">",
        "dla.>",
        topology.subject(REGION, "desk", "*", "*.*"),
        topology.high_water_mark_subject(REGION, "workshop"),
        f"{topology.reply_prefix('workshop')}.>",
        "_INBOX.>",
        "$JS.>",
        "$SYS.>",
    ):
        assert len(stranger.subscribe(subject)) == 1, subject


@pytest.mark.parametrize("seed", [None, new_seed()], ids=["without an NKey", "with another"])
def test_nobody_else_enters(seed: str | None, carrier: Carrier) -> None:
    from nats import connect

    async def enter() -> None:
        await connect(carrier.server.url, nkeys_seed_str=seed, allow_reconnect=False)

    with pytest.raises(NatsError, match=r"(?i)authorization"):
        carrier.loop.do(enter())


def test_each_may_do_no_more_than_its_part() -> None:
    """No wildcard reaches into another's streams, consumers or answers."""
    told = accounts([ServicePermissions("one"), ServicePermissions("two", ("one",))], "somewhere")
    assert '"dla.somewhere.one.*.*.*"' in told
    assert '">"' not in told
    assert '"$JS.API.>"' not in told


def without(part: ServicePermissions, right: str) -> str:
    told = accounts([DESK, part], REGION)
    assert right in told
    return told.replace(right, '"nothing"')


@pytest.mark.parametrize(
    "missing",
    [f'"dla.{REGION}.desk.head"', f'"{topology.JETSTREAM_PREFIX}.CONSUMER.INFO.desk.workshop-desk-3"'],
    ids=["to subscribe", "to publish"],
)
def test_a_right_that_is_missing_ends_who_hears(missing: str, workshop: Workshop, loop: Loop, tmp_path: Path) -> None:
    deaths: list[str] = []
    with started(tmp_path / "with-less", ["desk", "workshop"], without(WORKSHOP, missing)) as server:
        access = NatsAccess(server.url, server.seed("workshop"))
        loop.do(topology.install(NatsAccess(server.url, server.deployer_seed), REGION, "workshop", ["desk"]))
        hearing = loop.call(
            lambda: Subscriptions(workshop.inbox, region=REGION, access=access, fatal=deaths.append),
        )
        loop.do(hearing.start())
        assert "permissions violation" in eventually(lambda: "".join(deaths)).lower()
        loop.do(hearing.stop())


@contextmanager
def started(folder: Path, services: Sequence[str], told: str) -> Iterator[Nats]:
    server = Nats(folder, ports.choose_ports({"nats": None})["nats"], services=services, accounts=told)
    with up(server):
        yield server


def test_a_program_that_is_refused_a_right_says_so_and_ends(database: Callable[..., str], tmp_path: Path) -> None:
    told = FILE.read_text().replace('"dla.{region}.audit.head"', '"nothing"')
    with started(tmp_path / "nats", SERVICES, told) as server:
        settings, _ = ready(audit, database, server, tmp_path)
        environment = environment_of(settings) | {"DLA_NATS_DEPLOYER_SEED": server.deployer_seed, "DLA_PORT": "0"}
        command = [sys.executable, "-m", "audit"]
        subprocess.run([*command, "migrate"], env=os.environ | environment, check=True, timeout=60)
        ended = subprocess.run(
            [*command, "serve", "--role", "relay"],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("audit cannot go on: nats: permissions violation for publish")
