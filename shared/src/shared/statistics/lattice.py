"""The lattice of what is published: tables of quarters for the whole deployment, and of years for each territory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from shared.statistics.masking import SMALLEST_SHOWN, CountNetwork, Draw, Unprotectable
from shared.statistics.territories import Territory

QUARTER = "quarter"
"""The dimension of a year's tables by quarter."""
TOP = "top"
Counts = dict[str, dict[str, int]]
"""By dimension, then by key."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Counts as they are published: null where masked. `total` null: fewer than five, or another's second mask; then
    there is no table either."""

    total: int | None
    tables: Mapping[str, Mapping[str, int | None]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"total": self.total, "tables": self.tables}


def total_of(counts: Counts) -> int:
    """Each dimension is a partition of the same population."""
    return sum(next(iter(counts.values()), {}).values())


def add_counts(parts: Iterable[Counts]) -> Counts:
    total: Counts = {}
    for counts in parts:
        for code, table in counts.items():
            into = total.setdefault(code, {})
            for key, n in table.items():
                into[key] = into.get(key, 0) + n
    return total


def _draw_of(draw: Draw, of: str, key: str) -> float:
    return draw(f"{of}/{key}")


def mask_quarter(quarter: str, counts: Counts, draw: Draw) -> Tables:
    """The tables of one quarter of the whole deployment, which share nothing but their total."""
    total = total_of(counts)
    if 0 < total < SMALLEST_SHOWN:
        return Tables(None)
    tables = {}
    for code, table in counts.items():
        network = CountNetwork(partial(_draw_of, draw, f"{quarter}/{code}"))
        network.add(TOP, total, tail="row", head=TOP, fixed=True)
        for key, n in table.items():
            network.add((key,), n, tail=TOP, head="row")
        network.protect()
        tables[code] = {key: None if network.is_masked((key,)) else n for key, n in table.items()}
    return Tables(total, tables)


def mask_year(
    root: Territory, quarters: Mapping[str, Mapping[str, Counts]], published: Mapping[str, Tables], draw: Draw
) -> dict[str, Tables] | None:
    """The tables of each territory of one year, by its code; null where a quarter of the whole counts one to four.

    `quarters`: by quarter, then by unit. `published`: the tables of the quarters, which stay as they are.
    Only the whole is counted by quarter: a unit's quarters would tie its tables to those."""
    by_quarter = {quarter: add_counts(units.values()) for quarter, units in quarters.items()}
    totals = {quarter: total_of(counts) for quarter, counts in by_quarter.items()}
    if any(0 < total < SMALLEST_SHOWN for total in totals.values()):
        return None
    counts = {each.code: _counts_of(each, quarters) for each in root.nested()}
    year = Year(root, counts, by_quarter=by_quarter, published=published, draw=draw)
    masked = _mask_totals(year)
    tables = [(dimension, _mask_dimension(year, dimension, masked)) for dimension in year.counts[root.code]]
    tables_of = {
        code: Tables(total_of(counts), {dimension: found[code] for dimension, found in tables if found})
        for code, counts in year.counts.items()
    }
    whole = Tables(tables_of[root.code].total, {**tables_of[root.code].tables, QUARTER: totals})
    return tables_of | {root.code: whole} | {code: Tables(None) for code in masked}


@dataclass(frozen=True, slots=True)
class Year:
    """What is counted: by the code of a territory, and of the whole by quarter."""

    root: Territory
    counts: Mapping[str, Counts]
    by_quarter: Mapping[str, Counts]
    published: Mapping[str, Tables]
    draw: Draw

    def network(self, of: str) -> CountNetwork:
        return CountNetwork(partial(_draw_of, self.draw, f"{'+'.join(self.by_quarter)}/{of}"))


def _counts_of(territory: Territory, quarters: Mapping[str, Mapping[str, Counts]]) -> Counts:
    every = [(unit, counts) for units in quarters.values() for unit, counts in units.items()]
    nobody = add_counts({code: dict.fromkeys(table, 0) for code, table in counts.items()} for _, counts in every)
    return add_counts([nobody, *(counts for unit, counts in every if unit in territory.units)])


def _mask_totals(year: Year) -> set[str]:
    """The territories whose totals are masked, and with them their tables: cases that move from one of them to another
    leave all the rest as it is."""
    network = year.network("total")
    for each in year.root.nested():
        tail = ("total", each.code) if each.parts else TOP
        head = ("total", each.within) if each.within else TOP
        network.add(each.code, total_of(year.counts[each.code]), tail=tail, head=head, fixed=each is year.root)
    network.protect()
    return {code for code in year.counts if network.is_masked(code)}


def _mask_dimension(year: Year, dimension: str, masked: set[str]) -> dict[str, dict[str, int | None]] | None:
    """The tables of each territory along one dimension; null where no mask would do, so that none is published."""
    network = year.network(dimension)
    for quarter, counts in year.by_quarter.items():
        row = (QUARTER, quarter)
        network.add(row, total_of(counts), tail=TOP, head=row, fixed=True)
        shown = year.published[quarter].tables.get(dimension, {})
        for key, n in counts.get(dimension, {}).items():
            network.add((*row, key), n, tail=row, head=("whole", key), masked=shown[key] is None, fixed=True)
    for each in year.root.nested():
        counts, is_masked = year.counts[each.code], each.code in masked
        row = ("total", each.code) if each.parts else ("row", each.code)
        outside = ("total", each.within) if each.within else TOP
        network.add((each.code,), total_of(counts), tail=row, head=outside, masked=is_masked, fixed=True)
        for key, n in counts[dimension].items():
            above = ("column", each.within, key) if each.within else ("whole", key)
            below = ("column", each.code, key) if each.parts else row
            network.add((each.code, key), n, tail=above, head=below, masked=is_masked)
    try:
        network.protect()
    except Unprotectable:
        return None
    return {
        code: {key: None if network.is_masked((code, key)) else n for key, n in counts[dimension].items()}
        for code, counts in year.counts.items()
    }
