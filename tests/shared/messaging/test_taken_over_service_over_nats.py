"""A service that was taken over, with its own key of NATS: what it may publish there, and what its feed may hold up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from nats.aio.client import Client
from tests.shared.messaging.conftest import Receiver
from tests.support.samples.sample_services import eventually
from tests.support.servers.running_server import up
from tests.support.servers.taken_over_service import PlayedService
from tests.support.servers.transport_harness import Loop

from embedded.processes import ports
from embedded.processes.nats import REGION, Nats
from shared.eventlog import PARTITIONS, partition_of
from shared.kernel import uuid7
from shared.messaging import Message, Subscriptions, encode, topology
from shared.messaging.nats_access import connect
from shared.messaging.wire import HighWaterMark
from shared.settings import NatsAccess

Publish = Callable[[str, str, bytes], None]


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[Nats]:
    """Its own: what is left in its streams is heard by nobody else."""
    with up(server := Nats(tmp_path / "nats", ports.choose_ports({"nats": None})["nats"])):
        yield server


@pytest.fixture
def publish(receiver: Receiver, nats: Nats) -> Iterator[Publish]:
    """`publish(service, subject, content)`, with the key of that service; the receiver listens meanwhile."""
    loop, deaths = Loop(), list[str]()
    access = {name: NatsAccess(nats.url, nats.seed(name)) for name in ("intake", "parcours", receiver.service.name)}
    reactions, deployer = receiver.service.reactions, NatsAccess(nats.url, nats.deployer_seed)
    loop.do(
        topology.install(
            deployer, REGION, receiver.service.name, reactions.publishers, whole_log=reactions.reads_whole_logs
        )
    )
    subscriptions = loop.call(
        lambda: Subscriptions(receiver.inbox, region=REGION, access=access[receiver.service.name], fatal=deaths.append)
    )
    clients: dict[str, Client] = {}

    async def send(service: str, subject: str, content: bytes) -> None:
        if service not in clients:
            clients[service] = await connect(access[service], inbox_prefix=topology.reply_prefix(service))
        await clients[service].publish(subject, content)
        await clients[service].flush()

    with ExitStack() as leaving:
        leaving.callback(loop.close)
        leaving.callback(lambda: [loop.do(client.close()) for client in clients.values()])
        leaving.callback(lambda: loop.do(subscriptions.stop(), 60))
        loop.do(subscriptions.start())
        yield lambda *message: loop.do(send(*message))
    assert deaths == []


def subject_of(message: Message, publisher: str) -> str:
    return topology.subject(REGION, publisher, message.header.partition, message.topic)


def announce(publish: Publish, by: str, head: HighWaterMark) -> None:
    publish(by, topology.high_water_mark_subject(REGION, by), encode(head))


def test_an_event_and_the_head_of_intake_on_its_own_subjects(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService, publish: Publish
) -> None:
    first, genuine = intake.grant(uuid7()), intake.grant(uuid7())
    publish("intake", subject_of(first, "intake"), encode(first))
    eventually(lambda: receiver.has_right(first.header.case))
    before = receiver.source("intake")

    def is_halted() -> bool:
        """Nothing keeps a head for who subscribes a moment later: it is announced again."""
        announce(publish, "parcours", intake.head(position=10**6, numbers=[10**5] * PARTITIONS))
        return "the head of 'intake'" in receiver.halted().get("parcours", "")

    eventually(is_halted)
    publish("parcours", subject_of(genuine, "parcours"), encode(genuine))
    publish("intake", subject_of(genuine, "intake"), encode(genuine))
    eventually(lambda: receiver.has_right(genuine.header.case))
    assert receiver.source("intake") == before
    assert receiver.halted().keys() == {"parcours"}


def test_a_publisher_whose_feed_never_answers_delays_no_other(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService, publish: Publish
) -> None:
    released, waiting = Event(), list[Any]()

    def never(page: dict[str, Any]) -> dict[str, Any]:
        waiting.append(page)
        released.wait(60)
        return page

    parcours.lie = never
    try:
        partitions: set[int] = set()
        while len(partitions) < PARTITIONS:
            case = uuid7()
            if partition_of(case) not in partitions:
                partitions.add(partition_of(case))
                parcours.record(case=case)
                bait = parcours.record(case=case)
                publish("parcours", subject_of(bait, "parcours"), encode(bait))
        eventually(lambda: waiting)
        for _ in range(3):
            announce(publish, "parcours", parcours.head())
        for _ in range(PARTITIONS):
            genuine = intake.grant(uuid7())
            publish("intake", subject_of(genuine, "intake"), encode(genuine))
        eventually(lambda: all(receiver.has_right(each.header.case) for each in intake.log), 8)
        assert not released.is_set()
    finally:
        released.set()
    parcours.lie = None

    def announced_and_received() -> bool:
        announce(publish, "parcours", parcours.head())
        return received(receiver) == len(parcours.log)

    eventually(announced_and_received)


def received(receiver: Receiver) -> int:
    rows = receiver.app.recorder.fetch("SELECT number FROM {schema}.tracked WHERE publisher = 'parcours'")
    return sum(row["number"] for row in rows)
