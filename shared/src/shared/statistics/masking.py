"""Masking of small counts, with the complementary masks that subtraction asks for.

Published counts are the arcs of a network: at each node, what comes in is what goes out, as a total is the sum of its
parts. A reader who knows all that is shown may move a masked count only along cycles of masked counts. A count is
protected once such cycles let it be nobody, and five or more.

Somebody who has this program too can try every population that it would mask in the same way. Against them a small
count may go up to ten where the others allow it, and which others are masked is drawn, with a key of the deployment."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from heapq import heappop, heappush

SMALLEST_SHOWN = 5
REACH = 10
"""How far a small count may go, where its surroundings allow it; five in any case."""
COST_OF_ZERO = 6
"""What it costs to mask a zero, beside the count itself for another."""
COST_FACTORS = 4
Draw = Callable[[str], float]
"""A text → a number in [0, 1), always the same for the same text, and secret to the deployment (a keyed hash)."""


class Unprotectable(Exception):
    """No mask protects this count: what is fixed gives it away."""


@dataclass(slots=True)
class Count:
    """An arc from `tail` to `head`. `fixed`: published before, or by another table, so that it stays as it is."""

    tail: Hashable
    head: Hashable
    value: int
    masked: bool
    fixed: bool
    factor: int

    @property
    def is_small(self) -> bool:
        return 0 < self.value < SMALLEST_SHOWN

    @property
    def cost(self) -> int:
        return 0 if self.masked else self.factor * (self.value or COST_OF_ZERO)


Step = tuple[Hashable, bool]
"""A count, and whether it grows."""


class CountNetwork:
    """Counts under their keys. `protect()` masks each small one, and as many others as its protection needs."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._counts: dict[Hashable, Count] = {}
        self._at: dict[Hashable, list[Step]] = {}

    def add(
        self,
        key: Hashable,
        value: int,
        *,
        tail: Hashable,
        head: Hashable,
        masked: bool = False,
        fixed: bool = False,
    ) -> None:
        factor = 1 + int(COST_FACTORS * self._draw(str(key)))
        self._counts[key] = Count(tail, head, value=value, masked=masked, fixed=fixed, factor=factor)
        self._at.setdefault(tail, []).append((key, True))
        self._at.setdefault(head, []).append((key, False))

    def is_masked(self, key: Hashable) -> bool:
        return self._counts[key].masked

    def protect(self) -> None:
        """Raises Unprotectable."""
        for count in self._counts.values():
            count.masked = count.masked or (count.is_small and not count.fixed)
        for key, count in self._counts.items():
            if count.is_small and count.masked:
                self._let_move(key, count.head, count.tail, SMALLEST_SHOWN - count.value)
                self._let_move(key, count.tail, count.head, count.value)
        for key, count in self._counts.items():
            if count.is_small and count.masked:
                with suppress(Unprotectable):
                    self._let_move(key, count.head, count.tail, REACH - count.value)

    def _let_move(self, key: Hashable, start: Hashable, end: Hashable, amount: int) -> None:
        """Masks what lets this amount go from one end of a count to the other, by the cheapest ways."""
        moved: dict[Hashable, int] = {}
        while amount > 0:
            path = self._cheapest_path(key, start, end, moved)
            room = [self._counts[each].value + moved.get(each, 0) for each, grows in path if not grows]
            step = min([amount, *room])
            for each, grows in path:
                self._counts[each].masked = True
                moved[each] = moved.get(each, 0) + (step if grows else -step)
            amount -= step

    def _cheapest_path(self, key: Hashable, start: Hashable, end: Hashable, moved: dict[Hashable, int]) -> list[Step]:
        """Dijkstra's. A count can always grow, and shrink as long as something is left of it."""
        best: dict[Hashable, tuple[int, Step | None, Hashable]] = {start: (0, None, start)}
        queue: list[tuple[int, int, Hashable]] = [(0, 0, start)]
        done: set[Hashable] = set()
        while queue:
            cost, _, node = heappop(queue)
            if node == end:
                return self._steps(best, end)
            if node in done:
                continue
            done.add(node)
            for each, grows in self._at[node]:
                count = self._counts[each]
                if each == key or (count.fixed and not count.masked):
                    continue
                if not grows and count.value + moved.get(each, 0) <= 0:
                    continue
                there, total = (count.head if grows else count.tail), cost + count.cost
                if there not in best or total < best[there][0]:
                    best[there] = (total, (each, grows), node)
                    heappush(queue, (total, len(best), there))
        raise Unprotectable(key)

    def _steps(self, best: dict[Hashable, tuple[int, Step | None, Hashable]], end: Hashable) -> list[Step]:
        steps: list[Step] = []
        _, step, node = best[end]
        while step is not None:
            steps.append(step)
            _, step, node = best[node]
        return steps
