"""Masked statistics, and the attacks on them: differences of periods, of territories, of pilots who compare, of counts
that nest. Each attack is tried on plain masking, where it succeeds, and on what is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.checks.attacker import Attacker, read_all, read_table

from shared.statistics import (
    QUARTER,
    WHOLE,
    Counts,
    Tables,
    TerritoriesOverlap,
    Territory,
    add_counts,
    divide,
    mask_quarter,
    mask_year,
    total_of,
)

UNITS, QUARTERS = ("a", "b", "c", "d"), ("T1", "T2", "T3", "T4")
ROOT = divide({"west": ("Ouest", ["a", "b"])}, UNITS)
DIMENSIONS = {"size": ("s", "m", "l"), "theme": ("x", "y")}
Year = Mapping[str, Mapping[str, Counts]]
"""By quarter, then by unit."""


def draw(text: str) -> float:
    return Random(text).random()


def counts(size: tuple[int, int, int], x: float = 0.5) -> Counts:
    among = sum(size)
    with_x = round(among * x)
    return {"size": dict(zip("sml", size, strict=True)), "theme": {"x": with_x, "y": among - with_x}}


TABLES = st.builds(counts, st.tuples(*[st.integers(0, 7)] * 3), st.sampled_from([0, 0.3, 0.5, 1]))
YEARS = st.lists(st.one_of(st.just(counts((0, 0, 0))), TABLES), min_size=16, max_size=16).map(
    lambda each: {
        quarter: {unit: each[4 * q + u] for u, unit in enumerate(UNITS)} for q, quarter in enumerate(QUARTERS)
    }
)


def publish(year: Year, root: Territory = ROOT) -> tuple[dict[str, Tables], dict[str, Tables] | None]:
    """As it is done: the quarters by themselves, and then the year."""
    quarters = {quarter: mask_quarter(quarter, add_counts(units.values()), draw) for quarter, units in year.items()}
    return quarters, mask_year(root, year, quarters, draw)


def mask_plainly(year: Year, root: Territory = ROOT) -> tuple[dict[str, Tables], dict[str, Tables] | None]:
    """What is not enough: counts of one to four masked, and nothing else."""

    def table(counts: Counts) -> Tables:
        shown = {d: {key: None if 0 < n < 5 else n for key, n in each.items()} for d, each in counts.items()}
        total = total_of(counts)
        return Tables(None if 0 < total < 5 else total, shown)

    truth = true_counts(year, root)
    tables = {name: table(each) for name, each in truth.items()}
    return {each: tables[each] for each in year}, {each.code: tables[each.code] for each in root.nested()}


def true_counts(year: Year, root: Territory = ROOT) -> dict[str, Counts]:
    of_quarters = {quarter: add_counts(units.values()) for quarter, units in year.items()}
    every = [(unit, counts) for units in year.values() for unit, counts in units.items()]
    return of_quarters | {
        each.code: add_counts(counts for unit, counts in every if unit in each.units) for each in root.nested()
    }


def small_counts(truth: Mapping[str, Counts]) -> Iterator[object]:
    for name, of_name in truth.items():
        if 0 < total_of(of_name) < 5:
            yield name
        yield from ((name, d, key) for d, table in of_name.items() for key, n in table.items() if 0 < n < 5)


# Whatever is counted


@settings(max_examples=40, deadline=None)
@given(year=YEARS)
def test_who_reads_everything_can_take_each_small_count_for_nobody_and_for_five(year: Year) -> None:
    attacker = read_all(ROOT, *publish(year), dimensions=DIMENSIONS)
    for cell in small_counts(true_counts(year)):
        assert attacker.can_be(cell, 0, 0), cell
        assert attacker.can_be(cell, 5), cell


@settings(max_examples=60, deadline=None)
@given(year=YEARS)
def test_what_is_shown_is_exact_so_that_all_tables_agree(year: Year) -> None:
    truth = true_counts(year)
    quarters, of_year = publish(year)
    for name, tables in {**quarters, **(of_year or {})}.items():
        assert tables.total in (total_of(truth[name]), None)
        for code, table in tables.tables.items():
            if code != QUARTER:
                assert all(n in (truth[name][code][key], None) for key, n in table.items())
    if of_year:
        assert of_year[WHOLE].tables[QUARTER] == {quarter: total_of(truth[quarter]) for quarter in QUARTERS}


def test_a_total_of_the_whole_is_shown_and_nothing_is_masked_without_a_small_count() -> None:
    year: Year = {quarter: {unit: counts((6, 7, 8)) for unit in UNITS} for quarter in QUARTERS}
    quarters, of_year = publish(year)
    assert of_year
    shown = [n for each in (*quarters.values(), *of_year.values()) for t in each.tables.values() for n in t.values()]
    assert None not in shown
    assert of_year[WHOLE].total == 21 * 16


def test_a_quarter_of_one_to_four_in_all_has_no_table_and_its_year_is_not_published() -> None:
    year: Year = {quarter: {"a": counts((1, 2, 0) if quarter == "T2" else (9, 9, 9))} for quarter in QUARTERS}
    quarters, of_year = publish(year, divide({}, ["a"]))
    assert (quarters["T2"], of_year) == (Tables(None), None)


# Each attack, on plain masking and on what is published


PLENTY, NOBODY = (9, 8, 7), (0, 0, 0)


def by_quarter(**sizes: tuple[int, int, int]) -> Year:
    """Unit `a` alone in each quarter that is named, all units in the others."""
    return {
        quarter: {
            unit: counts((NOBODY if unit != "a" else sizes[quarter]) if quarter in sizes else PLENTY) for unit in UNITS
        }
        for quarter in QUARTERS
    }


def by_unit(**sizes: tuple[int, int, int]) -> Year:
    """All in the first quarter: of each unit these, or enough."""
    return {
        quarter: {unit: counts(sizes.get(unit, PLENTY) if quarter == "T1" else NOBODY) for unit in UNITS}
        for quarter in QUARTERS
    }


ATTACKS: dict[str, tuple[Year, object]] = {
    "a table less its other cells": (by_quarter(T1=(9, 3, 8)), ("T1", "size", "m")),
    "a year less its other quarters": (by_quarter(T3=(9, 3, 8)), ("T3", "size", "m")),
    "a region less its other unit": (by_unit(a=(8, 3, 9)), ("a", "size", "m")),
    "the whole less all other territories": (by_unit(d=(2, 9, 9)), ("d", "size", "s")),
    "one dimension beside another": (by_unit(c=(4, 9, 9)), ("c", "size", "s")),
    "a unit of one to four cases, less the rest of its region": (by_unit(a=(3, 0, 0)), "a"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_that_plain_masking_yields_to_is_stopped(attack: str) -> None:
    year, target = ATTACKS[attack]
    plain, masked = (read_all(ROOT, *how(year, ROOT), dimensions=DIMENSIONS) for how in (mask_plainly, publish))
    assert len(plain.range_of(target)) == 1, "without the second mask the count is known"
    assert {0, 5} <= masked.range_of(target)


def test_two_pilots_who_compare_learn_no_more_than_who_reads_everything() -> None:
    """An answer over several territories is their sum, and null where one of them is masked: `a`, `c` and both."""
    year = by_unit(a=(8, 3, 9))
    rights = [frozenset(units) for units in (["a"], ["c"], ["a", "c"], ["a", "b", "c"], [*UNITS])]
    for units in rights:
        parts = [each.code for each in ROOT.covered_by(units)]
        assert {unit for each in ROOT.nested() if each.code in parts for unit in each.units} == units
    attacker = read_all(ROOT, *publish(year), dimensions=DIMENSIONS)
    assert {0, 5} <= attacker.range_of(("a", "size", "m"))


def test_territories_that_share_some_units_only_are_refused() -> None:
    with pytest.raises(TerritoriesOverlap):
        divide({"west": ("Ouest", ["a", "b"]), "south": ("Sud", ["b", "c"])}, UNITS)


def test_counts_that_nest_narrow_a_range_and_do_not_close_it() -> None:
    """Diagnosed are among received, in another service. The order narrows ranges: what is left has several values."""
    received, diagnosed = ({"size": {"s": s, "m": m, "l": el}} for s, m, el in ((3, 6, 40), (2, 5, 30)))
    attacker = Attacker()
    sizes = {"size": ("s", "m", "l")}
    read_table(attacker, "received", mask_quarter("received", received, draw), sizes)
    read_table(attacker, "diagnosed", mask_quarter("diagnosed", diagnosed, draw), sizes)
    for key in "sml":
        attacker.at_most.append((("diagnosed", "size", key), ("received", "size", key)))
    for name in ("received", "diagnosed"):
        assert len(attacker.range_of((name, "size", "s"))) >= 4


# With the program in hand


def test_who_has_the_program_too_pins_no_count_of_a_table() -> None:
    """Every population of up to 14 cases under four keys, masked with several keys of a deployment: whoever finds all
    that would be masked in the same way has at least two values for each small count."""
    alike: dict[tuple[int | None, ...], set[tuple[int, ...]]] = defaultdict(set)
    for sizes in product(range(15), repeat=4):
        if 5 <= sum(sizes) <= 14:
            for seed in range(4):
                population = {"d": {str(key): n for key, n in enumerate(sizes)}}
                tables = mask_quarter(f"{seed}/{sizes}", population, draw)
                alike[*tables.tables["d"].values(), tables.total].add(sizes)
    for shown, populations in alike.items():
        for key, n in enumerate(shown[:-1]):
            if n is None:
                assert len({sizes[key] for sizes in populations}) > 1
