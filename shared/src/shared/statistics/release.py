"""What does a service tell pilots: which population, counted along which fixed dimensions?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.projections import Projection, Row

Counts = dict[str, dict[str, int]]
"""By dimension, then by key."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A partition of the population: each row is under one of `keys`, which are all there are, whatever the rows.

    `middles`: for bands of amounts, what one of each key stands for, from which a sum is estimated: nobody's own value
    is in it, so that none can dominate it."""

    code: str
    label: str
    keys: Mapping[str, str]
    of: Callable[[Row], str]
    middles: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Release:
    """`happened` names the instant of a row at which it belongs to the population; a row without it does not yet."""

    view: Projection
    population: str
    happened: str
    dimensions: tuple[Dimension, ...]

    def counted(self, rows: Sequence[Row]) -> Counts:
        counts = {each.code: dict.fromkeys(each.keys, 0) for each in self.dimensions}
        for row in rows:
            for each in self.dimensions:
                counts[each.code][each.of(row)] += 1
        return counts


def band_of(bands: Mapping[str, float], value: float | None, unknown: str) -> str:
    """The first of the bands, each given by its greatest value, that holds it."""
    return unknown if value is None else next(band for band, most in bands.items() if value <= most)
