"""Rate of the relay, beside the same messages published raw in atomic batches to the same stream.

NATS syncs it to the disk at each write (`sync_interval: always`), as in a deployment."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from uuid import uuid4

from bench_servers import BenchServers
from measurement import Aim, Measure, Row, Unit, compare, measure_interleaved
from nats.aio.client import Client
from nats.js.api import StreamInfo
from sample_cases import receive, structure_of

from intake.main import service
from shared.eventlog import ServiceApplication
from shared.kernel import uuid7
from shared.messaging import Relay, encode, messages_of, topology
from shared.messaging.nats_access import connect
from shared.messaging.relay import BATCH_EVENTS
from shared.settings import NatsAccess

GROUP, STREAM = "relay", "intake"
CASES, EACH = 300, 10
EVENTS = CASES * EACH
TIMEOUT_SECONDS = 60.0
POLL_SECONDS = 0.002
Sent = tuple[str, bytes]
"""A message's subject and body."""


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    """A whole log to an emptied stream: read, decoded, turned into integration events, encoded, sent. The floor sends
    the same bytes. Both are timed from the end of their first batch on, without connecting and leading."""
    with _measures(servers) as measures:
        found = measure_interleaved(measures, rounds, seconds)
    floor, aim = ("raw atomic batches of the same bytes", found["raw"]), Aim(at_least=0.7)
    return [compare(GROUP, f"{EVENTS} events", Unit.PER_SECOND, ours=found["ours"], floor=floor, aim=aim)]


@contextmanager
def _measures(servers: BenchServers) -> Iterator[dict[str, Measure[float]]]:
    server = servers.nats(GROUP)
    deployer = NatsAccess(server.url, server.deployer_seed)
    access = NatsAccess(server.url, server.seed(STREAM))
    asyncio.run(topology.install(deployer, server.region, STREAM))
    with ExitStack() as closing:
        app = ServiceApplication(STREAM, service.deciders, servers.database(GROUP), os.urandom(32))
        closing.callback(app.close)
        app.create_tables()
        for nth in range(CASES):
            receive(app, uuid7(), structure_of(f"W44{nth:07}"), EACH)
        messages = messages_of(app, service.to_integration_event, app.recorder.select_notifications(1, EVENTS))
        sent = [
            (topology.subject(server.region, STREAM, each.header.partition, each.topic), encode(each))
            for each in messages
        ]
        if len(sent) != EVENTS:
            raise RuntimeError(f"{EVENTS} events were meant, and {len(sent)} are in the log")

        def relay() -> Relay:
            return Relay(app, service.to_integration_event, region=server.region, access=access, fatal=_fail)

        yield {
            "ours": lambda _seconds: asyncio.run(_rate(deployer, partial(_relay_all, relay))),
            "raw": lambda _seconds: asyncio.run(_rate(deployer, partial(_publish_all, access, sent))),
        }


async def _rate(deployer: NatsAccess, send: Callable[[int], Awaitable[float]]) -> float:
    """`send` begins behind a sequence of the emptied stream, and gives the seconds that it took."""
    connection = await connect(deployer)
    try:
        jetstream = connection.jetstream()
        await jetstream.purge_stream(STREAM)
        took = await send((await jetstream.stream_info(STREAM)).state.last_seq)
        info: StreamInfo = await jetstream.stream_info(STREAM)
        if info.state.messages != EVENTS:
            raise RuntimeError(f"{EVENTS} events were meant, and the stream has {info.state.messages}")
        return (EVENTS - BATCH_EVENTS) / took
    finally:
        await connection.close()


async def _relay_all(make: Callable[[], Relay], _sequence: int) -> float:
    relay = make()
    running = asyncio.create_task(relay.run())
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await _reach(relay, BATCH_EVENTS)
            begin = time.perf_counter()
            await _reach(relay, EVENTS)
        return time.perf_counter() - begin
    finally:
        await relay.stop()
        await running


async def _reach(relay: Relay, position: int) -> None:
    while relay.health.position < position:  # noqa: ASYNC110  the relay has no event for it
        await asyncio.sleep(POLL_SECONDS)


async def _publish_all(access: NatsAccess, messages: Sequence[Sent], sequence: int) -> float:
    connection, begin = await connect(access, inbox_prefix=topology.reply_prefix(STREAM)), 0.0
    try:
        for at in range(0, len(messages), BATCH_EVENTS):
            sequence = await _publish_batch(connection, messages[at : at + BATCH_EVENTS], sequence)
            begin = begin or time.perf_counter()
        return time.perf_counter() - begin
    finally:
        await connection.close()


async def _publish_batch(connection: Client, messages: Sequence[Sent], sequence: int) -> int:
    """The stream's sequence then."""
    batch = uuid4().hex
    for nth, (subject, body) in enumerate(messages, 1):
        headers = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(nth)}
        if nth == 1:
            headers["Nats-Expected-Last-Sequence"] = str(sequence)
        if nth < len(messages):
            await connection.publish(subject, body, headers=headers)
            continue
        answer = await connection.request(subject, body, headers=headers | {"Nats-Batch-Commit": "1"}, timeout=5)
    response = json.loads(answer.data)
    if "error" in response:
        raise RuntimeError(response["error"])
    last: int = response["seq"]
    return last


def _fail(reason: str) -> None:
    raise RuntimeError(reason)
