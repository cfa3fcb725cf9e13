"""Cost of a list, a figure and a caseload of the past, beside reading the same events as plain data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import orjson
import psycopg
from bench_servers import BenchServers
from measurement import Measure, Row, Unit, compare, measure_interleaved, median_call_time
from psycopg.sql import SQL
from sample_cases import receive, structure_of

from intake import caseload, projections
from intake.domain.request import request
from shared.eventlog import ServiceApplication
from shared.kernel import uuid7
from shared.names import name_decider
from shared.temporal import PointInTime, load_past_rows

CASES, EACH = 60, 10
UNITS = ["dla-44"]
SELECT = "SELECT case_id, topic, state, recorded_at FROM {} ORDER BY case_id, position"
FOLDED = {"figures": projections.requests, "caseload": caseload.projection}
MILLISECONDS = 1e3


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    """Of one unit, as of an instant by which all of it was recorded."""
    with _measures(servers) as measures:
        found = measure_interleaved(measures, rounds, seconds)
    floor = ("the same rows and orjson", found["raw"])
    return [
        compare("past", f"{name} of {CASES * EACH} events", Unit.MILLISECONDS, ours=found[name], floor=floor)
        for name in FOLDED
    ]


@contextmanager
def _measures(servers: BenchServers) -> Iterator[dict[str, Measure[float]]]:
    url = servers.database("past")
    with ExitStack() as closing:
        app = ServiceApplication("bench", [request.decider, name_decider], url, os.urandom(32))
        closing.callback(app.close)
        app.create_tables()
        for nth in range(CASES):
            receive(app, uuid7(), structure_of(f"W44{nth:07}"), EACH)
        then = PointInTime(as_of=app.clock.now())
        connection = closing.enter_context(psycopg.connect(url, autocommit=True))
        raw = partial(_raw, connection, SQL(SELECT).format(app.recorder.events).as_bytes())
        folds = {name: partial(load_past_rows, app, view, then, UNITS) for name, view in FOLDED.items()}
        read = len(raw()), *(len(fold().documents(app)) for fold in folds.values())
        if read != (CASES * (EACH + 1), CASES, CASES):  # the structure’s name is recorded beside the case
            raise RuntimeError(f"{CASES} cases of {EACH} events were meant, and {read} are read")
        yield {name: partial(_time, work) for name, work in {**folds, "raw": raw}.items()}


def _time(work: Any, seconds: float) -> float:
    return median_call_time(work, seconds) * MILLISECONDS


def _raw(connection: psycopg.Connection[Any], select: bytes) -> list[Any]:
    return [orjson.loads(state) for _, _, state, _ in connection.execute(select, prepare=True, binary=True).fetchall()]
