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

import httpx
import psycopg
import wrk_callers
from bench_servers import BenchServers
from http_callers import CallPlan, request_body
from measurement import Aim, Measure, Row, Unit, compare, measure_interleaved

from intake.caseload import TRIAGE

GROUP = "HTTP"
CALLERS, PYTHON_CALLERS = (1, 8, 32), (1, 8)
READERS = 8
AIM = Aim(at_least=0.40)
HERE = Path(__file__).parent
NUMBERS = 1_000_000
"""Of structures, kept for each run of the caller."""
LISTED_CASES, FEW_LISTED_CASES = 50_000, 2_000
"""Rows of the list of requests, in which a reception looks for the structure; few in a quick run."""
FILL_LIST = """
INSERT INTO projection_rows (projection, case_id, since, version, document)
SELECT 'requests:v2', id, 1, 1, jsonb_build_object(
    'id', id, 'structure', 'Structure ' || n, 'structure_id', gen_random_uuid(), 'status', 'received',
    'unit', 'dla-' || n %% 100, 'units', jsonb_build_array('dla-' || n %% 100), 'adviser', 'adviser-1',
    'department', '44', 'siret', null, 'siren', null, 'rna', 'W' || to_char(n, 'FM000000000'),
    'due', jsonb_build_object(%(task)s::text, jsonb_build_object(
        'what', %(task)s::text, 'since', to_char(now() - n %% 400 * interval '1 day', 'YYYY-MM-DD'),
        'on', null, 'item', null)))
FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(1, %(cases)s) AS n) AS cases"""
MICROSECONDS = 1e6


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    """Every server is a process of its own, and so are the callers; intake has its HTTP role alone. `wrk` calls where
    it is installed; else threads of Python, of 8 at most, and nothing is read."""
    callers_at_once = CALLERS if wrk_callers.is_available() else PYTHON_CALLERS
    with ExitStack() as running:
        addresses = {
            "ours": running.enter_context(servers.services("http", "intake", role="api"))["intake"],
            "no-op": running.enter_context(servers.program("no-op", HERE / "noop_server.py", "")),
            "stock": running.enter_context(
                servers.program("stock", HERE / "stock_server.py", servers.database("calls_stock"))
            ),
            "two": running.enter_context(servers.services("http", "intake", role="api", workers=2))["intake"],
        }
        _fill_list(servers, FEW_LISTED_CASES if rounds == 1 else LISTED_CASES)
        firsts, cpu = count(NUMBERS, NUMBERS), list[float]()
        tokens = [servers.token(number) for number in range(1, max(callers_at_once) + 1)]
        measures: dict[tuple[str, int], Measure[float]] = {
            (who, callers): partial(_per_second, address, tokens, callers, firsts, cpu)
            for callers in callers_at_once
            for who, address in addresses.items()
            if (who, callers) != ("two", 1)
        }
        found = measure_interleaved(measures, rounds, seconds)
        reads = _read_rows(addresses, tokens, rounds, seconds) if wrk_callers.is_available() else []
    how = "wrk" if wrk_callers.is_available() else "threads of Python, for wrk is not installed"
    took = statistics.median(cpu) * MICROSECONDS
    print(f"  callers: {how}; a command takes them {took:.0f} µs of the processors that they share with the servers")
    return [
        compare(
            GROUP,
            ("one caller" if callers == 1 else f"{callers} callers") + name,
            Unit.PER_SECOND,
            ours=found[who, callers],
            floor=("FastAPI that does nothing", found["no-op", callers]),
            stock=("FastAPI, stock aggregate and recorder", found["stock", callers]),
            aim=AIM if callers == 8 else None,
        )
        for callers in callers_at_once
        for who, name in (("ours", ""), ("two", ", two processes"))
        if (who, callers) in found
    ] + reads


def _read_rows(addresses: dict[str, str], tokens: list[str], rounds: int, seconds: float) -> list[Row]:
    """The time that 95 of 100 reads do not exceed, 8 callers at a time."""
    headers = {"Authorization": f"Bearer {tokens[0]}"}
    answer = httpx.post(f"{addresses['ours']}/api/v1/requests", json=request_body(1), headers=headers, trust_env=False)
    case = answer.raise_for_status().headers["Location"]
    paths = {
        "a case": case,
        "its history": f"{case}/history",
        "a list": "/api/v1/requests",
        "the caseload of a unit": "/api/v1/caseload",
    }
    measures: dict[str, Measure[float]] = {
        name: partial(_p95, addresses["ours"], tokens[:READERS], path) for name, path in paths.items()
    }
    measures["nothing"] = partial(_p95, addresses["no-op"], tokens[:READERS], "/nothing")
    found = measure_interleaved(measures, rounds, seconds)
    floor = ("FastAPI that does nothing", found["nothing"])
    return [
        compare(GROUP, f"{name}, p95 at {READERS}", Unit.MILLISECONDS, ours=found[name], floor=floor) for name in paths
    ]


def _p95(address: str, tokens: list[str], path: str, seconds: float) -> float:
    """Milliseconds."""
    return wrk_callers.read(address, tokens, READERS, seconds, [path]).p95 * 1e3


def _fill_list(servers: BenchServers, cases: int) -> None:
    """The role `api` projects nothing: without these rows a reception would look into an empty table."""
    with psycopg.connect(servers.database("http_intake"), autocommit=True) as connection:
        connection.execute(FILL_LIST, {"cases": cases, "task": TRIAGE})
        connection.execute("VACUUM ANALYZE projection_rows")


def _per_second(
    address: str, tokens: list[str], callers: int, firsts: Iterator[int], cpu: list[float], seconds: float
) -> float:
    """`cpu`: gets the processor's time that the callers themselves took for a command, in seconds."""
    if wrk_callers.is_available():
        rates = wrk_callers.play_cases(address, tokens, callers, seconds, next(firsts))
        cpu.append(rates.cpu)
        return rates.per_second
    calls = CallPlan(address, tokens[0], callers, seconds, next(firsts))
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
