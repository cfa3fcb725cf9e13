"""Published statistics: a population, counted along fixed dimensions. A release is one service's set of tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.projections import Projection, Row
from shared.statistics.figures import UNKNOWN, hours_between
from shared.statistics.lattice import Counts


@dataclass(frozen=True, slots=True)
class Dimension:
    """A partition of the population: each row has exactly one of the fixed `keys` (code → label).

    `midpoints`: for bands of amounts, the amount that a row of each key counts for in an estimated sum. No row's own
    amount enters it, so none can dominate it."""

    code: str
    label: str
    keys: Mapping[str, str]
    of: Callable[[Row], str]
    midpoints: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Release:
    """`counted_at` names the field of a row with the instant from which it belongs to the population. A row without it
    does not belong yet."""

    view: Projection
    population: str
    counted_at: str
    dimensions: tuple[Dimension, ...]

    def count(self, rows: Sequence[Row]) -> Counts:
        counts = {each.code: dict.fromkeys(each.keys, 0) for each in self.dimensions}
        for row in rows:
            for each in self.dimensions:
                counts[each.code][each.of(row)] += 1
        return counts


def band_of(bands: Mapping[str, float], value: float | None, unknown: str) -> str:
    """The band of a value. `bands`: key → greatest value, in ascending order."""
    return unknown if value is None else next(band for band, most in bands.items() if value <= most)


def difficulty_of(row: Row) -> str:
    """The last level qualified."""
    return row.get("difficulty") or UNKNOWN


def delay_of(bands: Mapping[str, float], since: str, until: str) -> Callable[[Row], str]:
    """Row → the band of the days between two of its instants."""

    def delay(row: Row) -> str:
        return band_of(bands, hours_between(row[since], row[until]) / 24, UNKNOWN)

    return delay
