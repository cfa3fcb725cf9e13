"""Figures of a period, and by group: each case counts by the date and the group that the figure declares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from shared.projections import Projection, Row
from shared.statistics import BY_UNIT, Figure, Figures, Grouping, Window, count_figure, grouped_figures


def _of(rows: Sequence[Row]) -> Iterator[Figure]:
    yield count_figure("received", "Reçues", "nombre", rows)
    yield count_figure("admitted", "Admises", "nombre", [row for row in rows if row["admitted_at"]])
    yield from grouped_figures("by_size", "Par effectif", "nombre", rows, lambda row: str(row["size"]))


FIGURES = Figures(
    Projection("cases:v1", lambda row, *_: row),
    _of,
    source_events=lambda _: (),
    dates={"received_at": "réception", "admitted_at": "admission"},
    dated_by={"admitted": "admitted_at"},
    groupings={**BY_UNIT, "size": Grouping("Effectif", lambda row: str(row["size"]), words="{} salarié·es".format)},
)
ROWS = [
    {"id": "1", "unit": "a", "size": 3, "received_at": "2027-03-31T21:30:00Z", "admitted_at": "2027-04-02T09:00:00Z"},
    {"id": "2", "unit": "a", "size": 9, "received_at": "2027-03-31T22:30:00Z", "admitted_at": None},
    {"id": "3", "unit": "b", "size": 9, "received_at": "2027-05-01T09:00:00Z", "admitted_at": "2027-07-01T09:00:00Z"},
]
SPRING = Window(date(2027, 4, 1), date(2027, 6, 30))


def values(figures: Sequence[Figure]) -> dict[tuple[str, str | None, str | None], float | None]:
    return {(each.code, each.key, each.group): each.value for each in figures}


def test_each_figure_counts_the_cases_that_its_own_date_puts_inside() -> None:
    found = FIGURES.compute(ROWS, SPRING)
    assert values(found) == {
        ("received", None, None): 2,
        ("admitted", None, None): 1,
        ("by_size", "9", None): 2,
    }
    assert {each.code: (each.dated_by, list(each.cases)) for each in found} == {
        "received": ("réception", ["2", "3"]),
        "admitted": ("admission", ["1"]),
        "by_size": ("réception", ["2", "3"]),
    }


def test_without_a_period_every_case_counts() -> None:
    assert values(FIGURES.compute(ROWS))["received", None, None] == 3


def test_by_group_each_figure_comes_once_for_each_and_adds_up() -> None:
    found = FIGURES.compute(ROWS, by="unit")
    assert values(found) == {
        ("received", None, "a"): 2,
        ("admitted", None, "a"): 1,
        ("received", None, "b"): 1,
        ("admitted", None, "b"): 1,
    }
    sizes = {
        each.group_label: each.value for each in FIGURES.compute(ROWS, SPRING, by="size") if each.code == "received"
    }
    assert sizes == {"3 salarié·es": 0, "9 salarié·es": 2}
