"""How is a count told so that one to four can never be deduced? Up or down to a multiple of five, at random, once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from shared.statistics.release import Counts

BASE = 5
MAX_ATTEMPTS = 1000
Draw = Callable[[str], float]
"""For a text, a number from 0 to 1 (excluded): the same each time, and known to nobody outside the deployment."""


def round_counts(counts: Counts, draw: Draw) -> Counts:
    """Each count to the multiple of five below or above, in the mean what it was.

    What is told of one dimension narrows what the others may be, for each counts the same population. Tables that
    narrow it too much are drawn again; that is judged by what would be told alone, and so tells nothing itself."""
    for attempt in range(MAX_ATTEMPTS):
        told = {
            code: {key: _drawn(n, draw(f"{attempt}/{code}/{key}")) for key, n in table.items()}
            for code, table in counts.items()
        }
        if is_undeducible(told.values()):
            return told
    raise AssertionError(f"no rounding of {len(counts)} tables leaves room")


def _drawn(n: int, drawn: float) -> int:
    below, left = divmod(n, BASE)
    return BASE * (below + (drawn < left / BASE))


def is_undeducible(tables: Iterable[Mapping[str, int]]) -> bool:
    """Whether the whole population may be of five sizes more than the least: then any group of cells of a table may
    still count nobody, or at least five."""
    ranges = [tuple(map(sum, zip(*map(bounds, table.values()), strict=True))) for table in tables]
    return min(most for _, most in ranges) - max(least for least, _ in ranges) >= BASE


def bounds(told: int) -> tuple[int, int]:
    """The least and the most that a count may have been, which is told as `told`."""
    return max(0, told - BASE + 1), told + BASE - 1
