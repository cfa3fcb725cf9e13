"""How does a service hear the others? Its inbox on FastStream: one subscriber for each publisher and partition."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from shared.contracts.base import PublicEvent
from shared.eventlog import PARTITIONS
from shared.messaging import topology
from shared.messaging.inbox import Inbox, LogReplaced
from shared.messaging.nats_access import faststream_security, violates_permissions
from shared.messaging.reactions import Reactions
from shared.messaging.wire import decode, decode_head
from shared.settings import NatsAccess

PAUSE = 0.5
HALTED_PAUSE = 30
log = logging.getLogger(__name__)


class Subscriptions:
    """`fatal` is told why nothing more can be heard until the process starts anew: refused credentials or rights."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        region: str,
        access: NatsAccess,
        fatal: Callable[[str], None],
    ) -> None:
        self._inbox, self._region, self._fatal = inbox, region, fatal
        self._leaving = False
        self._connection: Client | None = None
        self._opening: asyncio.Task[None] | None = None
        # asyncio's own pool has six threads on two cores, and a partition that waits for its turn takes one.
        self._threads = ThreadPoolExecutor(PARTITIONS, thread_name_prefix="reactions")
        self._broker = NatsBroker(
            access.url,
            security=faststream_security(access),
            inbox_prefix=topology.reply_prefix(inbox.reactions.service),
            js_options={"prefix": topology.API},
            apply_types=False,  # measured: a third of the messages a second with types
            logger=None,
            graceful_timeout=5,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            closed_cb=self._closed,
            error_cb=self._failing,
        )
        self._pulls = [
            pull
            for publisher in inbox.reactions.publishers
            for pull in _pulls(self._broker, inbox.reactions, region, publisher, self._receive)
        ]
        for publisher in inbox.reactions.publishers:
            self._broker.subscriber(topology.head_subject(region, publisher), decoder=_whole)(self._announced)

    async def start(self) -> None:
        """Returns at once: NATS and the streams are waited for in the background."""
        self._opening = asyncio.create_task(self._open())

    async def stop(self) -> None:
        """Ends what is under way, then leaves."""
        self._leaving = True
        if self._opening:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        try:
            await self._broker.stop()
        except NatsError as error:  # not connected just now: nothing to drain
            log.info("left without draining: %r", error)
            if self._connection:
                await self._connection.close()
        await asyncio.to_thread(self._threads.shutdown)

    async def _open(self) -> None:
        while self._inbox.reactions.publishers and not self._leaving:  # nats-py may swallow that it is cancelled
            try:
                self._connection = await self._broker.connect()
                await self._made(self._connection)
                await self._broker.start()
                break
            except Exception as error:  # noqa: BLE001, RUF100  no server or no stream yet, or whatever it is
                log.warning("not hearing yet: %r", error)
                await asyncio.sleep(PAUSE)
        for pull in self._pulls:
            pull.subscription.fetch = _paced(pull.subscription.fetch)

    async def _made(self, connection: Client) -> None:
        """Raises NotFoundError while the deploy step has not run: FastStream would then make consumers itself."""
        jetstream, reactions = connection.jetstream(prefix=topology.API), self._inbox.reactions
        for publisher in reactions.publishers:
            for consumer in topology.consumers(
                self._region, reactions.service, publisher, whole=reactions.reads_whole_logs
            ):
                await jetstream.consumer_info(publisher, str(consumer.durable_name))

    async def _receive(self, message: NatsMessage) -> None:
        try:
            told = decode(message.body)
        except msgspec.DecodeError:
            log.exception("unreadable: its number will be asked from the feed")
            await message.reject()
            return
        if (
            topology.subject(self._region, told.header.publisher, told.header.partition, told.topic)
            != message.raw_message.subject
        ):
            log.error("%s does not speak for %s: dropped", message.raw_message.subject, told.header.publisher)
            await message.reject()
            return
        received = asyncio.get_running_loop().run_in_executor(self._threads, self._inbox.receive, told)
        while not (await asyncio.wait([received], timeout=topology.ACK_WAIT / 2))[0]:
            await message.in_progress()
        try:
            received.result()
        except LogReplaced:
            await message.nack(delay=HALTED_PAUSE)
        except Exception as error:  # noqa: BLE001, RUF100  not applied, for whatever reason: it comes again
            log.warning("%s %s: again, after %r", told.header.publisher, told.header.position, error)
            await message.nack(delay=PAUSE)
        else:
            await message.ack()

    async def _announced(self, message: NatsMessage) -> None:
        try:
            head = decode_head(message.body)
            await asyncio.get_running_loop().run_in_executor(self._threads, self._inbox.announced, head)
        except Exception as error:  # noqa: BLE001, RUF100  another announcement follows
            log.warning("%s: %r", message.raw_message.subject, error)

    async def _closed(self) -> None:
        if not self._leaving:
            self._fatal("NATS has closed the connection for good")

    async def _failing(self, error: Exception) -> None:
        log.warning("nats: %s", error)
        if violates_permissions(error):
            self._fatal(str(error))


Receive = Callable[[NatsMessage], Awaitable[None]]


def _pulls(broker: NatsBroker, reactions: Reactions, region: str, publisher: str, receive: Receive) -> list[Any]:
    pulls = []
    for consumer in topology.consumers(region, reactions.service, publisher, whole=reactions.reads_whole_logs):
        pull = broker.subscriber(
            consumer.filter_subject or "",
            durable=consumer.durable_name,
            stream=JStream(publisher, declare=False),
            pull_sub=PullSub(batch_size=1, timeout=2),
            inbox_prefix=f"{topology.reply_prefix(reactions.service)}.".encode(),
            ack_policy=AckPolicy.MANUAL,
            decoder=_whole,
        )
        for contract in reactions.contracts:
            if contract.publisher == publisher:
                pull(_named(receive, reactions.by_contract[contract]), filter=_carries(contract))
        pull(receive)  # last: what leads to nothing is counted all the same
        pulls.append(pull)
    return pulls


async def _whole(message: NatsMessage) -> NatsMessage:
    """The handler gets the message as it came, to decode and acknowledge it."""
    return message


def _named(receive: Receive, reaction: Callable[..., Any]) -> Receive:
    """FastStream tells handlers apart by name: ours bear the reaction's."""

    async def handler(message: NatsMessage) -> None:
        await receive(message)

    handler.__name__, handler.__doc__ = reaction.__name__, reaction.__doc__
    return handler


def _carries(contract: type[PublicEvent]) -> Callable[[NatsMessage], Awaitable[bool]]:
    """Asynchronous: FastStream runs a plain function in its thread pool, for every message."""
    topic = contract.topic()

    async def carries(message: NatsMessage) -> bool:
        return message.headers.get("Contract") == topic

    return carries


def _paced(fetch: Callable[..., Awaitable[list[Any]]]) -> Callable[..., Awaitable[list[Any]]]:
    """FastStream 0.7.8 fetches again at once when a consumer is missing: 3,358 times a second, measured."""

    async def paced(**options: Any) -> list[Any]:
        try:
            return await fetch(**options)
        except TimeoutError:
            return []
        except (NatsError, APIError) as error:
            log.debug("nothing to fetch: %r", error)
            await asyncio.sleep(PAUSE)
            return []

    return paced
