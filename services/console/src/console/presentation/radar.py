"""The radar of a diagnosis: its axes as spokes from a centre, and how each is rated on it from 1 to 5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin

LEVELS = 5
FEWEST_SPOKES = 3
"""Two axes enclose nothing; below this the table stands alone."""
CENTRE, RADIUS, NUMBERS_AT = 150, 120, 138
"""In units of the drawing, 300 by 300."""


@dataclass(frozen=True, slots=True)
class Spoke:
    """An axis. `number`: its place in the table beside the drawing; names would be too small on a phone. `end`,
    `rated_at`, `label_at`: "x,y" of the spoke's end, of its rating and of its number."""

    number: int
    code: str
    rating: int
    end: tuple[float, float]
    rated_at: tuple[float, float]
    label_at: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Radar:
    """`rings`, `shape`: the points of polygons, as SVG has them."""

    spokes: tuple[Spoke, ...]
    rings: tuple[str, ...]
    shape: str


def draw_radar(ratings: Mapping[str, int]) -> Radar | None:
    """`ratings`: by axis, in the order in which they are shown. Null for fewer than three axes."""
    count = len(ratings)
    if count < FEWEST_SPOKES:
        return None
    spokes = tuple(
        Spoke(
            number + 1,
            axis,
            rating=rating,
            end=_at(number, count, RADIUS),
            rated_at=_at(number, count, RADIUS * rating / LEVELS),
            label_at=_at(number, count, NUMBERS_AT),
        )
        for number, (axis, rating) in enumerate(ratings.items())
    )
    rings = tuple(
        _points([_at(number, count, RADIUS * level / LEVELS) for number in range(count)])
        for level in range(1, LEVELS + 1)
    )
    return Radar(spokes, rings, shape=_points([each.rated_at for each in spokes]))


def _at(number: int, count: int, distance: float) -> tuple[float, float]:
    """The first spoke points up, the others follow clockwise."""
    angle = 2 * pi * number / count
    return round(CENTRE + distance * sin(angle), 1), round(CENTRE - distance * cos(angle), 1)


def _points(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
