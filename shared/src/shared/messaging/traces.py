"""Traces between services: which request led to an event, in a table beside the log and in a header of NATS. Never in
what is proved: neither a stored event nor a message knows of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.trace import SpanKind

from shared.eventlog import ServiceApplication
from shared.messaging.wire import Message
from shared.telemetry import TRACEPARENT, bound_to_logs, current_traceparent, is_tracing, span


async def find_traceparents(app: ServiceApplication, messages: Sequence[Message]) -> dict[int, str]:
    """By position, of the messages that come from a traced request. Nothing is read while tracing is off."""
    if not is_tracing():
        return {}
    return await asyncio.to_thread(app.recorder.traceparents, [message.header.position for message in messages])


@contextmanager
def sending(message: Message, parent: str | None) -> Iterator[dict[str, str]]:
    """Yields the headers by which a message carries its trace: none for most."""
    if parent is None:
        yield {}
        return
    with span(f"send {message.topic}", SpanKind.PRODUCER, parent=parent):
        traceparent = current_traceparent()
        yield {TRACEPARENT: traceparent} if traceparent else {}


@contextmanager
def receiving(message: Message, publisher: str, parent: str | None) -> Iterator[None]:
    """What is logged meanwhile names the event and what it belongs to."""
    header = message.header
    with (
        bound_to_logs(correlation=str(header.correlation), event_id=str(header.id)),
        span(f"receive {message.topic}", SpanKind.CONSUMER, parent=parent, publisher=publisher),
    ):
        yield
