"""A program that a test runs to its end, and that leaves nothing behind when it takes too long."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 60.0


def run_to_end(
    command: Sequence[str], folder: Path, *, seconds: float = 900, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What it printed. After so many seconds it is asked to stop, as Ctrl-C does, so that it stops what it started:
    killed, it would leave servers to run beside all tests that follow. Raises TimeoutExpired then."""
    with subprocess.Popen(
        command, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        try:
            out, err = program.communicate(timeout=seconds)
        except BaseException:
            program.terminate()
            try:
                program.communicate(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()
            raise
        return subprocess.CompletedProcess(command, program.returncode, out, err)
