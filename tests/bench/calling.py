"""What does a command cost over HTTP? Intake, a FastAPI that does nothing, and FastAPI with the stock library."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from itertools import count
from pathlib import Path

from caller import Calls
from figures import Aim, Measure, Row, Unit, compared, interleaved
from world import World

GROUP = "HTTP"
CALLERS = (1, 8)
AIM = Aim(at_least=0.20)
HERE = Path(__file__).parent
NUMBERS = 1_000_000
"""Of structures, kept for each run of the caller."""


def rows(world: World, rounds: int, seconds: float) -> list[Row]:
    """Every server is a process of its own, and so are the callers; intake has its HTTP role alone."""
    with ExitStack() as running:
        addresses = {
            "ours": running.enter_context(world.services("intake", role="api"))["intake"],
            "no-op": running.enter_context(world.program("no-op", HERE / "noop_web.py", "")),
            "stock": running.enter_context(
                world.program("stock", HERE / "stock_web.py", world.database("calls_stock"))
            ),
        }
        firsts = count(NUMBERS, NUMBERS)
        measures: dict[tuple[str, int], Measure[float]] = {
            (who, callers): partial(_per_second, address, world.token(), callers, firsts)
            for callers in CALLERS
            for who, address in addresses.items()
        }
        found = interleaved(measures, rounds, seconds)
    return [
        compared(
            GROUP,
            "one caller" if callers == 1 else f"{callers} callers",
            Unit.PER_SECOND,
            ours=found["ours", callers],
            floor=("FastAPI that does nothing", found["no-op", callers]),
            stock=("FastAPI, stock aggregate and recorder", found["stock", callers]),
            aim=AIM,
        )
        for callers in CALLERS
    ]


def _per_second(address: str, token: str, callers: int, firsts: Iterator[int], seconds: float) -> float:
    calls = Calls(address, token, callers, seconds, next(firsts))
    run = subprocess.run(
        [sys.executable, str(HERE / "caller.py")],
        input=json.dumps(asdict(calls)),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(f"the callers failed: {run.stderr}")
    return float(json.loads(run.stdout)["per_second"])
