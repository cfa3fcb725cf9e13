"""Rate at which a service consumes another's events in order, with their effects, beside a raw pull whose transaction
writes the same events and counts the message."""

from __future__ import annotations

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from bench_servers import BenchServers
from measurement import Aim, Measure, Row, Unit, compare, measure_interleaved
from nats.aio.client import Client
from nats.js.api import ConsumerConfig
from sample_cases import receive, structure_of

from diagnostic.main import service as diagnostic
from intake.main import service as intake
from shared.eventlog import PARTITIONS, ServiceApplication
from shared.kernel import uuid7
from shared.messaging import Feed, Inbox, Relay, Subscriptions, topology
from shared.messaging.nats_access import connect
from shared.messaging.wire import decode
from shared.settings import NatsAccess

GROUP, PUBLISHER, CONSUMER = "consumption", "intake", "diagnostic"
CASES, EACH = 200, 6
"""One of six events, the admission, opens a diagnosis; the others are only counted."""
WARM_SHARE = 0.1
"""Timed from here on, without connecting."""
TIMEOUT_SECONDS = 120.0
POLL_SECONDS = 0.005
COUNT = "SELECT coalesce(sum(number), 0)::bigint FROM tracked"
FLOOR_TABLES = """
CREATE TABLE events (
    stream uuid, version bigint, topic text NOT NULL, state bytea NOT NULL, case_id uuid NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY UNIQUE, recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (stream, version)
);
CREATE INDEX ON events (case_id, position);
CREATE TABLE tracked (partition smallint PRIMARY KEY, number bigint NOT NULL)"""
WRITE_EVENT = "INSERT INTO events (stream, version, topic, state, case_id) VALUES (%b, %b, %b, %b, %b)"
WRITE_NUMBER = (
    "INSERT INTO tracked VALUES (%b, %b) ON CONFLICT (partition) DO UPDATE SET number = excluded.number"
    " WHERE tracked.number = excluded.number - 1"
)
TRANSIT_KEY = b"known to the two of this measure"
EventRow = tuple[UUID, int, str, bytes, UUID]
"""Stream, version, topic, state and case."""


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    """A whole stream, one message at a time in each of its eight partitions, into an empty database."""
    with _measures(servers) as measures:
        found = measure_interleaved(measures, min(rounds, 5), seconds)
    floor, aim = ("raw pull, the same events in one transaction", found["raw"]), Aim(at_least=0.9)
    return [
        compare(GROUP, f"{CASES} requests of {EACH} events", Unit.PER_SECOND, ours=found["ours"], floor=floor, aim=aim)
    ]


@contextmanager
def _measures(servers: BenchServers) -> Iterator[dict[str, Measure[float]]]:
    server, numbers = servers.nats(GROUP), count(1)
    deployer = NatsAccess(server.url, server.deployer_seed)
    asyncio.run(topology.install(deployer, server.region, CONSUMER, [PUBLISHER]))
    effects: dict[UUID, list[EventRow]] = {}
    with ExitStack() as ending:
        publisher = _application(PUBLISHER, intake.deciders, servers.database(f"{GROUP}_{PUBLISHER}"))
        ending.callback(publisher.close)
        for nth in range(CASES):
            receive(publisher, uuid7(), structure_of(f"W44{nth:07}"), EACH)
        events = publisher.recorder.max_notification_id() or 0
        asyncio.run(_publish(publisher, events, server.region, NatsAccess(server.url, server.seed(PUBLISHER))))

        def ours(_seconds: float) -> float:
            database = servers.database(f"{GROUP}_{next(numbers)}")
            with closing(_application(CONSUMER, diagnostic.deciders, database)) as app:
                access = NatsAccess(server.url, server.seed(CONSUMER))
                rate = asyncio.run(_consume(app, database, events, deployer, server.region, access))
                effects.update(_effects_by_cause(app))
                return rate

        def raw(_seconds: float) -> float:
            database = servers.database(f"{GROUP}_{next(numbers)}")
            return asyncio.run(_pull_all(database, events, deployer, server.region, effects))

        ours(0)
        if len(effects) < CASES:
            raise RuntimeError(f"{CASES} diagnoses were meant, and {len(effects)} messages have an effect")
        yield {"ours": ours, "raw": raw}


def _application(name: str, deciders: Sequence[Any], url: str) -> ServiceApplication:
    app = ServiceApplication(name, deciders, url, os.urandom(32), transit_keys=[TRANSIT_KEY])
    app.create_tables()
    return app


async def _publish(app: ServiceApplication, events: int, region: str, access: NatsAccess) -> None:
    relay = Relay(app, intake.to_integration_event, region=region, access=access, fatal=_fail)
    running = asyncio.create_task(relay.run())
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while relay.health.position < events:  # noqa: ASYNC110  the relay has no event for it
            await asyncio.sleep(POLL_SECONDS)
    await relay.stop()
    await running


def _effects_by_cause(app: ServiceApplication) -> dict[UUID, list[EventRow]]:
    """What was recorded because of each message, by its id."""
    caused: dict[UUID, list[EventRow]] = defaultdict(list)
    entries = app.recorder.select_notifications(1, app.recorder.max_notification_id() or 0)
    for entry, recorded in app.events_of(entries):
        row = (recorded.originator_id, recorded.originator_version, entry.topic, entry.state, entry.case_id)
        if recorded.meta.causation is not None:
            caused[recorded.meta.causation].append(row)
    return caused


async def _consume(
    app: ServiceApplication, database: str, events: int, deployer: NatsAccess, region: str, access: NatsAccess
) -> float:
    await _rewind(deployer, region)
    inbox = Inbox(app, diagnostic.reactions, Feed({}, ""))
    subscriptions = Subscriptions(inbox, region=region, access=access, fatal=_fail)
    await subscriptions.start()
    try:
        return await _rate(database, events)
    finally:
        await subscriptions.stop()


async def _pull_all(
    database: str, events: int, deployer: NatsAccess, region: str, effects: Mapping[UUID, list[EventRow]]
) -> float:
    await _rewind(deployer, region)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(FLOOR_TABLES)
    nats = await connect(deployer)
    with ThreadPoolExecutor(PARTITIONS) as threads:
        pulling = [
            asyncio.create_task(_pull(nats, database, consumer, effects, threads)) for consumer in _consumers(region)
        ]
        try:
            return await _rate(database, events)
        finally:
            for each in pulling:
                each.cancel()
            await asyncio.gather(*pulling, return_exceptions=True)
            await nats.close()


async def _pull(
    nats: Client, database: str, consumer: ConsumerConfig, effects: Mapping[UUID, list[EventRow]], threads: Executor
) -> None:
    """Of one partition."""
    loop = asyncio.get_running_loop()
    pull = await nats.jetstream().pull_subscribe_bind(str(consumer.durable_name), stream=PUBLISHER)
    with psycopg.connect(database, autocommit=True, prepare_threshold=0) as postgres:

        def write(body: bytes) -> None:
            header = decode(body).header
            with postgres.transaction():
                for row in effects.get(header.id, ()):
                    postgres.execute(WRITE_EVENT, row)
                postgres.execute(WRITE_NUMBER, (header.partition, header.number))

        while True:
            (message,) = await pull.fetch(1, timeout=TIMEOUT_SECONDS)
            await loop.run_in_executor(threads, write, message.data)
            await message.ack()


def _consumers(region: str) -> list[ConsumerConfig]:
    return topology.consumers(region, CONSUMER, PUBLISHER, whole_log=False)


async def _rewind(deployer: NatsAccess, region: str) -> None:
    """Every consumer is made anew, and begins at the first message."""
    connection = await connect(deployer)
    try:
        for consumer in _consumers(region):
            await connection.jetstream().delete_consumer(PUBLISHER, str(consumer.durable_name))
    finally:
        await connection.close()
    await topology.install(deployer, region, CONSUMER, [PUBLISHER])


async def _rate(database: str, events: int) -> float:
    """Messages a second, from the first tenth to the last."""
    with psycopg.connect(database, autocommit=True) as connection:

        def consumed() -> int:
            row = connection.execute(COUNT).fetchone()
            return int(row[0]) if row else 0

        async def reach(number: int) -> int:
            while (reached := await asyncio.to_thread(consumed)) < number:  # noqa: ASYNC110  a table has no event for it
                await asyncio.sleep(POLL_SECONDS)
            return reached

        async with asyncio.timeout(TIMEOUT_SECONDS):
            first, begin = await reach(int(WARM_SHARE * events)), time.perf_counter()
            last = await reach(events)
        if last != events:
            raise RuntimeError(f"{events} events were meant, and {last} are counted")
        return (last - first) / (time.perf_counter() - begin)


def _fail(reason: str) -> None:
    raise RuntimeError(reason)
