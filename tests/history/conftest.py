"""One small history, whose run was killed with SIGKILL and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.history.databases import Databases
from deploy.history.plan import Plan
from deploy.history.run import PARTS_FOLDER, read_plan
from deploy.history.timeline import Secrets
from deploy.history.unit_history import SERVICES
from shared.eventlog import ServiceApplication

ROOT = Path(__file__).parents[2]
SCALE, SEED, UNTIL = 0.0006, 7, datetime(2026, 10, 30, tzinfo=UTC)
DEADLINE_SECONDS = 240.0


@dataclass(frozen=True)
class WrittenHistory:
    """`units_before`: those that were whole when the first run was killed."""

    plan: Plan
    secrets: Secrets
    apps: dict[str, ServiceApplication]
    urls: dict[str, str]
    units_before: int


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WrittenHistory]:
    folder = tmp_path_factory.mktemp("history") / "stack"
    units_before = _run_and_kill(folder)
    finished = subprocess.run(
        _command(folder), cwd=ROOT, capture_output=True, text=True, check=False, timeout=DEADLINE_SECONDS
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    with ExitStack() as closing:
        databases = closing.enter_context(Databases(folder))
        secrets, urls = databases.secrets(), databases.owner_urls
        apps = {}
        for name, service in SERVICES.items():
            sealing, transit = secrets.sealing[name], secrets.transit
            apps[name] = ServiceApplication(name, service.deciders, urls[name], sealing, transit_keys=transit)
            closing.callback(apps[name].close)
        plan = read_plan(folder, SEED, SCALE, UNTIL)
        yield WrittenHistory(plan, secrets, apps=apps, urls=urls, units_before=units_before)


def _command(folder: Path) -> list[str]:
    options = ["--scale", str(SCALE), "--seed", str(SEED), "--workers", "2", "--until", f"{UNTIL:%Y-%m-%d}"]
    return [sys.executable, "-m", "deploy.history", *options, "--folder", str(folder)]


def _run_and_kill(folder: Path) -> int:
    """Kills the run with its workers as soon as one unit is written."""
    run = subprocess.Popen(
        _command(folder), cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + DEADLINE_SECONDS
        while not (written := _whole_parts(folder)):
            assert run.poll() is None, "it ended before a unit was written"
            assert time.monotonic() < end, "no unit is written"
            time.sleep(0.005)
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    return len(written)


def _whole_parts(folder: Path) -> list[Path]:
    return [each for each in (folder / PARTS_FOLDER).glob("dla-*") if each.suffix != ".draft"]
