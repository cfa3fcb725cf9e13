"""Cost of a command over HTTP: intake, a FastAPI that does nothing, and FastAPI with the stock library."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from itertools import count
from pathlib import Path

import psycopg
from bench_servers import BenchServers
from http_callers import CallPlan
from measurement import Aim, Measure, Row, Unit, compare, measure_interleaved

GROUP = "HTTP"
CALLERS = (1, 8)
AIM = Aim(at_least=0.20)
HERE = Path(__file__).parent
NUMBERS = 1_000_000
"""Of structures, kept for each run of the caller."""
LISTED_CASES, FEW_LISTED_CASES = 50_000, 2_000
"""Rows of the list of requests, in which a reception looks for the structure; few in a quick run."""
FILL_LIST = """
INSERT INTO projection_rows (projection, case_id, since, version, document)
SELECT 'requests:v1', id, 1, 1, jsonb_build_object(
    'id', id, 'structure', 'Structure ' || n, 'structure_id', gen_random_uuid(), 'status', 'received',
    'unit', 'dla-' || n %% 100, 'units', jsonb_build_array('dla-' || n %% 100), 'adviser', 'adviser-1',
    'department', '44', 'siret', null, 'siren', null, 'rna', 'W' || to_char(n, 'FM000000000'))
FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(1, %s) AS n) AS cases"""
MICROSECONDS = 1e6


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    """Every server is a process of its own, and so are the callers; intake has its HTTP role alone."""
    with ExitStack() as running:
        addresses = {
            "ours": running.enter_context(servers.services("http", "intake", role="api"))["intake"],
            "no-op": running.enter_context(servers.program("no-op", HERE / "noop_server.py", "")),
            "stock": running.enter_context(
                servers.program("stock", HERE / "stock_server.py", servers.database("calls_stock"))
            ),
        }
        _fill_list(servers, FEW_LISTED_CASES if rounds == 1 else LISTED_CASES)
        firsts, cpu = count(NUMBERS, NUMBERS), list[float]()
        measures: dict[tuple[str, int], Measure[float]] = {
            (who, callers): partial(_per_second, address, servers.token(), callers, firsts, cpu)
            for callers in CALLERS
            for who, address in addresses.items()
        }
        found = measure_interleaved(measures, rounds, seconds)
    took = statistics.median(cpu) * MICROSECONDS
    print(f"  a command takes its caller {took:.0f} µs of the processors that it shares with the servers")
    return [
        compare(
            GROUP,
            "one caller" if callers == 1 else f"{callers} callers",
            Unit.PER_SECOND,
            ours=found["ours", callers],
            floor=("FastAPI that does nothing", found["no-op", callers]),
            stock=("FastAPI, stock aggregate and recorder", found["stock", callers]),
            aim=AIM,
        )
        for callers in CALLERS
    ]


def _fill_list(servers: BenchServers, cases: int) -> None:
    """The role `api` projects nothing: without these rows a reception would look into an empty table."""
    with psycopg.connect(servers.database("http_intake"), autocommit=True) as connection:
        connection.execute(FILL_LIST, (cases,))
        connection.execute("VACUUM ANALYZE projection_rows")


def _per_second(
    address: str, token: str, callers: int, firsts: Iterator[int], cpu: list[float], seconds: float
) -> float:
    """`cpu`: gets the processor's time that the callers themselves took for a command, in seconds."""
    calls = CallPlan(address, token, callers, seconds, next(firsts))
    run = subprocess.run(
        [sys.executable, str(HERE / "http_callers.py")],
        input=json.dumps(asdict(calls)),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(f"the callers failed: {run.stderr}")
    found = json.loads(run.stdout)
    cpu.append(found["cpu"])
    return float(found["per_second"])
