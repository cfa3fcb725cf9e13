"""The mapper under threads: events of classes that share others are first read by several at once."""

from __future__ import annotations

import subprocess
import sys

READ_AT_ONCE = """
from __future__ import annotations
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from types import ModuleType
from shared.eventlog import EventMapper
from shared.kernel import event
from shared.kernel.frozen import frozen

sys.setswitchinterval(1e-6)
DEPTH, TRIES, LETTERS = 12, 60, "uv"
META = b'{"id":"%s","case":"%s","actor":"a","role":"ops","correlation":"%s"}' % ((b"0" * 32,) * 3)
NESTED = b'{"a":"1"}'
for _ in range(DEPTH - 1):
    NESTED = b'{"a":"1","inner":' + NESTED + b'}'
STATE = b'{"meta":' + META + b',"data":{"inner":' + NESTED + b'}}'


def declare(number: int) -> list[type]:
    module = ModuleType(f"declared_{number}")
    sys.modules[module.__name__] = module
    inner = None
    for depth in range(DEPTH):
        hints = {"a": "str", **({"inner": f"{inner} | None"} if inner else {})}
        inner = f"Inner{depth}"
        kind = type(inner, (), {"__annotations__": hints, "__module__": module.__name__})
        setattr(module, inner, (frozen if depth % 2 else dataclass(frozen=True, slots=True))(kind))
    within = {"__annotations__": {"inner": inner}, "__module__": module.__name__}
    return [event(f"{letter}-noted", label="Noté")(type(letter.upper(), (), {**within})) for letter in LETTERS]


def read(mapper: EventMapper, topic: str, start: Barrier) -> str:
    start.wait()
    return mapper.to_data("stream", 1, topic, STATE).inner.a


with ThreadPoolExecutor(len(LETTERS)) as pool:
    for number in range(TRIES):
        mapper, start = EventMapper(declare(number), {}), Barrier(len(LETTERS))
        read_by = [pool.submit(read, mapper, f"{letter}-noted:v1", start) for letter in LETTERS]
        assert [each.result() for each in read_by] == ["1"] * len(LETTERS)
"""


def test_threads_that_first_read_events_at_once_do_not_end_the_process() -> None:
    command = [sys.executable, "-X", "faulthandler", "-c", READ_AT_ONCE]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
