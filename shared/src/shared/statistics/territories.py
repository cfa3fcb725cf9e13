"""Territories of the published statistics: the whole deployment, regions and departments as declared, units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

WHOLE = "all"


@dataclass(frozen=True, slots=True)
class Territory:
    """`parts`: those that it is divided into, each unit in exactly one. `within`: the code of the one around it."""

    code: str
    label: str
    units: frozenset[str]
    parts: tuple[Territory, ...] = ()
    within: str | None = None

    def nested(self) -> Iterator[Territory]:
        """Itself, and all within."""
        yield self
        for part in self.parts:
            yield from part.nested()

    def covered_by(self, units: frozenset[str]) -> Iterator[Territory]:
        """The largest territories whose units are all among these."""
        if self.units <= units:
            yield self
        else:
            for part in self.parts:
                yield from part.covered_by(units)


class TerritoriesOverlap(ValueError):
    """Two territories share some of their units only: tables of both would give away what they do not share."""


def divide(declared: Mapping[str, tuple[str, Iterable[str]]], units: Iterable[str]) -> Territory:
    """The tree of territories over these units. `declared`: code → (label, units). Raises TerritoriesOverlap.

    A territory of a single unit lends it its label; two with the same units are one."""
    known = frozenset(units)
    sets: dict[frozenset[str], tuple[str, str]] = {}
    for code, (label, declared_units) in declared.items():
        if inside := frozenset(declared_units) & known:
            sets.setdefault(inside, (code, label))
    for one in sets:
        for other in sets:
            if one & other and not (one <= other or other <= one):
                raise TerritoriesOverlap(f"{sets[one][0]} and {sets[other][0]} share some units only")
    return _build(known, sets, None)


def _build(units: frozenset[str], sets: Mapping[frozenset[str], tuple[str, str]], within: str | None) -> Territory:
    code, label = sets.get(units, (WHOLE, "ensemble"))
    if within is None:
        code = WHOLE
    if within is not None and len(units) == 1:
        code = next(iter(units))
    inside = [each for each in sets if each < units]
    largest = [each for each in inside if not any(each < other for other in inside)]
    alone = units - frozenset().union(*largest)
    parts = [
        *(_build(each, sets, code) for each in largest),
        *(Territory(unit, unit, units=frozenset({unit}), within=code) for unit in alone if len(units) > 1),
    ]
    parts.sort(key=lambda part: part.code)
    return Territory(code, label, units=units, parts=tuple(parts), within=within)
