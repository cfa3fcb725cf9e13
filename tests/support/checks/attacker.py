"""An attacker of published tables: an exact solver over all that was published, which knows nothing of the masking.

The unknowns are all counts, shown or not; the equations say that a total is the sum of its parts. Bounds are narrowed
until nothing changes, then a count is guessed, and so on: either a world agrees with everything, or none does."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from shared.statistics import QUARTER, Tables, Territory

Key = Hashable
Bounds = dict[Key, tuple[int, int]]
MOST = 200


class Attacker:
    """`at_most`: pairs (part, whole) of counts that are known to nest otherwise."""

    def __init__(self) -> None:
        self.bounds: Bounds = {}
        self.sums: list[tuple[Key, list[Key]]] = []
        self.at_most: list[tuple[Key, Key]] = []
        self._of: dict[Key, list[int]] = {}

    def reads(self, key: Key, value: int | None) -> None:
        self.bounds[key] = (0, MOST) if value is None else (value, value)

    def knows_sum(self, total: Key, parts: Iterable[Key]) -> None:
        self.sums.append((total, list(parts)))
        for key in (total, *self.sums[-1][1]):
            self._of.setdefault(key, []).append(len(self.sums) - 1)

    def range_of(self, key: Key, least: int = 0, most: int = 6) -> set[int]:
        """Which of the values from `least` to `most` the count may have."""
        return {value for value in range(least, most + 1) if self.can_be(key, value, value)}

    def can_be(self, key: Key, least: int, most: int = MOST) -> bool:
        low, high = self.bounds[key]
        if max(low, least) > min(high, most):
            return False
        return self._solve(self.bounds | {key: (max(low, least), min(high, most))})

    def _solve(self, bounds: Bounds) -> bool:
        if not self._narrow(bounds):
            return False
        open_keys = [key for key, (low, high) in bounds.items() if low < high]
        if not open_keys:
            return True
        guessed = min(open_keys, key=lambda key: bounds[key][1] - bounds[key][0])
        low, high = bounds[guessed]
        return any(self._solve(bounds | {guessed: (value, value)}) for value in range(low, high + 1))

    def _narrow(self, bounds: Bounds) -> bool:
        """Interval propagation to the fixed point; false where a count has no value left."""
        changed = True
        while changed:
            changed = False
            for total, parts in self.sums:
                lows, highs = (sum(bounds[part][end] for part in parts) for end in (0, 1))
                news = {total: (max(bounds[total][0], lows), min(bounds[total][1], highs))}
                low, high = news[total]
                for part in parts:
                    least, most = bounds[part]
                    news[part] = (max(least, low - highs + most), min(most, high - lows + least))
                for key, (least, most) in news.items():
                    if least > most:
                        return False
                    if (least, most) != bounds[key]:
                        bounds[key], changed = (least, most), True
            for part, whole in self.at_most:
                least, most = bounds[part][0], bounds[whole][1]
                for key, new in (
                    (part, (least, min(bounds[part][1], most))),
                    (whole, (max(bounds[whole][0], least), most)),
                ):
                    if new[0] > new[1]:
                        return False
                    if new != bounds[key]:
                        bounds[key], changed = new, True
        return True


def read_table(attacker: Attacker, name: str, tables: Tables, dimensions: Mapping[str, Iterable[str]]) -> None:
    """A set of tables under a name: each dimension sums to the total."""
    attacker.reads(name, tables.total)
    for dimension, keys in dimensions.items():
        table = tables.tables.get(dimension, {})
        for key in keys:
            attacker.reads((name, dimension, key), table.get(key))
        attacker.knows_sum(name, [(name, dimension, key) for key in keys])


def read_all(
    root: Territory,
    quarters: Mapping[str, Tables],
    year: Mapping[str, Tables] | None,
    dimensions: Mapping[str, Iterable[str]],
) -> Attacker:
    """All that every pilot can read of a year, and how it hangs together. Names: a territory's code, a quarter's."""
    attacker = Attacker()
    for quarter, tables in quarters.items():
        read_table(attacker, quarter, tables, dimensions)
    for each in root.nested():
        read_table(attacker, each.code, year[each.code] if year else Tables(None), dimensions)
    for name in [(), *((dimension, key) for dimension, keys in dimensions.items() for key in keys)]:
        attacker.knows_sum(*_sum(root.code, name, quarters))
        for each in root.nested():
            if each.parts:
                attacker.knows_sum(*_sum(each.code, name, [part.code for part in each.parts]))
    by_quarter = year[root.code].tables.get(QUARTER, {}) if year else {}
    assert all(quarters[quarter].total == n for quarter, n in by_quarter.items())
    return attacker


def _sum(total: str, name: tuple[str, ...], parts: Iterable[str]) -> tuple[Key, list[Key]]:
    return _key(total, name), [_key(part, name) for part in parts]


def _key(of: str, name: tuple[str, ...]) -> Key:
    return (of, *name) if name else of
