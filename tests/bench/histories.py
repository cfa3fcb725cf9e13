"""Histories to measure on: those that BENCH_HISTORIES names, or small ones that are written first."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench_servers import BenchServers

SCALES, FEW = ("0.001", "0.01"), ("0.0003", "0.001")
"""Small and big, where none are named; few in a quick run."""
ROOT = Path(__file__).parents[2]
WRITE_TIMEOUT_SECONDS = 1200


def small_and_big(servers: BenchServers, *, is_quick: bool) -> Sequence[Path]:
    """`BENCH_HISTORIES=small:big` names two folders that `make history` has written."""
    if named := os.environ.get("BENCH_HISTORIES", ""):
        return [Path(each) for each in named.split(":")]
    return [_written(servers.folder / f"history-{scale}", scale) for scale in (FEW if is_quick else SCALES)]


def _written(folder: Path, scale: str) -> Path:
    if not folder.exists():
        command = [sys.executable, "-m", "deploy.history", "--scale", scale, "--folder", str(folder)]
        run = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=WRITE_TIMEOUT_SECONDS
        )
        if run.returncode:
            raise RuntimeError(f"no history of scale {scale}: {run.stderr}")
    return folder
