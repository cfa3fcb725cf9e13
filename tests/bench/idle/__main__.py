"""`make idle`: what the embedded system costs while nobody uses it, by process and by part.

Ends with 1 when all together take more than MAX_SHARE of one core."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from idle.usage import WRAPPER, Usage, memory_by_process, usage_by_part, usage_by_process
from rich.console import Console
from rich.table import Table

from embedded.processes.interruption import interrupt_once
from embedded.stack import Stack

MAX_SHARE = 0.05
SHOWN_SHARE = 0.0001
FOLDER = Path(".dla")


def main(
    seconds: Annotated[float, typer.Option(help="How long it is watched.")] = 60.0,
    settled: Annotated[float, typer.Option(help="How long it is left alone before.")] = 40.0,
) -> None:
    """Starts the system on data of its own, leaves it alone, and counts the processor time of each of its processes."""
    interrupt_once()
    console = Console()
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="idle-", dir=FOLDER) as folder, Stack(Path(folder), program=program, say=print):
        console.print(f"Left alone for {settled:.0f} s, then watched for {seconds:.0f} s…")
        time.sleep(settled)
        before, parts_before, begin = usage_by_process(), usage_by_part(), time.monotonic()
        time.sleep(seconds)
        after, parts, elapsed = usage_by_process(), usage_by_part(), time.monotonic() - begin
        load, memory = os.getloadavg()[0], memory_by_process()
    shares = {name: (after[name] - before[name]) / elapsed for name in before}
    console.print(by_part(parts_before, parts, elapsed))
    console.print(by_process(shares, memory, load))
    if sum(shares.values()) > MAX_SHARE:
        raise typer.Exit(1)


def program(service: str) -> Sequence[str]:
    return [sys.executable, str(Path(__file__).with_name(WRAPPER)), service]


def by_process(shares: Mapping[str, float], memory: Mapping[str, float], load: float) -> Table:
    table = Table(title=f"At rest (load of the machine: {load:.1f})", title_justify="left", box=None)
    for heading in ("Process", "CPU s/min", "of a core", "MiB"):
        table.add_column(heading, justify="left" if heading == "Process" else "right")
    for name, share in sorted(shares.items(), key=lambda each: -each[1]):
        table.add_row(name, f"{60 * share:.2f}", f"{share:.1%}", f"{memory[name]:.0f}")
    total = sum(shares.values())
    table.add_row("all", f"{60 * total:.2f}", f"{total:.1%} (aim: {MAX_SHARE:.0%})", f"{sum(memory.values()):.0f}")
    return table


def by_part(
    before: Mapping[tuple[str, str, str], Usage], after: Mapping[tuple[str, str, str], Usage], elapsed: float
) -> Table:
    """Of each process, the threads (or server processes) that took more than nothing."""
    table = Table(title="By part", title_justify="left", box=None)
    for heading in ("Process", "part", "of a core", "wake-ups/s"):
        table.add_column(heading, justify="left" if heading in ("Process", "part") else "right")
    summed: dict[tuple[str, str], Usage] = {}
    for (name, part, thread), now in after.items():
        then, known = before.get((name, part, thread), Usage(0, 0)), summed.get((name, part), Usage(0, 0))
        more = Usage(known.seconds + now.seconds - then.seconds, known.sleeps + now.sleeps - then.sleeps)
        summed[name, part] = more
    for (name, part), usage in sorted(summed.items(), key=lambda each: (each[0][0], -each[1].seconds)):
        if usage.seconds / elapsed >= SHOWN_SHARE:
            table.add_row(name, part, f"{usage.seconds / elapsed:.2%}", f"{usage.sleeps / elapsed:.1f}")
    return table


if __name__ == "__main__":
    typer.run(main)
