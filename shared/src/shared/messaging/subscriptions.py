"""NATS subscriptions that feed the inbox, on FastStream: one for each publisher and partition."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from shared.contracts.base import PublicEvent
from shared.messaging import topology
from shared.messaging.inbox import Inbox
from shared.messaging.lease import cancel_until_done, is_cancelled
from shared.messaging.nats_access import PING_SECONDS, UNANSWERED_PINGS, faststream_security, violates_permissions
from shared.messaging.reactions import Reactions
from shared.messaging.receiving import RETRY_SECONDS, Receiver
from shared.settings import NatsAccess

THREADS_PER_PUBLISHER = 4
PULL_SECONDS = 30.0
"""How long a request for the next message waits at JetStream, which answers as soon as there is one. Each costs a
receiver without work, NATS and the network as much as a message does."""
PULL_AGAIN_SECONDS = 2.0
"""For the first request, and after a failed one: a part that works again soon says so."""
PROGRESS_SECONDS, STOP_SECONDS = 4.0, 6.0
"""For the messages in progress, and for all of a stop: who runs containers kills after ten."""
log = logging.getLogger(__name__)


class Subscriptions:
    """`fatal(reason)` is called when NATS refuses the credentials or a permission: nothing more can be received until
    the process starts anew."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        region: str,
        access: NatsAccess,
        fatal: Callable[[str], None],
    ) -> None:
        self._inbox, self._region, self._fatal = inbox, region, fatal
        self._stopping = False
        self._connection: Client | None = None
        self._opening: asyncio.Task[None] | None = None
        # asyncio's own pool has six threads on two cores, and a partition that waits for its lock takes one. Each
        # publisher has its own: one whose feed never answers would take the threads of all.
        self._threads = {
            publisher: ThreadPoolExecutor(THREADS_PER_PUBLISHER, thread_name_prefix=f"reactions-{publisher}")
            for publisher in inbox.reactions.publishers
        }
        receiver = Receiver(inbox, region=region, threads=self._threads)
        self._broker = NatsBroker(
            access.url,
            security=faststream_security(access),
            inbox_prefix=topology.reply_prefix(inbox.reactions.service),
            js_options={"prefix": topology.JETSTREAM_PREFIX},
            apply_types=False,  # measured: a third of the messages a second with types
            logger=None,
            graceful_timeout=PROGRESS_SECONDS,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            ping_interval=PING_SECONDS,
            max_outstanding_pings=UNANSWERED_PINGS,
            closed_cb=self._on_closed,
            reconnected_cb=self._on_reconnected,
            error_cb=self._on_error,
        )
        self._requests = PullRequests()
        self._pulls = {
            publisher: _pulls(self._broker, inbox.reactions, region, publisher, partial(receiver.receive, publisher))
            for publisher in inbox.reactions.publishers
        }
        self._errors: dict[str, dict[int, str]] = {publisher: {} for publisher in self._pulls}
        self._not_subscribed: str | None = "it has not begun"
        for publisher in inbox.reactions.publishers:
            self._broker.subscriber(topology.high_water_mark_subject(region, publisher), decoder=_pass_through)(
                partial(receiver.receive_high_water_mark, publisher)
            )

    @property
    def publishers(self) -> Collection[str]:
        return self._pulls.keys()

    def fault(self, publisher: str) -> str | None:
        """Why nothing is received from a publisher now; null while all is well."""
        if self._not_subscribed is None and not (self._connection and self._connection.is_connected):
            return "NATS is not connected"
        return self._not_subscribed or next(iter(self._errors[publisher].values()), None)

    async def start(self) -> None:
        """Returns at once. A task waits for NATS and for the streams."""
        self._opening = asyncio.create_task(self._open())

    async def stop(self) -> None:
        """Finishes the messages in progress, then closes the connection, in STOP_SECONDS at most if NATS is silent."""
        self._stopping = True
        if self._opening:
            await cancel_until_done(self._opening)
        draining = asyncio.create_task(self._drain())
        await asyncio.wait([draining], timeout=STOP_SECONDS)
        if draining.done():
            await draining
        else:  # nats-py waits for ten seconds for an answer
            log.warning("closed without draining: NATS does not answer")
            await cancel_until_done(draining)
        if self._connection:
            await self._connection.close()
        for threads in self._threads.values():
            await asyncio.to_thread(threads.shutdown)

    async def _drain(self) -> None:
        try:
            await self._broker.stop()
        except NatsError as error:  # not connected just now: nothing to drain
            log.info("closed without draining: %r", error)

    async def _open(self) -> None:
        while self._inbox.reactions.publishers and not self._stopping:  # nats-py may swallow a cancellation
            try:
                self._connection = await self._broker.connect()
                await self._require_consumers(self._connection)
                await self._broker.start()
                break
            except Exception as error:  # noqa: BLE001, RUF100  no server or no stream yet, or whatever it is
                log.warning("not subscribed yet: %r", error)
                self._not_subscribed = f"not subscribed: {type(error).__name__}: {error}"
                await asyncio.sleep(RETRY_SECONDS)
        for publisher, pulls in self._pulls.items():
            for number, pull in enumerate(pulls):
                report = partial(self._note_fetch, publisher, number)
                pull.subscription.fetch = self._requests.supervise(pull.subscription.fetch, report)
        self._not_subscribed = None

    def _note_fetch(self, publisher: str, number: int, error: Exception | None) -> None:
        """A consumer that was deleted, say: its events are back-filled from the feed, but slowly."""
        if error is not None:
            self._errors[publisher][number] = f"{type(error).__name__}: {error}"
        else:
            self._errors[publisher].pop(number, None)

    async def _require_consumers(self, connection: Client) -> None:
        """Raises NotFoundError as long as the deploy step has not run: FastStream would create the consumers itself."""
        jetstream, reactions = connection.jetstream(prefix=topology.JETSTREAM_PREFIX), self._inbox.reactions
        for publisher in reactions.publishers:
            for consumer in topology.consumers(
                self._region, reactions.service, publisher, whole_log=reactions.reads_whole_logs
            ):
                await jetstream.consumer_info(publisher, str(consumer.durable_name))

    async def _on_closed(self) -> None:
        if not self._stopping:
            self._fatal("NATS has closed the connection for good")

    async def _on_reconnected(self) -> None:
        self._requests.renew()

    async def _on_error(self, error: Exception) -> None:
        log.warning("nats: %s", error)
        if violates_permissions(error):
            self._fatal(str(error))


Receive = Callable[[NatsMessage], Awaitable[None]]


def _pulls(broker: NatsBroker, reactions: Reactions, region: str, publisher: str, receive: Receive) -> list[Any]:
    pulls = []
    for consumer in topology.consumers(region, reactions.service, publisher, whole_log=reactions.reads_whole_logs):
        pull = broker.subscriber(
            consumer.filter_subject or "",
            durable=consumer.durable_name,
            stream=JStream(publisher, declare=False),
            pull_sub=PullSub(batch_size=1, timeout=PULL_AGAIN_SECONDS),
            inbox_prefix=f"{topology.reply_prefix(reactions.service)}.".encode(),
            ack_policy=AckPolicy.MANUAL,
            decoder=_pass_through,
        )
        for contract in reactions.contracts:
            if contract.publisher == publisher:
                pull(_named_handler(receive, reactions.by_contract[contract]), filter=_carries_contract(contract))
        pull(receive)  # last: events that lead to nothing are counted too
        pulls.append(pull)
    return pulls


async def _pass_through(message: NatsMessage) -> NatsMessage:
    """A FastStream decoder that leaves the message as it came: the handler decodes and acknowledges it."""
    return message


def _named_handler(receive: Receive, reaction: Callable[..., Any]) -> Receive:
    """A handler under the reaction's name: FastStream tells handlers apart by name."""

    async def handler(message: NatsMessage) -> None:
        await receive(message)

    handler.__name__, handler.__doc__ = reaction.__name__, reaction.__doc__
    return handler


def _carries_contract(contract: type[PublicEvent]) -> Callable[[NatsMessage], Awaitable[bool]]:
    """Asynchronous, because FastStream runs a plain function in its thread pool for every message."""
    topic = contract.topic()

    async def carries(message: NatsMessage) -> bool:
        return message.headers.get("Contract") == topic

    return carries


Fetch = Callable[..., Awaitable[list[Any]]]


class PullRequests:
    """The requests that wait at JetStream for the next message of each consumer."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[list[Any]]] = set()

    def renew(self) -> None:
        """Has all of them sent again: NATS forgets those of a connection that ended."""
        for request in self._waiting:
            request.cancel()

    def supervise(self, fetch: Fetch, report: Callable[[Exception | None], None]) -> Fetch:
        """Reports how each request went, and waits after a failed one.
        FastStream 0.7.8 fetches again at once when a consumer is missing: 3,358 times a
        second, measured. To be removed when FastStream pauses itself."""
        seconds = PULL_SECONDS

        async def supervised(**options: Any) -> list[Any]:
            nonlocal seconds
            request = asyncio.ensure_future(fetch(**options | {"timeout": seconds}))
            self._waiting.add(request)
            fetched: list[Any] = []
            try:
                fetched = await request
            except TimeoutError:
                pass  # there was no message
            except (NatsError, APIError) as error:
                report(error)
                seconds = PULL_AGAIN_SECONDS
                await asyncio.sleep(RETRY_SECONDS)
                return []
            except asyncio.CancelledError:
                if is_cancelled():
                    raise
                return []  # renewed, or the connection is closed: the next request says so
            finally:
                self._waiting.discard(request)
            report(None)
            seconds = PULL_SECONDS
            return fetched

        return supervised
