"""Ids: version 7, all different, in each process of a program that forked."""

from __future__ import annotations

import subprocess
import sys
import time

from shared.kernel import uuid7
from shared.kernel.ids import TAILS_AT_ONCE

IN_TWO_PROCESSES = """
import os
from shared.kernel import uuid7

uuid7()  # there are random bits in hand now, which both processes have in memory
from_child, to_parent = os.pipe()
if os.fork():
    print(*(str(uuid7())[-12:] for _ in range(50)), os.read(from_child, 10_000).decode())
else:
    os.write(to_parent, " ".join(str(uuid7())[-12:] for _ in range(50)).encode())
"""


def test_ids_are_of_version_7_and_all_different() -> None:
    before = time.time_ns() // 1_000_000
    ids = [uuid7() for _ in range(3 * TAILS_AT_ONCE)]
    after = time.time_ns() // 1_000_000
    assert len(set(ids)) == len({each.int & (1 << 62) - 1 for each in ids}) == len(ids)
    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}
    assert all(before <= each.int >> 80 <= after for each in ids)


def test_processes_that_forked_give_out_different_ids() -> None:
    run = subprocess.run([sys.executable, "-c", IN_TWO_PROCESSES], capture_output=True, text=True, check=True)
    tails = run.stdout.split()
    assert len(tails) == len(set(tails)) == 100
