"""How does a log reach the others? One leader sends it to the stream in batches, and sees when the stream lost some."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import msgspec
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.eventlog import PARTITIONS, ServiceApplication
from shared.messaging import topology
from shared.messaging.lease import Lease, is_cancelled
from shared.messaging.nats_access import connect, violates_permissions
from shared.messaging.wire import HighWaterMark, Message, ToIntegrationEvent, decode, encode, messages_of
from shared.settings import NatsAccess
from shared.temporal import closed_timestamp

COMPARE, POLL, PAUSE = 2.0, 1.0, 0.5
BATCH = 500
log = logging.getLogger(__name__)


class RelayFenced(Exception):
    """The stream ends elsewhere than we believed: another leader, a wipe, or our own batch whose answer was lost."""


class StreamDiverged(Exception):
    """The stream ends on an event that this log does not hold: a restored log kept its old id. Nothing is sent."""


@dataclass(frozen=True, slots=True)
class RelayHealth:
    """`position`: the last one known to be in the stream. `errors`: what goes wrong now, by activity."""

    leading: bool
    position: int
    errors: dict[str, str]


class Relay:
    """`asyncio.create_task(relay.run())`, and at the end `await relay.stop()`. Any number may run: one leads.

    `fatal` is told which right is missing: without it nothing can be sent until the process starts anew."""

    def __init__(
        self,
        app: ServiceApplication,
        published: ToIntegrationEvent,
        *,
        region: str,
        access: NatsAccess,
        fatal: Callable[[str], None],
    ) -> None:
        self._app, self._published, self._region = app, published, region
        self._access, self._fatal = access, fatal
        self._news, self._compare_now = asyncio.Event(), asyncio.Event()
        self._sequence = self._position = 0
        self._errors: dict[str, str] = {}
        self._lease = Lease(app, self._news, partial(self._errors.pop, "lease", None))
        self._activities: list[asyncio.Task[None]] = []

    @property
    def leads(self) -> bool:
        return self._lease.held

    @property
    def health(self) -> RelayHealth:
        return RelayHealth(self.leads, self._position, errors=dict(self._errors))

    async def run(self) -> None:
        """Until stopped. PostgreSQL or NATS lost, a stream missing: said, and waited for."""
        self._activities = [
            asyncio.create_task(self._for_ever("lease", self._lease.hold)),
            asyncio.create_task(self._for_ever("stream", self._lead)),
        ]
        try:
            await asyncio.wait(self._activities)
        finally:
            for activity in self._activities:
                activity.cancel()

    async def stop(self) -> None:
        """Gives the lease back, so that another leads at once."""
        for activity in self._activities:
            activity.cancel()
        if self._activities:
            await asyncio.wait(self._activities)
        await self._lease.give_back()

    async def _for_ever(self, activity: str, work: Callable[[], Awaitable[None]]) -> None:
        while not is_cancelled():
            try:
                await work()
            except asyncio.CancelledError as error:
                if is_cancelled():
                    raise
                self._report(activity, error)  # nats-py cancels what waits on a connection that it closes
            except Exception as error:  # noqa: BLE001, RUF100  whatever it is, it is said and tried again
                self._report(activity, error)
            await asyncio.sleep(PAUSE)

    def _report(self, activity: str, error: BaseException) -> None:
        said = f"{type(error).__name__}: {error}"
        if self._errors.get(activity) != said:
            log.log(
                logging.ERROR if isinstance(error, StreamDiverged) else logging.WARNING,
                "%s: %s",
                self._app.service,
                said,
            )
        self._errors[activity] = said

    async def _lead(self) -> None:
        await self._lease.taken.wait()
        async with self._connected() as connection:
            jetstream = connection.jetstream(prefix=topology.API, timeout=2)
            await self._resume(jetstream)
            compared = 0.0
            while self.leads and not is_cancelled():
                if self._compare_now.is_set() or time.monotonic() - compared > COMPARE:
                    self._compare_now.clear()
                    await self._compare(connection, jetstream)
                    compared = time.monotonic()
                self._news.clear()
                if messages := await asyncio.to_thread(self._messages_after, self._position):
                    await self._send(connection, messages)
                    continue
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._news.wait()
        self._lease.taken.clear()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Client]:
        async def reconnected() -> None:
            self._compare_now.set()

        async def failing(error: Exception) -> None:
            self._report("stream", error)
            if violates_permissions(error):
                self._fatal(str(error))

        connection = await connect(
            self._access,
            inbox_prefix=topology.reply_prefix(self._app.service),
            max_reconnect_attempts=-1,
            reconnect_time_wait=PAUSE,
            reconnected_cb=reconnected,
            error_cb=failing,
        )
        try:
            yield connection
        finally:
            await connection.close()

    async def _resume(self, jetstream: JetStreamContext) -> None:
        """Where the stream ends, in its sequence and in our positions."""
        info = await jetstream.stream_info(self._app.service)
        self._sequence = info.state.last_seq
        last = await self._message_at(jetstream, self._sequence)
        self._position = await asyncio.to_thread(self._position_of, last, info.config.max_age or 0)
        log.info("%s: resumes after position %d, sequence %d", self._app.service, self._position, self._sequence)

    async def _message_at(self, jetstream: JetStreamContext, sequence: int) -> Message | None:
        if sequence == 0:
            return None
        try:
            last = await jetstream.get_msg(self._app.service, sequence, direct=True)
            return decode(last.data or b"")
        except NotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise StreamDiverged(f"the stream ends on something else than an event: {error}") from error

    def _position_of(self, last: Message | None, max_age: float) -> int:
        """The position after which to send, given the stream's last message. Raises Diverged."""
        identity = self._app.recorder.identity()
        if last is None:  # emptied, by a wipe or by age: no more is sent again than the stream would still hold
            rows = self._app.recorder.fetch(
                "SELECT position FROM {events} WHERE recorded_at < clock_timestamp() - %s * interval '1 second'"
                " ORDER BY position DESC LIMIT 1",
                (max_age,),
            )
            return int(rows[0]["position"]) if rows and max_age else 0
        header = last.header
        if header.log_id != identity.log_id:
            return identity.since  # from here on we are another history: who hears us stops on our log id
        entries = self._app.recorder.select_notifications(header.position, 1, header.position)
        if not any(event.meta.id == header.id for _, event in self._app.events_of(entries)):
            raise StreamDiverged(
                f"the stream ends on position {header.position}, event {header.id}, unknown to log {header.log_id}"
            )
        return header.position

    def _messages_after(self, position: int) -> list[Message]:
        entries = self._app.recorder.select_notifications(position, BATCH, inclusive_of_start=False)
        return messages_of(self._app, self._published, entries)

    async def _send(self, connection: Client, messages: list[Message]) -> None:
        """All of these messages or none, and only right after what we believe is the stream's end."""
        batch, last = uuid4().hex, len(messages)
        for n, message in enumerate(messages, 1):
            headers = {"Contract": message.contract} if message.contract else {}
            if n == 1:
                headers["Nats-Expected-Last-Sequence"] = str(self._sequence)
            if last > 1:
                headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(n)}
            subject = topology.subject(self._region, self._app.service, message.header.partition, message.topic)
            if n < last:
                await connection.publish(subject, encode(message), headers=headers)
                continue
            if last > 1:
                headers["Nats-Batch-Commit"] = "1"
            answer: dict[str, Any] = json.loads(
                (await connection.request(subject, encode(message), headers=headers, timeout=5)).data
            )
        if error := answer.get("error"):
            raise RelayFenced(error)
        self._sequence, self._position = answer["seq"], messages[-1].header.position

    async def _compare(self, connection: Client, jetstream: JetStreamContext) -> None:
        """The stream's end with ours; then tells how far the log reaches."""
        info = await jetstream.stream_info(self._app.service)
        if info.state.last_seq != self._sequence:
            raise RelayFenced(f"the stream ends on sequence {info.state.last_seq}, not {self._sequence}")
        head = await asyncio.to_thread(self._head)
        await connection.publish(topology.head_subject(self._region, self._app.service), encode(head))
        self._errors.pop("stream", None)

    def _head(self) -> HighWaterMark:
        recorder = self._app.recorder
        until = closed_timestamp(self._app)  # before how far the log reaches is read
        rows = recorder.fetch(
            "SELECT coalesce((SELECT max(number) FROM {events} WHERE partition = p), 0) AS number"
            " FROM generate_series(0, %s) p ORDER BY p",
            (PARTITIONS - 1,),
        )
        return HighWaterMark(
            publisher=self._app.service,
            log_id=recorder.identity().log_id,
            position=recorder.max_notification_id() or 0,
            numbers=[row["number"] for row in rows],
            until=until,
        )
