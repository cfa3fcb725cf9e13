"""Measurements: the median of the rounds with its spread, its ratio to a floor, and its aim."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeVar

K = TypeVar("K")
T = TypeVar("T")
Measure = Callable[[float], T]
"""Takes so many seconds, and gives what it found."""


class Unit(StrEnum):
    PER_SECOND = "/s"
    MICROSECONDS = "µs"
    MILLISECONDS = "ms"
    MEBIBYTES = "MiB"


@dataclass(frozen=True, slots=True)
class Figure:
    """`middle`: the median of the rounds, or what all of them together gave."""

    middle: float
    lowest: float
    highest: float

    @staticmethod
    def of(rounds: Sequence[float], middle: float | None = None) -> Figure:
        return Figure(statistics.median(rounds) if middle is None else middle, min(rounds), highest=max(rounds))


@dataclass(frozen=True, slots=True)
class Aim:
    """For a ratio: rates want `at_least`, times `at_most`."""

    at_least: float | None = None
    at_most: float | None = None

    def is_reached(self, ratio: float) -> bool:
        return (self.at_least or 0) <= ratio <= (self.at_most or float("inf"))

    def __str__(self) -> str:
        return f"≥ {self.at_least:.2f}" if self.at_least else f"≤ {self.at_most:.2f}"


@dataclass(frozen=True, slots=True)
class NamedFigure:
    """`ratio`: to the floor, round by round, so that what disturbed a whole round disturbs no ratio."""

    name: str
    figure: Figure
    ratio: Figure | None = None


@dataclass(frozen=True, slots=True)
class Row:
    group: str
    name: str
    unit: Unit
    ours: NamedFigure
    floor: NamedFigure
    stock: NamedFigure | None
    aim: Aim | None

    @property
    def is_reached(self) -> bool | None:
        return self.aim.is_reached(self.ours.ratio.middle) if self.aim and self.ours.ratio else None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"reached": self.is_reached}


Rounds = tuple[str, Sequence[float]]
"""The name of what was measured, and what each round gave."""


def compare(
    group: str,
    name: str,
    unit: Unit,
    *,
    ours: Sequence[float],
    floor: Rounds,
    stock: Rounds | None = None,
    aim: Aim | None = None,
    pooled: float | None = None,
) -> Row:
    """`pooled`: what all the rounds give together, where that is more than their median."""
    floor_name, floors = floor

    def named_figure(name: str, values: Sequence[float], middle: float | None = None) -> NamedFigure:
        ratios = [value / lowest for value, lowest in zip(values, floors, strict=True)]
        return NamedFigure(name, Figure.of(values, middle), ratio=Figure.of(ratios))

    return Row(
        group,
        name,
        unit=unit,
        ours=named_figure("ours", ours, pooled),
        floor=NamedFigure(floor_name, Figure.of(floors)),
        stock=named_figure(*stock) if stock else None,
        aim=aim,
    )


def measure_interleaved(measures: Mapping[K, Measure[T]], rounds: int, seconds: float) -> dict[K, list[T]]:
    """A B C A B C …, after a short turn of each that counts for nothing: pools fill, code and pages get warm."""
    for measure in measures.values():
        measure(seconds / 4)
    found: dict[K, list[T]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            found[name].append(measure(seconds))
    return found


def median_call_time(work: Callable[[], object], seconds: float) -> float:
    """The median time of one call, in seconds."""
    times, end = [], time.perf_counter() + seconds
    while (begin := time.perf_counter()) < end:
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of the others does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
