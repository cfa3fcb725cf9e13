"""Processes that end well, told apart from those that fail, whenever they are looked at."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.errors import DiedError
from embedded.processes.process import Process


@pytest.fixture
def process(tmp_path: Path) -> Process:
    return Process("short", tmp_path)


def test_what_ends_well_while_it_is_asked_about_is_no_fault(process: Process) -> None:
    process.start([sys.executable, "-c", "pass"], {})
    pid = process.pid
    assert pid is not None

    def looked_at() -> Iterator[bool]:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # its exit code is left for whoever started it
        yield False
        yield True

    looks = looked_at()
    process.wait_until(lambda: next(looks), 20)
    process.stop()


def test_what_ends_badly_is_a_fault(process: Process) -> None:
    process.start([sys.executable, "-c", "raise SystemExit(3)"], {})
    with pytest.raises(DiedError):
        process.wait_until_done(20)
    process.stop()
