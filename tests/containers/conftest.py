"""Containers need an engine: without one these tests are skipped, and the summary says so."""

from __future__ import annotations

import os
import subprocess

import pytest

# Its reaper is one more image to fetch; what a fixture starts, the fixture stops.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")

NOT_TRIED = "nothing was tried in containers, because no Docker engine with compose answers"


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    for question in (["docker", "version"], ["docker", "compose", "version"]):
        try:
            subprocess.run(question, check=True, capture_output=True, text=True, timeout=30)
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"{NOT_TRIED}: {getattr(error, 'stderr', None) or error}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = {skipped.longrepr[2] for skipped in terminalreporter.getreports("skipped") if skipped.longrepr}
    for reason in sorted(reason for reason in reasons if NOT_TRIED in reason):
        terminalreporter.write_line(reason.strip(), yellow=True)
