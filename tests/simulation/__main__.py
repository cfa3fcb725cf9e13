"""`make simulate SEED=… RUNS=…`: runs seeds one after the other; a failing one is printed with its trace."""

from __future__ import annotations

import argparse
import secrets
import sys
import time

from tests.simulation.mutants import MUTANTS
from tests.simulation.running import SOUND, simulate


def main() -> int:
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seed", type=int, help="the first seed; by default another one each time")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--mutant", choices=sorted(MUTANTS), help="plants a fault, to see it found")
    parser.add_argument("--trace", action="store_true", help="prints the trace of a sound run too")
    given = parser.parse_args()
    first = given.seed if given.seed is not None else secrets.randbelow(10**9)
    plant = MUTANTS[given.mutant].plant if given.mutant else SOUND
    began, steps, failed = time.monotonic(), 0, 0
    for seed in range(first, first + given.runs):
        outcome = simulate(seed, plant, tracing=given.trace)
        steps += outcome.steps
        if outcome.broken:
            failed += 1
            print("\n".join(simulate(seed, plant, tracing=True).trace))
            print(f"seed {seed}: {outcome.broken}\nagain: make simulate SEED={seed} RUNS=1")
            break
        if given.trace:
            print("\n".join(outcome.trace))
    seconds = time.monotonic() - began
    print(f"{seed - first + 1} runs from seed {first}, {steps} steps, {seconds:.1f} s: {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
