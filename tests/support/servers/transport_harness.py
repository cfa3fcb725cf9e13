"""Transport tests over a real NATS: relay and subscriptions run while the test looks on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig
from tests.support.samples.sample_services import REGION, Desk, Workshop

from embedded.processes import ports
from embedded.processes.nats import Nats
from shared.messaging import Message, Relay, Subscriptions, encode, topology
from shared.messaging.nats_access import connect
from shared.messaging.permissions import ServicePermissions, accounts
from shared.messaging.wire import decode
from shared.settings import NatsAccess

T = TypeVar("T")


DESK, WORKSHOP, AUDITING = (
    ServicePermissions("desk"),
    ServicePermissions("workshop", ("desk",)),
    ServicePermissions("auditing", ("desk",), reads_whole_logs=True),
)


def nats_for(folder: Path, *parts: ServicePermissions) -> Nats:
    """A server where these have the rights of services, in the desk's region."""
    port = ports.choose_ports({"nats": None})["nats"]
    return Nats(folder, port, services=[part.service for part in parts], accounts=accounts(parts, REGION))


class Loop:
    """An event loop in a thread, for what runs while the test looks on."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever, name="loop")
        self.thread.start()

    def do(self, work: Coroutine[Any, Any, T], seconds: float = 20) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def call(self, make: Callable[[], T]) -> T:
        async def made() -> T:
            return make()

        return self.do(made())

    def close(self) -> None:
        async def rest() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        self.do(rest())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Carrier:
    """Starts relays and subscriptions, and stops them all at the end. `deaths`: why the process would have ended."""

    def __init__(
        self, loop: Loop, server: Nats, desk: Desk, closing: ExitStack, authorities: Path | None = None
    ) -> None:
        self.loop, self.server, self.desk, self._closing = loop, server, desk, closing
        self.deaths: list[str] = []
        self.deployer = NatsAccess(server.url, server.deployer_seed, authorities=authorities)

    def access(self, service: str) -> NatsAccess:
        return replace(self.deployer, seed=self.server.seed(service))

    def install(self, *, whole: bool = False) -> None:
        """The deploy step."""
        hearer = "auditing" if whole else "workshop"
        self.loop.do(topology.install(self.deployer, REGION, hearer, [self.desk.name], whole_log=whole))

    def relay(self) -> Relay:
        relay = self.loop.call(
            lambda: Relay(
                self.desk.app,
                self.desk.to_integration_event,
                region=REGION,
                access=self.access(self.desk.name),
                fatal=self.deaths.append,
            )
        )
        running = self.loop.call(lambda: asyncio.ensure_future(relay.run()))

        async def end() -> None:
            await relay.stop()
            await running

        self._closing.callback(lambda: self.loop.do(end()))
        return relay

    def subscribe_workshop(self, workshop: Workshop) -> Subscriptions:
        subscriptions = self.loop.call(
            lambda: Subscriptions(
                workshop.inbox,
                region=REGION,
                access=self.access(workshop.inbox.reactions.service),
                fatal=self.deaths.append,
            )
        )
        self.loop.do(subscriptions.start())
        self._closing.callback(lambda: self.loop.do(subscriptions.stop()))
        return subscriptions

    def all_sent(self, relay: Relay) -> bool:
        return bool(relay.health.position == self.desk.app.recorder.max_notification_id())

    def publish(self, messages: list[Message]) -> None:
        """Beside the relay, as a resend or a stray copy would."""
        for message in messages:
            self.publish_bytes(message, encode(message))

    def publish_bytes(self, message: Message, raw: bytes) -> None:
        """Something in the place of a message."""
        subject = topology.subject(REGION, self.desk.name, message.header.partition, message.topic)
        headers = {"Contract": message.contract} if message.contract else None

        async def publish(jetstream: JetStreamContext) -> None:
            await jetstream.publish(subject, raw, headers=headers)

        self.ask(publish)

    def purge(self) -> None:
        """The stream loses its messages, and keeps its sequence."""

        async def purge(jetstream: JetStreamContext) -> None:
            await jetstream.purge_stream(self.desk.name)

        self.ask(purge)

    def delete_stream(self) -> None:
        """As an operator's slip would; the deploy step makes it anew."""

        async def delete(jetstream: JetStreamContext) -> None:
            await jetstream.delete_stream(self.desk.name)

        self.ask(delete)

    def wire(self) -> list[bytes]:
        """Every message the desk's stream holds."""

        async def wire(jetstream: JetStreamContext) -> list[bytes]:
            config = ConsumerConfig(ack_policy=AckPolicy.NONE)
            pull = await jetstream.pull_subscribe("", stream=self.desk.name, config=config)
            held = (await jetstream.stream_info(self.desk.name)).state.messages
            messages: list[bytes] = []
            while len(messages) < held:
                messages += [message.data for message in await pull.fetch(500, timeout=5)]
            return messages

        return self.ask(wire)

    def positions(self) -> list[int]:
        return [decode(message).header.position for message in self.wire()]

    def ask(self, question: Callable[[JetStreamContext], Coroutine[Any, Any, T]]) -> T:
        async def ask() -> T:
            connection = await connect(self.deployer)
            try:
                return await question(connection.jetstream())
            finally:
                await connection.close()

        return self.loop.do(ask())
