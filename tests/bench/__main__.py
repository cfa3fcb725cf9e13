"""`python tests/bench`: every measure in one run, on servers of its own that write to disk as in production."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import abuse_group
import append_group
import audit_group
import consumption_group
import effect_group
import growth_group
import http_group
import ledger_group
import load
import past_group
import rebuild_group
import relay_group
import report
import screens_group
import typer
from bench_servers import BenchServers
from measurement import Row
from rich.console import Console

from embedded.processes.interruption import interrupt_once

GROUPS = {
    "append": append_group.rows,
    "rebuild": rebuild_group.rows,
    "http": http_group.rows,
    "effect": effect_group.rows,
    "relay": relay_group.rows,
    "consumption": consumption_group.rows,
    "ledger": ledger_group.rows,
    "audit": audit_group.rows,
    "past": past_group.rows,
    "growth": growth_group.rows,
    "screens": screens_group.rows,
    "abuse": abuse_group.rows,
    "load": load.rows,
}
FOLDER = Path(".dla")
"""Servers keep their data below: a system's temporary folder may be in memory, where fsync costs nothing."""


def main(
    json: Annotated[Path, typer.Option(help="Where the figures are written.")] = FOLDER / "bench.json",
    quick: Annotated[bool, typer.Option("--quick", help="One short round: does every group run?")] = False,
    only: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(GROUPS)}; all of them otherwise.")] = None,
) -> None:
    """Measures each group, beside its floors."""
    interrupt_once()
    rounds, seconds = (1, 0.2) if quick else (9, 0.75)
    console, begin = Console(), time.monotonic()
    console.width = max(console.width, report.WIDTH_COLUMNS)
    FOLDER.mkdir(exist_ok=True)
    rows: list[Row] = []
    gc.freeze()  # as a service does when it serves: what was loaded is no rubbish to be looked through
    with TemporaryDirectory(prefix="bench-", dir=FOLDER) as folder, BenchServers(Path(folder).absolute()) as servers:
        for group in only or GROUPS:
            console.print(f"{group}: {rounds} rounds…")
            rows += GROUPS[group](servers, rounds, seconds)
    report.show(console, rows)
    report.write(json, rows, rounds, time.monotonic() - begin)
    console.print(f"{time.monotonic() - begin:.0f} s; the same figures are in {json}.")


if __name__ == "__main__":
    typer.run(main)
