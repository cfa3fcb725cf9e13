"""Random rounding of published counts to multiples of five, so that no count from one to four can be deduced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from shared.statistics.release import Counts

BASE = 5
MAX_ATTEMPTS = 1000
Draw = Callable[[str], float]
"""A text → a number in [0, 1), always the same for the same text, and secret to the deployment (a keyed hash)."""


def round_counts(counts: Counts, draw: Draw) -> Counts:
    """Rounds each count to the multiple of five below or above; the expected value is the count itself.

    All dimensions count the same population, so one table narrows what another can be. Tables that narrow it too much
    are drawn again. That decision uses the rounded values only, and so reveals nothing."""
    for attempt in range(MAX_ATTEMPTS):
        rounded = {
            code: {key: _round(n, draw(f"{attempt}/{code}/{key}")) for key, n in table.items()}
            for code, table in counts.items()
        }
        if leaves_enough_uncertainty(rounded.values()):
            return rounded
    raise AssertionError(f"no rounding of {len(counts)} tables leaves room")


def _round(n: int, draw_value: float) -> int:
    below, remainder = divmod(n, BASE)
    return BASE * (below + (draw_value < remainder / BASE))


def leaves_enough_uncertainty(tables: Iterable[Mapping[str, int]]) -> bool:
    """Whether the size of the population still has a range of at least five: then any group of cells of a table may
    count nobody, or at least five."""
    ranges = [tuple(map(sum, zip(*map(bounds, table.values()), strict=True))) for table in tables]
    return min(most for _, most in ranges) - max(least for least, _ in ranges) >= BASE


def bounds(rounded: int) -> tuple[int, int]:
    """The least and the greatest count that may have been rounded to this value."""
    return max(0, rounded - BASE + 1), rounded + BASE - 1
