"""Time from a command in one service to its effect in the next, beside a raw publish and pull over NATS."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any

import nats
import psycopg
from bench_servers import BenchServers
from http_callers import Caller
from measurement import Measure, Row, Unit, compare, measure_interleaved, quantile
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from psycopg.sql import SQL, Identifier

GROUP = "effect"
ADMISSIONS_PER_SECOND = 25
"""Admissions a second: modest, so that the path is measured and not a queue."""
MIN_CASES = 20
"""Cases in a round."""
TIMEOUT_SECONDS = 30.0
MILLISECONDS = 1000
MESSAGE_SIZE = 1000


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    """A request is admitted in intake, until diagnostic has recorded that its diagnosis is open.

    Both instants are `recorded_at`, given by one PostgreSQL's clock under the append's lock: the way between them holds
    the commit of the cause, and not the effect's own."""
    with servers.services("effect", "intake", "diagnostic", role="all") as addresses:
        measures: dict[str, Measure[list[float]]] = {
            "ours": partial(
                _admission_to_diagnosis_times, servers, Caller(addresses["intake"], servers.token()), count(1)
            ),
            "raw": lambda seconds: asyncio.run(_publish_to_pull_times(servers, _cases(seconds))),
        }
        found = measure_interleaved(measures, rounds, seconds * 2)
    return [_row(found, "p50", 0.50), _row(found, "p99", 0.99)]


def _row(found: dict[str, list[list[float]]], name: str, share: float) -> Row:
    all_of_ours = [time for times in found["ours"] for time in times]
    return compare(
        GROUP,
        f"{name} of {len(all_of_ours)} cases",
        Unit.MILLISECONDS,
        ours=[quantile(times, share) for times in found["ours"]],
        floor=("raw publish and pull", [quantile(times, share) for times in found["raw"]]),
        pooled=quantile(all_of_ours, share),
    )


def _cases(seconds: float) -> int:
    return max(MIN_CASES, int(ADMISSIONS_PER_SECOND * seconds))


def _admission_to_diagnosis_times(
    servers: BenchServers, adviser: Caller, numbers: Iterator[int], seconds: float
) -> list[float]:
    paths = [adviser.ready_to_admit(next(numbers)) for _ in range(_cases(seconds))]
    begin = time.perf_counter()
    for nth, path in enumerate(paths):
        time.sleep(max(0.0, begin + nth / ADMISSIONS_PER_SECOND - time.perf_counter()))
        adviser.admit(path)
    cases = [path.rpartition("/")[2] for path in paths]
    opened = _recording_times(servers, "diagnostic", "diagnosis-opened:v1", cases)
    admitted = _recording_times(servers, "intake", "request-admitted:v1", cases)
    return [(opened[case] - admitted[case]) * MILLISECONDS for case in cases]


def _recording_times(servers: BenchServers, service: str, topic: str, cases: list[str]) -> dict[str, float]:
    """When an event was recorded in each of these cases, in seconds; waits until it was in all of them."""
    question = SQL(
        "SELECT case_id::text, extract(epoch FROM recorded_at)::float8 FROM {}"
        " WHERE topic = %s AND case_id = ANY(%s::uuid[])"
    ).format(Identifier(f"{service}_events"))
    end = time.monotonic() + TIMEOUT_SECONDS
    with psycopg.connect(servers.database(f"effect_{service}"), autocommit=True) as connection:
        while time.monotonic() < end:
            rows: list[Any] = connection.execute(question, (topic, cases)).fetchall()
            if len(rows) == len(cases):
                return dict(rows)
            time.sleep(0.05)
    raise RuntimeError(f"after {TIMEOUT_SECONDS:.0f} s only {len(rows)} of {len(cases)} cases have their {topic}")


async def _publish_to_pull_times(servers: BenchServers, messages: int) -> list[float]:
    """The floor: one message after the other, at the same rate, from one connection to another, without PostgreSQL."""
    server = servers.nats("effect")
    sender = await nats.connect(server.url, nkeys_seed_str=server.deployer_seed)
    receiver = await nats.connect(server.url, nkeys_seed_str=server.deployer_seed)
    await _make_stream(sender.jetstream())
    pull = await receiver.jetstream().pull_subscribe("raw.case", durable="raw", stream="raw")
    times: list[float] = []

    async def receive() -> None:
        for _ in range(messages):
            (message,) = await pull.fetch(1, timeout=TIMEOUT_SECONDS)
            times.append((time.perf_counter() - float(message.data)) * MILLISECONDS)
            await message.ack()

    received = asyncio.create_task(receive())
    begin = time.perf_counter()
    for nth in range(messages):
        await asyncio.sleep(max(0.0, begin + nth / ADMISSIONS_PER_SECOND - time.perf_counter()))
        now = str(time.perf_counter())
        await sender.jetstream().publish("raw.case", now.ljust(MESSAGE_SIZE).encode())
    await received
    await sender.close()
    await receiver.close()
    return times


async def _make_stream(jetstream: JetStreamContext) -> None:
    try:
        await jetstream.stream_info("raw")
    except NotFoundError:
        await jetstream.add_stream(name="raw", subjects=["raw.*"])
