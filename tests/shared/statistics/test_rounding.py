"""Random rounding: no count from one to four can be deduced, by a reader who knows all tables and the method."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, product
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.statistics import Counts, bounds
from shared.statistics.rounding import BASE, leaves_enough_uncertainty, round_counts

SMALL = set(range(1, BASE))
POPULATIONS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 2)), max_size=14)
"""Each of a unit's dossiers of a quarter: under which key of each of three dimensions it is."""


def counted(population: list[tuple[int, int, int]]) -> Counts:
    counts = {f"d{d}": {str(key): 0 for key in range(keys)} for d, keys in enumerate((2, 3, 3))}
    for row in population:
        for d, key in enumerate(row):
            counts[f"d{d}"][str(key)] += 1
    return counts


def drawn_by(seed: int) -> Callable[[str], float]:
    return lambda cell: Random(f"{seed}/{cell}").random()


def worlds(told: Counts) -> dict[str, list[tuple[int, ...]]]:
    """By dimension, every table that may be behind what is told, all dimensions counting the same population."""
    possible = {
        code: list(product(*(range(least, most + 1) for least, most in map(bounds, table.values()))))
        for code, table in told.items()
    }
    sizes = set.intersection(*({sum(table) for table in tables} for tables in possible.values()))
    return {code: [table for table in tables if sum(table) in sizes] for code, tables in possible.items()}


def groups_of(table: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    """Any cells of a table, alone or together."""
    for n in range(1, len(table) + 1):
        yield from combinations(range(len(table)), n)


@settings(max_examples=120, deadline=None)
@given(population=POPULATIONS, seed=st.integers(0, 10**6))
def test_no_group_of_cells_can_be_told_to_count_one_to_four(population: list[tuple[int, int, int]], seed: int) -> None:
    counts = counted(population)
    told = round_counts(counts, drawn_by(seed))
    possible = worlds(told)
    for code, table in told.items():
        assert tuple(counts[code].values()) in possible[code], "the truth is among what may be"
        for group in groups_of(table):
            assert not {sum(world[n] for n in group) for world in possible[code]} <= SMALL


UNITS, QUARTERS = ("dla-44", "dla-49", "dla-53"), (1, 2, 3, 4)
Atoms = dict[tuple[str, int], Counts]


def queries() -> list[frozenset[tuple[str, int]]]:
    """All that pilots may ask: any territory, alone or in collusion, by the quarter or by the year."""
    territories = [each for n in range(1, len(UNITS) + 1) for each in combinations(UNITS, n)]
    periods = [*((quarter,) for quarter in QUARTERS), QUARTERS]
    return [frozenset(product(territory, period)) for territory in territories for period in periods]


@settings(max_examples=25, deadline=None)
@given(populations=st.lists(POPULATIONS, min_size=12, max_size=12), seed=st.integers(0, 10**6))
def test_no_two_queries_of_nested_territories_or_periods_leave_one_to_four_between_them(
    populations: list[list[tuple[int, int, int]]], seed: int
) -> None:
    """What one query tells more than another is about the units and quarters that only it counts, whatever is summed:
    each of these was drawn by itself, so that what may be behind them adds up freely."""
    atoms: Atoms = {}
    for n, (which, population) in enumerate(zip(product(UNITS, QUARTERS), populations, strict=True)):
        atoms[which] = round_counts(counted(population), drawn_by(seed + n))
    may_be = {which: worlds(told) for which, told in atoms.items()}
    for more, less in product(queries(), queries()):
        if not less < more:
            continue
        for code, cell in (("d0", 0), ("d1", 1), ("d2", 2)):
            ranges = [[world[cell] for world in may_be[which][code]] for which in more - less]
            least, most = sum(map(min, ranges)), sum(map(max, ranges))
            assert least == 0 or most >= BASE


def test_tables_that_pin_each_other_down_are_drawn_again() -> None:
    """Seven fours told as nothing, beside one twenty-eight told as thirty: each of the seven would be two at least."""
    counts = {"forms": {str(n): 4 for n in range(7)}, "sizes": {"small": 28, "large": 0}}
    assert not leaves_enough_uncertainty([dict.fromkeys(map(str, range(7)), 0), {"small": 30, "large": 0}])

    def unlucky_at_first(cell: str) -> float:
        attempt, code, _ = cell.split("/")
        return (0.99 if code == "forms" else 0.0) if attempt == "0" else drawn_by(1)(cell)

    told = round_counts(counts, unlucky_at_first)
    assert sum(told["forms"].values()) > 0
    assert leaves_enough_uncertainty(told.values())


@given(n=st.integers(0, 500), seed=st.integers(0, 10**6))
def test_a_count_is_told_within_its_bounds_and_nobody_as_nobody(n: int, seed: int) -> None:
    told = round_counts({"one": {"these": n, "others": 0}}, drawn_by(seed))["one"]
    assert told["these"] % BASE == 0
    assert told["others"] == 0
    least, most = bounds(told["these"])
    assert least <= n <= most


def test_in_the_mean_a_count_is_what_it_was() -> None:
    told = [round_counts({"one": {"these": 3, "others": 40}}, drawn_by(seed))["one"]["these"] for seed in range(4000)]
    assert abs(sum(told) / len(told) - 3) < 0.15
