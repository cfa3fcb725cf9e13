"""A program that is ended while it imports: `serve` exits with 0, any other command by the signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.support import ROOT

SLOW = 'from threading import Event\nprint("importing", flush=True)\nEvent().wait()\n'
START = "from shared.program import run_program; run_program('slow_to_import')"


@pytest.mark.parametrize(("command", "code"), [("serve", 0), ("migrate", -signal.SIGTERM)])
def test_only_a_server_is_done_when_it_is_ended_while_it_imports(command: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "slow_to_import.py").write_text(SLOW)
    program = subprocess.Popen(
        [sys.executable, "-c", START, command],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
    )
    try:
        assert program.stdout and program.stdout.readline() == b"importing\n"
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=20) == code
    finally:
        program.kill()
        program.communicate()


@pytest.mark.parametrize("service", sorted(each.name for each in (ROOT / "services").iterdir()))
def test_each_service_starts_as_such_a_program(service: str) -> None:
    project = tomllib.loads((ROOT / "services" / service / "pyproject.toml").read_text())["project"]
    assert project["scripts"][f"dla-{service}"] == f"{service}.__main__:main"
    assert f'run_program("{service}.main")' in (ROOT / f"services/{service}/src/{service}/__main__.py").read_text()
