"""Load: what holds while much is asked at once. A broken promise ends the run with an error; the rest are figures."""

from __future__ import annotations

from pathlib import Path

from bench_servers import BenchServers
from measurement import Row

from load import at_rest, bundles, crowd, long_case, slow_readers

GROUP = "load"


def rows(servers: BenchServers, rounds: int, _seconds: float) -> list[Row]:
    """One round; a short one when one short round is asked for."""
    is_quick = rounds == 1
    found: list[Row] = []
    with servers.services(GROUP, "intake", "audit", role="all", without={"DLA_RATE_PERSON"}) as addresses:
        with servers.program("rest-noop", Path(__file__).parents[1] / "noop_server.py", ""):
            found += at_rest.rows(servers)
        found += bundles.rows(servers, addresses, is_quick)
        found += long_case.rows(servers, addresses["intake"], is_quick)
        found += slow_readers.rows(servers, addresses["intake"], is_quick)
        found += crowd.rows(servers, addresses["intake"], is_quick)
    return found


__all__ = ["rows"]
