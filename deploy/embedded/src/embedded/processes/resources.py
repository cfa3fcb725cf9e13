"""Memory, threads and processor time of a process, from the kernel."""

from __future__ import annotations

import os
import re
from pathlib import Path


def resident_mebibytes(pid: int) -> float:
    return _status(pid, "VmRSS")


def peak_mebibytes(pid: int) -> float:
    """The most since it was forgotten."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def cpu_seconds(pid: int) -> float:
    """Of all its threads, since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def _status(pid: int, name: str) -> float:
    found = re.search(rf"^{name}:\s*(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"the kernel says no {name} of {pid}")
    return int(found[1]) / 1024
