"""What is done with a message that NATS delivers: it is applied first and answered afterwards, never the other way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any, Protocol

import msgspec

from shared.kernel import describe_error
from shared.messaging import topology
from shared.messaging.halts import PublisherHalted
from shared.messaging.inbox import GapDetected, Inbox
from shared.messaging.provenance import ForeignContent, MessageSource, check_subject
from shared.messaging.traces import receiving
from shared.messaging.wire import Message, decode, decode_high_water_mark
from shared.telemetry import MESSAGES, TRACEPARENT, is_tracing

RETRY_SECONDS = 0.5
HALTED_RETRY_SECONDS = 30
OUTCOMES = ("applied", "foreign", "gap", "halted", "unreadable", "failed")
log = logging.getLogger(__name__)


class DeliveredMessage(Protocol):
    """What is used of FastStream's message."""

    body: Any
    raw_message: Any

    async def ack(self) -> None: ...

    async def nack(self, delay: float | None = None) -> None: ...

    async def reject(self) -> None: ...

    async def in_progress(self) -> None: ...


class Receiver:
    """Gives messages to the inbox, in the threads of their publisher, and answers them."""

    def __init__(self, inbox: Inbox, *, region: str, threads: Mapping[str, Executor]) -> None:
        self._inbox, self._region, self._threads = inbox, region, threads
        for publisher in threads:  # from 0 on: Prometheus sees no increase in a counter that begins at 1
            for outcome in OUTCOMES:
                MESSAGES.labels(publisher, outcome)

    async def receive(self, publisher: str, message: DeliveredMessage) -> None:
        try:
            decoded = decode(message.body)
        except msgspec.DecodeError:
            MESSAGES.labels(publisher, "unreadable").inc()
            log.exception("unreadable message: its number will be back-filled from the feed")
            await message.reject()
            return
        loop, subject = asyncio.get_running_loop(), message.raw_message.subject
        parent = (message.raw_message.headers or {}).get(TRACEPARENT) if is_tracing() else None
        applied = loop.run_in_executor(self._threads[publisher], self._apply, decoded, publisher, subject, parent)
        while not (await asyncio.wait([applied], timeout=topology.ACK_WAIT_SECONDS / 2))[0]:
            await message.in_progress()
        try:
            applied.result()
        except (ForeignContent, GapDetected) as error:
            MESSAGES.labels(publisher, "gap" if isinstance(error, GapDetected) else "foreign").inc()
            log.error("dropped: %s", error)  # noqa: TRY400  it is no fault of this program
            await message.reject()
        except PublisherHalted:
            MESSAGES.labels(publisher, "halted").inc()
            await message.nack(delay=HALTED_RETRY_SECONDS)
        except Exception as error:  # noqa: BLE001, RUF100  not applied, for whatever reason: it comes again
            MESSAGES.labels(publisher, "failed").inc()
            what = describe_error(error)
            log.warning("%s %s: to be delivered again, after %s", publisher, decoded.header.position, what)
            await message.nack(delay=RETRY_SECONDS)
        else:
            MESSAGES.labels(publisher, "applied").inc()
            await message.ack()

    def _apply(self, message: Message, publisher: str, subject: str, parent: str | None) -> None:
        """`parent`: the trace that led to the event, where it has one."""
        with receiving(message, publisher, parent):
            try:
                check_subject(message, MessageSource(publisher), subject, self._region)
            except ForeignContent as refused:
                self._inbox.halt(refused)
                raise
            self._inbox.receive(message, publisher)

    async def receive_high_water_mark(self, publisher: str, message: DeliveredMessage) -> None:
        try:
            mark, loop = decode_high_water_mark(message.body), asyncio.get_running_loop()
            await loop.run_in_executor(self._threads[publisher], self._inbox.receive_high_water_mark, mark, publisher)
        except Exception as error:  # noqa: BLE001, RUF100  another announcement follows
            log.warning("%s: %r", message.raw_message.subject, error)
