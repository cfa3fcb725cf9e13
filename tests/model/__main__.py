"""`make model`: every disaster, the large ones too, and each planted fault. Minutes, and some gigabytes."""

from __future__ import annotations

import sys
import time

from tests.model.checking import IS_HERE, LARGE, MUTANTS, SMALL, SOON_COMPILED, SPARING_MEMORY, check


def main() -> int:
    if not IS_HERE:
        print("Spin and gcc are needed (Debian: spin, gcc).", file=sys.stderr)
        return 2
    failed = 0
    for disaster, faults in (SMALL | LARGE).items():
        began, checked = time.monotonic(), check(faults, compiled=SPARING_MEMORY)
        failed += checked.broken is not None
        seconds = time.monotonic() - began
        print(f"{disaster}: {checked.states:,} states, {seconds:.0f} s: {checked.broken or 'every promise holds'}")
    for name, (what, faults) in MUTANTS.items():
        broken = check(faults, mutant=name, compiled=SOON_COMPILED).broken
        failed += broken is None
        print(f"without “{what}” ({name}): {'found' if broken else 'NOT FOUND'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
