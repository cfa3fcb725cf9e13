"""The relay (outbox): publishes the event log to the service's NATS stream, in batches and in order.

Of several replicas one leads. It compares the end of the stream with what it sent, and so notices a second leader, a
wiped stream, or a batch whose answer was lost."""

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
from nats.js.api import StreamInfo
from nats.js.errors import NotFoundError

from shared.eventlog import DATABASE_ERRORS, ServiceApplication
from shared.messaging import topology
from shared.messaging.announcing import Announcer
from shared.messaging.lease import Lease, cancel_until_done, is_cancelled
from shared.messaging.nats_access import connect, violates_permissions
from shared.messaging.relay_status import RelayReporter
from shared.messaging.traces import find_traceparents, sending
from shared.messaging.wire import Message, ToIntegrationEvent, decode, encode, messages_of
from shared.settings import NatsAccess
from shared.telemetry import LEADING, RELAY_ERRORS, SENT

RETRY_SECONDS = 0.5
BATCH_EVENTS = 500
FEW_EVENTS = 5
"""So many are sent one after the other: nats-server 2.15 stages an atomic batch on its disk, which takes longer. Both
are at the expected end of the stream, or not at all."""

log = logging.getLogger(__name__)


class RelayFenced(Exception):
    """The stream does not end where we believed: another leader, a wipe, or our own batch whose answer was lost."""


class StreamMissing(Exception):
    """The stream was deleted, or lost with the store of NATS. Only the deploy step makes streams."""


class StreamDiverged(Exception):
    """The stream ends with an event that is not in this log: a restored log kept its old id. Nothing is sent."""


@dataclass(frozen=True, slots=True)
class RelayHealth:
    """`position`: the last one known to be in the stream. `errors`: the current errors, of the `lease` and the
    `stream`."""

    leading: bool
    position: int
    errors: dict[str, str]


class Relay:
    """`asyncio.create_task(relay.run())`, and at the end `await relay.stop()`. Any number may run: one leads.

    `fatal(reason)` is called when NATS refuses a permission: nothing can be sent until the process starts anew."""

    def __init__(
        self,
        app: ServiceApplication,
        to_integration_event: ToIntegrationEvent,
        *,
        region: str,
        access: NatsAccess,
        fatal: Callable[[str], None],
    ) -> None:
        self._app, self._to_integration_event, self._region = app, to_integration_event, region
        self._access, self._fatal = access, fatal
        self._log_grown, self._compare_now = asyncio.Event(), asyncio.Event()
        self._sequence = self._position = 0
        self._announcer, self._reporter = Announcer(app), RelayReporter(app)
        self._errors: dict[str, str] = {}
        self._lease = Lease(app, self._log_grown, partial(self._errors.pop, "lease", None))
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_leading(self) -> bool:
        return self._lease.is_held

    @property
    def health(self) -> RelayHealth:
        return RelayHealth(self.is_leading, self._position, errors=dict(self._errors))

    async def run(self) -> None:
        """Runs until stopped. It waits for PostgreSQL, NATS and the stream when they are missing, and logs it."""
        LEADING.set_function(lambda: self.health.leading)
        self._tasks = [
            asyncio.create_task(self._supervise("lease", self._lease.hold)),
            asyncio.create_task(self._supervise("stream", self._lead)),
        ]
        try:
            await asyncio.wait(self._tasks)
        finally:
            for task in self._tasks:
                task.cancel()

    async def stop(self) -> None:
        """Releases the lease, so that another replica leads at once."""
        await cancel_until_done(*self._tasks)
        await self._lease.release()

    async def _supervise(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        while not is_cancelled():
            try:
                await work()
            except asyncio.CancelledError as error:
                if is_cancelled():
                    raise
                self._report(name, error)  # nats-py cancels what waits on a connection that it closes
            except Exception as error:  # noqa: BLE001, RUF100  whatever it is, it is logged and tried again
                self._report(name, error)
            await self._record_status()
            await asyncio.sleep(RETRY_SECONDS)

    def _report(self, name: str, error: BaseException) -> None:
        RELAY_ERRORS.labels(name).inc()
        text = f"{type(error).__name__}: {error}"
        if self._errors.get(name) != text:
            log.log(
                logging.ERROR if isinstance(error, StreamDiverged) else logging.WARNING,
                "%s: %s",
                self._app.service,
                text,
            )
        self._errors[name] = text

    async def _record_status(self) -> None:
        """By the leader alone. A database that does not answer is itself what the health check tells."""
        if self.is_leading:
            with suppress(*DATABASE_ERRORS):
                await asyncio.to_thread(
                    self._reporter.report, self._position, self._errors.get("stream"), time.monotonic()
                )

    async def _lead(self) -> None:
        await self._lease.acquired.wait()
        async with self._connect() as connection:
            jetstream = connection.jetstream(prefix=topology.JETSTREAM_PREFIX, timeout=2)
            try:
                await self._resume(jetstream)
            except StreamMissing:
                await self._announce(connection)  # consumers then read the feed
                await connection.flush()
                raise
            compared_at = 0.0
            while self.is_leading and not is_cancelled():
                if self._compare_now.is_set() or time.monotonic() - compared_at > self._announcer.interval_seconds:
                    self._compare_now.clear()
                    await self._compare(connection, jetstream)
                    compared_at = time.monotonic()
                self._log_grown.clear()
                if messages := await asyncio.to_thread(self._messages_after, self._position):
                    for batch in [messages] if len(messages) > FEW_EVENTS else [[each] for each in messages]:
                        await self._send(connection, batch)
                    self._announcer.note_sent()
                    continue
                due_at = compared_at + self._announcer.interval_seconds
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, due_at - time.monotonic())):
                        await self._log_grown.wait()
        self._lease.acquired.clear()

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Client]:
        async def on_reconnect() -> None:
            self._compare_now.set()

        async def on_error(error: Exception) -> None:
            self._report("stream", error)
            if violates_permissions(error):
                self._fatal(str(error))

        connection = await connect(
            self._access,
            inbox_prefix=topology.reply_prefix(self._app.service),
            max_reconnect_attempts=-1,
            reconnect_time_wait=RETRY_SECONDS,
            reconnected_cb=on_reconnect,
            error_cb=on_error,
        )
        try:
            yield connection
        finally:
            await connection.close()

    async def _resume(self, jetstream: JetStreamContext) -> None:
        """Reads the end of the stream: its sequence, and the position of our log."""
        info = await self._stream_info(jetstream)
        self._sequence = info.state.last_seq
        last = await self._message_at(jetstream, self._sequence)
        self._position = await asyncio.to_thread(self._position_of, last, info.config.max_age or 0)
        log.info("%s: resumes after position %d, sequence %d", self._app.service, self._position, self._sequence)

    async def _stream_info(self, jetstream: JetStreamContext) -> StreamInfo:
        try:
            return await jetstream.stream_info(self._app.service)
        except NotFoundError as error:
            service = self._app.service
            raise StreamMissing(
                f"NATS has no stream {service}: run `dla-{service} migrate`. Nothing is lost; until then the other"
                " services read the feed, which is slower"
            ) from error

    async def _message_at(self, jetstream: JetStreamContext, sequence: int) -> Message | None:
        if sequence == 0:
            return None
        try:
            last = await jetstream.get_msg(self._app.service, sequence, direct=True)
            return decode(last.data or b"")
        except NotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise StreamDiverged(f"the last message of the stream is not an event: {error}") from error

    def _position_of(self, last: Message | None, max_age: float) -> int:
        """The position after which to send, from the stream's last message. Raises StreamDiverged."""
        identity = self._app.recorder.identity()
        if last is None:  # emptied, by a wipe or by age: send again only what the stream would still hold
            rows = self._app.recorder.fetch(
                "SELECT position FROM {events} WHERE recorded_at < clock_timestamp() - %s * interval '1 second'"
                " ORDER BY position DESC LIMIT 1",
                (max_age,),
            )
            return int(rows[0]["position"]) if rows and max_age else 0
        header = last.header
        if header.log_id != identity.log_id:
            return identity.since  # from here on the log is another history: receivers stop at its new id
        entries = self._app.recorder.select_notifications(header.position, 1, header.position)
        if not any(event.meta.id == header.id for _, event in self._app.events_of(entries)):
            raise StreamDiverged(
                f"the stream ends with position {header.position}, event {header.id}, unknown to log {header.log_id}"
            )
        return header.position

    def _messages_after(self, position: int) -> list[Message]:
        entries = self._app.recorder.select_notifications(position, BATCH_EVENTS, inclusive_of_start=False)
        if not entries:
            return []
        return messages_of(self._app, self._to_integration_event, entries)

    async def _send(self, connection: Client, messages: list[Message]) -> None:
        """Publishes all of these messages or none (atomic batch), and only at the expected end of the stream."""
        batch, last = uuid4().hex, len(messages)
        parents = await find_traceparents(self._app, messages)
        for n, message in enumerate(messages, 1):
            headers = {"Contract": message.contract} if message.contract else {}
            if n == 1:
                headers["Nats-Expected-Last-Sequence"] = str(self._sequence)
            if last > 1:
                headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(n)}
            subject = topology.subject(self._region, self._app.service, message.header.partition, message.topic)
            with sending(message, parents.get(message.header.position)) as trace_headers:
                headers |= trace_headers
                if n < last:
                    await connection.publish(subject, encode(message), headers=headers)
                    continue
                if last > 1:
                    headers["Nats-Batch-Commit"] = "1"
                answer = await connection.request(subject, encode(message), headers=headers, timeout=5)
        response: dict[str, Any] = json.loads(answer.data)
        if error := response.get("error"):
            raise RelayFenced(error)
        self._sequence, self._position = response["seq"], messages[-1].header.position
        SENT.inc(last)

    async def _compare(self, connection: Client, jetstream: JetStreamContext) -> None:
        """Compares the end of the stream with ours, then announces the high-water mark."""
        info = await self._stream_info(jetstream)
        if info.state.last_seq != self._sequence:
            raise RelayFenced(f"the stream ends at sequence {info.state.last_seq}, not {self._sequence}")
        await self._announce(connection)
        self._errors.pop("stream", None)
        await self._record_status()

    async def _announce(self, connection: Client) -> None:
        mark = await asyncio.to_thread(self._announcer.read_mark)
        await connection.publish(topology.high_water_mark_subject(self._region, self._app.service), encode(mark))
