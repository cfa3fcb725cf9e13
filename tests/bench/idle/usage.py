"""Processor time, wake-ups and memory of the processes below this one, as Linux counts them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("postgres", "nats-server")
WRAPPER = "named_threads.py"
MAIN_THREAD = "event loop"


@dataclass(frozen=True)
class Process:
    """`ticks`: of its own; `ended_ticks`: of its children that have ended."""

    parent: int
    ticks: int
    ended_ticks: int


@dataclass(frozen=True)
class Usage:
    """Seconds of a processor, and how often it went to sleep."""

    seconds: float
    sleeps: int


def usage_by_process() -> dict[str, float]:
    """By child of this process, the seconds of a processor that all below it have taken so far."""
    processes = dict(_processes())
    return {
        name_of(pid): (child.ended_ticks + sum(processes[each].ticks for each in _below(pid, processes)))
        / os.sysconf("SC_CLK_TCK")
        for pid, child in processes.items()
        if child.parent == os.getpid()
    }


def usage_by_part() -> dict[tuple[str, str, str], Usage]:
    """By program, part (a thread, or a process of PostgreSQL) and thread id. A thread that ends meanwhile is left
    out."""
    processes, found = dict(_processes()), dict[tuple[str, str, str], Usage]()
    for child in [pid for pid, process in processes.items() if process.parent == os.getpid()]:
        for pid in _below(child, processes):
            for task in Path(f"/proc/{pid}/task").glob("*"):
                try:
                    part, seconds = _part_of(pid, task), int((task / "schedstat").read_text().split()[0]) / 1e9
                    status = (task / "status").read_text()
                except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                    continue
                sleeps = next(line for line in status.splitlines() if line.startswith("voluntary_ctxt"))
                found[name_of(child), part, task.name] = Usage(seconds, int(sleeps.split()[1]))
    return found


def memory_by_process() -> dict[str, float]:
    """By child of this process, in MiB, what all below it hold: what several share is divided among them."""
    processes = dict(_processes())
    return {
        name_of(pid): sum(_held_kib(each) for each in _below(pid, processes)) / 1024
        for pid, child in processes.items()
        if child.parent == os.getpid()
    }


def name_of(pid: int) -> str:
    """`intake` for the program of a service; else its program, which `unshare` may have started."""
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    wrapped = [at for at, word in enumerate(words) if word.endswith(WRAPPER)]
    if wrapped:
        return words[wrapped[0] + 1]
    return next((each for each in PROGRAMS if any(Path(word).name == each for word in words)), Path(words[0]).name)


def _part_of(pid: int, task: Path) -> str:
    """What a thread does; threads of one pool, and connections of one database, are one part."""
    command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    if command.startswith("postgres:"):
        return " ".join(command.removeprefix("postgres:").split()[:2]).split("(")[0]
    if WRAPPER not in command:
        return "server"
    return MAIN_THREAD if task.name == str(pid) else (task / "comm").read_text().strip()


def _held_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


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
