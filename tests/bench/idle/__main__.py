"""`make idle`: what the embedded system costs while nobody uses it, in seconds of a processor a minute, by process.

Ends with 1 when all together take more than MAX_SHARE of one core."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from embedded.processes.interruption import interrupt_once
from embedded.stack import Stack

MAX_SHARE = 0.05
FOLDER = Path(".dla")
PROGRAMS = ("postgres", "nats-server")


def main(
    seconds: Annotated[float, typer.Option(help="How long it is watched.")] = 60.0,
    settled: Annotated[float, typer.Option(help="How long it is left alone before.")] = 20.0,
) -> None:
    """Starts the system on data of its own, leaves it alone, and counts the processor time of each of its processes."""
    interrupt_once()
    console = Console()
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="idle-", dir=FOLDER) as folder, Stack(Path(folder), say=console.print):
        console.print(f"Left alone for {settled:.0f} s, then watched for {seconds:.0f} s…")
        time.sleep(settled)
        before, begin = used_seconds(), time.monotonic()
        time.sleep(seconds)
        after, elapsed = used_seconds(), time.monotonic() - begin
        load = os.getloadavg()[0]
    shares = {name: (after[name] - before[name]) / elapsed for name in before}
    table = Table(title=f"At rest (load of the machine: {load:.1f})", title_justify="left", box=None)
    table.add_column("Process")
    table.add_column("CPU s/min", justify="right")
    table.add_column("of a core", justify="right")
    for name, share in sorted(shares.items(), key=lambda each: -each[1]):
        table.add_row(name, f"{60 * share:.2f}", f"{share:.1%}")
    total = sum(shares.values())
    table.add_row("all", f"{60 * total:.2f}", f"{total:.1%} (aim: {MAX_SHARE:.0%})")
    console.print(table)
    if total > MAX_SHARE:
        raise typer.Exit(1)


@dataclass(frozen=True)
class Process:
    """As Linux counts it. `ticks`: of its own; `ended_ticks`: of its children that have ended."""

    parent: int
    ticks: int
    ended_ticks: int


def used_seconds() -> dict[str, float]:
    """By child of this process, the processor time of all that it has started so far."""
    processes = dict(_processes())
    found: dict[str, float] = {}
    for pid, child in processes.items():
        if child.parent == os.getpid():
            ticks = child.ended_ticks + sum(processes[each].ticks for each in _below(pid, processes))
            found[_name_of(pid)] = ticks / os.sysconf("SC_CLK_TCK")
    return found


def _processes() -> Iterator[tuple[int, Process]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            continue
        user, system, ended_user, ended_system = map(int, fields[11:15])
        yield int(folder.name), Process(int(fields[1]), user + system, ended_ticks=ended_user + ended_system)


def _below(pid: int, processes: Mapping[int, Process]) -> Iterator[int]:
    """The process, and all below it."""
    yield pid
    for each, process in processes.items():
        if process.parent == pid:
            yield from _below(each, processes)


def _name_of(pid: int) -> str:
    """`intake` for `python -m intake serve`; else its program, which `unshare` may have started."""
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    if "-m" in words:
        return words[words.index("-m") + 1]
    return next((each for each in PROGRAMS if any(Path(word).name == each for word in words)), Path(words[0]).name)


if __name__ == "__main__":
    typer.run(main)
