"""Runs Spin on `protocol.pml`: every interleaving of a small system, not some of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

MODEL = Path(__file__).with_name("protocol.pml")
IS_HERE = all(shutil.which(program) for program in ("spin", "gcc"))
FAULTS = ("CRASHES", "EXPIRIES", "LOST_ANSWERS", "WIPES", "REMOVALS", "RESTORES")
SMALL: dict[str, dict[str, int]] = {
    "no fault": {},
    "a process is killed": {"CRASHES": 1},
    "a leader is stopped past its lease": {"EXPIRIES": 1},
    "the stream's answer is lost": {"LOST_ANSWERS": 1},
    "the stream loses everything": {"WIPES": 1},
    "the stream loses its last message": {"REMOVALS": 1},
    "the publisher is restored": {"RESTORES": 1},
}
"""Each within 30 seconds of one core. Counts that are not given are 0."""
LARGE: dict[str, dict[str, int]] = {
    "killed, and stopped past its lease": {"CRASHES": 1, "EXPIRIES": 1, "LOST_ANSWERS": 1},
    "killed while the stream loses everything": {"CRASHES": 1, "EXPIRIES": 1, "WIPES": 1},
    "killed while the stream loses its last message": {"CRASHES": 1, "EXPIRIES": 1, "REMOVALS": 1},
}
"""Minutes and gigabytes each."""
MUTANTS = {
    "UNFENCED": ("the fence: the expected last sequence", {"EXPIRIES": 1}),
    "RESUME_AFTER_THE_LOG": ("the relay resumes from the stream's last message", {"EXPIRIES": 1}),
    "COMPARE_NOTHING": ("the relay compares the end of the stream", {"WIPES": 1}),
    "LEASE_WITHOUT_END": ("a leader looks at its clock", {"EXPIRIES": 1}),
    "LEASE_KEPT_FOR_EVER": ("a lease expires", {"CRASHES": 1}),
    "ACKNOWLEDGED_FIRST": ("acknowledged after the commit", {}),
    "TRACKED_AFTERWARDS": ("effect and tracking are one transaction", {"CRASHES": 1}),
    "TRACKED_FIRST": ("effect and tracking are one transaction", {"CRASHES": 1}),
    "LATER_THAN": ("compare and set, from n - 1 to n only", {}),
    "UNCOMPARED": ("tracking is compared", {}),
    "GAP_NOT_FILLED": ("a gap is back-filled", {}),
    "NO_WATERMARK": ("the announced head shows a lost tail", {"REMOVALS": 1}),
    "BELIEVE_ANY_MESSAGE": ("the last message is of this log", {"RESTORES": 1}),
    "SAME_LOG_AFTER_RESTORE": ("a restored log takes a new id", {"RESTORES": 1}),
    "ANY_LOG_FOLLOWED": ("another log halts its receivers", {"RESTORES": 1}),
    "HALTED_THOUGH_FOLLOWED": ("no halt for a log that is followed by now", {"RESTORES": 1}),
}
"""What each planted fault breaks, and the disaster in which it shows."""


@dataclass(frozen=True)
class Checked:
    """`broken`: the promise that does not hold, or that the system never comes to rest; None when all is well."""

    states: int
    broken: str | None


SOON_COMPILED, FAST, SPARING_MEMORY = ("-O0",), ("-O1",), ("-O2", "-DCOLLAPSE")
"""How a search is compiled: for one that ends early, of all states, and of more states than the memory holds."""


def check(
    faults: dict[str, int], *, mutant: str | None = None, events: int = 2, compiled: tuple[str, ...] = FAST
) -> Checked:
    """Raises CalledProcessError when Spin or the compiler fails, and RuntimeError when the search was not complete."""
    counts = dict.fromkeys(FAULTS, 0) | faults | {"EVENTS": events, "MUTANT": mutant_number(mutant) if mutant else 0}
    definitions = [f"-D{name}={count}" for name, count in counts.items()]
    with TemporaryDirectory() as folder:

        def run(*command: str) -> str:
            return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout

        run("spin", "-a", *definitions, str(MODEL))
        run("gcc", *compiled, "-DNP", "-w", "-o", "search", "pan.c")
        found = run("./search", "-E", "-l", "-m100000")
    stored = re.search(r"(\d+) states, stored", found)
    if not stored or "max search depth too small" in found or "out of memory" in found:
        raise RuntimeError(found)
    broken = re.search(r"^pan:\d+: (.*) \(at depth", found, re.MULTILINE)
    return Checked(int(stored[1]), broken=broken[1] if broken else None)


def mutant_number(name: str) -> int:
    numbers = dict(re.findall(r"^#define (\w+) \(MUTANT == (\d+)\)$", MODEL.read_text(), re.MULTILINE))
    return int(numbers[name])
