"""Cost of rebuilding a case: ours, a raw read with orjson, and the stock library's declarative aggregate."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import psycopg
import stock_library
from bench_servers import BenchServers
from measurement import Aim, Measure, Row, Unit, compare, measure_interleaved, median_call_time
from psycopg.sql import SQL
from sample_cases import SampleCase, a_parcours, a_request

from intake.domain.request import request
from parcours.domain import parcours
from shared.eventlog import ServiceApplication
from shared.names import name_decider

GROUP = "rebuild"
SIZES = {10: a_request, 100: a_parcours, 1000: a_parcours}
AIMS = {10: Aim(at_most=2.5), 100: Aim(at_most=2.0), 1000: Aim(at_most=2.0)}
SELECT = "SELECT originator_version, topic, state FROM {} WHERE originator_id = %b ORDER BY originator_version"
MICROSECONDS = 1e6


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    """From the first event, without snapshots; the raw read makes plain data of each event, and no state."""
    with _measures(servers) as measures:
        found = measure_interleaved(measures, rounds * 3, seconds / 6)  # a rebuild is short: so is a turn
    shown = []
    for size, make in SIZES.items():
        name = f"{'request' if make is a_request else 'parcours'} of {size}"
        floor, theirs = ("raw read and orjson", found["raw", size]), ("declarative aggregate", found["stock", size])
        ours = found["ours", size]
        shown.append(compare(GROUP, name, Unit.MICROSECONDS, ours=ours, floor=floor, stock=theirs, aim=AIMS[size]))
        if size >= ServiceApplication.SNAPSHOT_EVERY:
            ours = found["snapshot", size]
            shown.append(compare(GROUP, f"{name}, with snapshot", Unit.MICROSECONDS, ours=ours, floor=floor))
    return shown


@contextmanager
def _measures(servers: BenchServers) -> Iterator[dict[tuple[str, int], Measure[float]]]:
    url = servers.database("rebuild_ours")
    with ExitStack() as closing:
        ours = ServiceApplication("bench", [request.decider, parcours.decider, name_decider], url, os.urandom(32))
        closing.callback(ours.close)
        ours.create_tables()
        theirs = stock_library.stock_cases(servers.database("rebuild_stock"))
        closing.callback(theirs.close)
        connection = closing.enter_context(psycopg.connect(url, autocommit=True))
        raw = partial(_raw, connection, SQL(SELECT).format(ours.recorder.events).as_bytes())
        measures: dict[tuple[str, int], Measure[float]] = {}
        for size, make in SIZES.items():
            sample = make(ours, theirs, size)
            _check(sample, size, ours, theirs, raw)
            load = partial(ours.load, sample.decider, sample.stream)
            measures["ours", size] = partial(_time, partial(load, snapshots=False))
            measures["snapshot", size] = partial(_time, load)
            measures["raw", size] = partial(_time, partial(raw, sample.stream))
            measures["stock", size] = partial(_time, partial(theirs.repository.get, sample.twin))
        yield measures


def _time(work: Callable[[], object], seconds: float) -> float:
    return median_call_time(work, seconds) * MICROSECONDS


def _raw(connection: psycopg.Connection[Any], select: bytes, stream: UUID) -> list[Any]:
    rows = connection.execute(select, (stream,), prepare=True, binary=True).fetchall()
    return [orjson.loads(state) for _, _, state in rows]


def _check(
    sample: SampleCase,
    size: int,
    ours: ServiceApplication,
    theirs: stock_library.StockCases,
    raw: Callable[[UUID], list[Any]],
) -> None:
    """All three read the same number of events, or the comparison says nothing."""
    read: tuple[int, ...] = (
        ours.load(sample.decider, sample.stream, snapshots=False).version,
        len(raw(sample.stream)),
        theirs.repository.get(sample.twin).version,
    )
    if read != (size, size, size):
        raise RuntimeError(f"{size} events were meant, and {read} are read")
