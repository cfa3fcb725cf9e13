"""Processes at rest: what starting one takes of a processor, and what memory it holds. `make idle` counts the rest."""

from __future__ import annotations

from bench_servers import BenchServers
from measurement import Aim, Row, Unit, compare

from embedded.processes.resources import resident_mebibytes

AIM = Aim(at_most=1.5)
FLOOR = "FastAPI that does nothing"
MILLISECONDS = 1e3


def rows(servers: BenchServers) -> list[Row]:
    """Of intake with all its roles."""
    starts = [servers.start_cpu_seconds[name] * MILLISECONDS for name in ("intake", "rest-noop")]
    sizes = [resident_mebibytes(servers.pids[name]) for name in ("intake", "rest-noop")]
    figures = {"processor to start": (Unit.MILLISECONDS, starts), "memory at rest": (Unit.MEBIBYTES, sizes)}
    return [
        compare("load", name, unit, ours=[own], floor=(FLOOR, [floor]), aim=AIM)
        for name, (unit, (own, floor)) in figures.items()
    ]
