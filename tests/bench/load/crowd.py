"""Two hundred people at once, for a minute: answered, or asked to come back; health checks are answered throughout."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import httpx
from bench_servers import BenchServers
from http_callers import request_body
from measurement import Row, Unit, compare, quantile

from embedded.processes.resources import resident_mebibytes, threads
from load.crowd_callers import CrowdAnswers, CrowdPlan

PEOPLE, FULL_SECONDS, QUICK_SECONDS = 200, 60.0, 2.0
ALIVE_SECONDS = 5.0
"""Within which a health check has to be answered; Kubernetes and Compose wait no longer."""
MILLISECONDS = 1e3
HERE = Path(__file__).parent
TOLERATED = {"429", "503"}


def rows(servers: BenchServers, intake: str, is_quick: bool) -> list[Row]:
    seconds = QUICK_SECONDS if is_quick else FULL_SECONDS
    tokens = [servers.issuer.mint("adviser", subject=f"crowd-{nth}", unit="dla-44") for nth in range(PEOPLE)]
    with servers.program("crowd-noop", HERE.parent / "noop_server.py", "") as noop:
        nothing = play(noop, tokens, [("GET", "/nothing", None)], seconds / 4)
    pid = servers.pids["intake"]
    before = resident_mebibytes(pid)
    with _health(intake) as times:
        found = play(intake, tokens, _requests(intake, tokens[0]), seconds)
    p99, floor = (quantile(each.times, 0.99) * MILLISECONDS for each in (found, nothing))
    print(
        f"  {PEOPLE} people: {found.statuses}, {len(found.times) / seconds:.0f}/s, p50"
        f" {quantile(found.times, 0.5) * MILLISECONDS:.0f} ms; {len(times)} health checks, the slowest"
        f" {max(times) * MILLISECONDS:.0f} ms; {before:.0f} MiB before, {resident_mebibytes(pid):.0f} after,"
        f" {threads(pid)} threads"
    )
    if wrong := {status for status in found.statuses if not status.startswith("2")} - TOLERATED:
        raise RuntimeError(f"the crowd was answered {wrong}: {found.statuses}")
    if found.hasty:
        raise RuntimeError(f"{found.hasty} refusals do not say when to come back")
    return [
        compare("load", f"p99 of {PEOPLE} people", Unit.MILLISECONDS, ours=[p99], floor=("no-op, as many", [floor])),
    ]


def play(address: str, tokens: list[str], requests: list[tuple[str, str, str | None]], seconds: float) -> CrowdAnswers:
    where = urlsplit(address)
    plan = CrowdPlan(str(where.hostname), where.port or 0, seconds=seconds, tokens=tokens, requests=requests)
    command = [sys.executable, str(HERE / "crowd_callers.py")]
    run = subprocess.run(command, input=json.dumps(asdict(plan)), capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"the crowd failed: {run.stderr}")
    return CrowdAnswers(**json.loads(run.stdout))


def _requests(address: str, token: str) -> list[tuple[str, str, str | None]]:
    """A list, a case, its history, a caseload, and a reception."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{address}/api/v1/requests", json=request_body(987_654_321), headers=headers, trust_env=False)
    case = answer.raise_for_status().headers["Location"]
    body = json.dumps(request_body(0)).replace("W000000000", "W9########").replace("########", "#")
    return [
        ("GET", "/api/v1/requests?limit=20", None),
        ("GET", case, None),
        ("GET", f"{case}/history", None),
        ("GET", "/api/v1/caseload?limit=20", None),
        ("POST", "/api/v1/requests", body),
    ]


@contextmanager
def _health(address: str) -> Iterator[list[float]]:
    """The seconds that each check took, filled in meanwhile. Raises RuntimeError at the end when one was unanswered."""
    times, failures, stop = list[float](), list[str](), Event()

    def check() -> None:
        while not stop.wait(0.5):
            begin = time.perf_counter()
            try:
                httpx.get(f"{address}/livez", timeout=ALIVE_SECONDS, trust_env=False).raise_for_status()
            except httpx.HTTPError as error:
                failures.append(repr(error))
            times.append(time.perf_counter() - begin)

    thread = Thread(target=check, name="health")
    thread.start()
    try:
        yield times
    finally:
        stop.set()
        thread.join()
    if failures or not times:
        raise RuntimeError(f"{len(failures)} of {len(times)} health checks failed: {failures[:3]}")
