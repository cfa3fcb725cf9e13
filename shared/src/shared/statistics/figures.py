"""Figures: a number with its formula, the cases that it counts, and the versions of the rules they were decided by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from shared.kernel.frozen import frozen, replace
from shared.projections import Projection, Row
from shared.statistics.deployment import load_deployment
from shared.statistics.period import Window


@frozen
class Figure:
    """`value`: None when there is nothing to divide by or nothing to count. It is `counted` / `among` for a share, else
    `counted`. `key`: which one, of a figure given several times. `by_case`: the value of each case, for a median.
    `group`: the group of cases that it is about, where figures are given by group. `dated_by`: the field of a case by
    which it is inside a period."""

    code: str
    label: str
    formula: str
    value: float | None
    counted: float
    among: int | None = None
    key: str | None = None
    cases: Sequence[str] = ()
    by_case: Mapping[str, float] = field(default_factory=dict)
    rules: Sequence[str] = ()
    group: str | None = None
    group_label: str | None = None
    dated_by: str = ""


def _no_key(_event: Any) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Grouping:
    """A partition of the cases, by which figures can be given. `of`: row → key; `words`: key → label."""

    label: str
    of: Callable[[Row], str]
    words: Callable[[str], str] = str


def unit_of(row: Row) -> str:
    return str(row["unit"])


def territory_of(row: Row) -> str:
    return load_deployment().territory_of(unit_of(row))


def label_of_territory(code: str) -> str:
    return load_deployment().territory_label(code)


BY_UNIT = {
    "unit": Grouping("Unité", unit_of),
    "territory": Grouping("Région ou département déclaré", territory_of, words=label_of_territory),
}
"""Of every service."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures that a service computes from the rows of a projection. `source_events(code)`: the types of the events
    that a figure is based on. `key_of(event)`: the key of the figures that an event counts for, None for all.
    `key_parameter`: the name of the query parameter that chooses a key. `dates`: the fields of a row that can date it,
    with their labels; `dated_by`: by code, the one by which a figure's cases are inside a period, the first of `dates`
    for codes that are not there. `groupings`: by what figures can be given. A figure that is one group of a partition
    already (`by_size`) is not given by another."""

    view: Projection
    of: Callable[[Sequence[Row]], Iterable[Figure]]
    source_events: Callable[[str], tuple[type, ...]]
    dates: Mapping[str, str]
    dated_by: Mapping[str, str] = field(default_factory=dict)
    groupings: Mapping[str, Grouping] = field(default_factory=lambda: BY_UNIT)
    key_of: Callable[[Any], str | None] = _no_key
    key_parameter: str = "key"

    def date_of(self, code: str) -> str:
        return self.dated_by.get(code, next(iter(self.dates)))

    def compute(self, rows: Sequence[Row], window: Window | None = None, by: str | None = None) -> list[Figure]:
        """The figures of the cases inside the window, each with the versions of the rules by which its cases were
        decided. `by`: one of `groupings`."""
        rules = {row["id"]: row["rules"] for row in rows if row.get("rules")}
        return [
            replace(
                each,
                rules=sorted({rule for case in each.cases for rule in rules.get(case, ())}),
                dated_by=self.dates[self.date_of(each.code)],
            )
            for group, label, grouped_rows in self._groups(rows, by)
            for each in self._within(grouped_rows, window or Window(), group, label=label)
        ]

    def _groups(self, rows: Sequence[Row], by: str | None) -> Iterator[tuple[str | None, str | None, Sequence[Row]]]:
        if by is None:
            yield None, None, rows
            return
        grouping, groups = self.groupings[by], dict[str, list[Row]]()
        for row in rows:
            groups.setdefault(grouping.of(row), []).append(row)
        for key, alike in sorted(groups.items()):
            yield key, grouping.words(key), alike

    def _within(self, rows: Sequence[Row], window: Window, group: str | None, *, label: str | None) -> Iterator[Figure]:
        """In the order in which they are computed; each from the cases that its own date puts inside."""
        by_date = {
            name: list(self.of([row for row in rows if window.holds(row.get(name))]))
            for name in dict.fromkeys(map(self.date_of, (each.code for each in self.of(rows))))
        }
        for code in dict.fromkeys(each.code for each in self.of(rows)):
            if group is None or not code.startswith(GROUP_PREFIX):
                for each in by_date[self.date_of(code)]:
                    if each.code == code:
                        yield replace(each, group=group, group_label=label)


GROUP_PREFIX = "by_"


def one_each(_: Row) -> int:
    return 1


def count_figure(
    code: str,
    label: str,
    formula: str,
    rows: Iterable[Row],
    of: Callable[[Row], float] = one_each,
    key: str | None = None,
) -> Figure:
    """The total. `of`: how many a row counts for."""
    each = {row["id"]: of(row) for row in rows}
    total = round(sum(each.values()), 2)
    return Figure(
        code, label, formula=formula, value=total, counted=total, key=key, cases=[case for case, n in each.items() if n]
    )


def distinct_figure(code: str, label: str, formula: str, rows: Sequence[Row], by: str) -> Figure:
    """The number of distinct values of the field `by`."""
    n = len({row[by] for row in rows})
    return Figure(code, label, formula=formula, value=n, counted=n, cases=[row["id"] for row in rows])


def share_figure(code: str, label: str, formula: str, counts: Iterable[tuple[str, float, int]]) -> Figure:
    """A share. `counts`: (case, how many count, among how many)."""
    known = [(case, n, among) for case, n, among in counts if among]
    counted, among = sum(n for _, n, _ in known), sum(all_of_them for *_, all_of_them in known)
    cases = list(dict.fromkeys(case for case, *_ in known))
    return Figure(
        code,
        label,
        formula=formula,
        value=counted / among if among else None,
        counted=counted,
        among=among,
        cases=cases,
    )


def median_figure(code: str, label: str, formula: str, by_case: Mapping[str, float], among: int) -> Figure:
    """The median of the cases' values, of `among` cases."""
    value = median(by_case.values()) if by_case else None
    return Figure(
        code,
        label,
        formula=formula,
        value=value,
        counted=len(by_case),
        among=among,
        cases=list(by_case),
        by_case=by_case,
    )


def grouped_figures(
    code: str,
    label: str,
    formula: str,
    rows: Iterable[Row],
    by: Callable[[Row], str],
    words: Callable[[str], str] = str,
    of: Callable[[Row], float] = one_each,
) -> Iterator[Figure]:
    """One count for each group. `by`: row → key of its group; `words`: key → label."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(by(row), []).append(row)
    for key, alike in sorted(groups.items()):
        yield count_figure(code, f"{label}\u00a0: {words(key)}", formula, alike, of, key)


SIZE_CLASSES = {"0": 0, "1–2": 2, "3–5": 5, "6–9": 9, "10–19": 19, "20–49": 49, "50+": 10**9}
"""Bands of headcount → greatest headcount. They are the project's own, not official ones."""
SIZE_MIDPOINTS = {"0": 0.0, "1–2": 1.5, "3–5": 4.0, "6–9": 7.5, "10–19": 14.5, "20–49": 34.5, "50+": 75.0}
"""The headcount that a structure of each band counts for in an estimate; that of the last band is our assumption."""
UNKNOWN = "unknown"


def size_class_of(headcount: int | None) -> str:
    return UNKNOWN if headcount is None else next(band for band, most in SIZE_CLASSES.items() if headcount <= most)


def size_label(band: str) -> str:
    return "effectif inconnu" if band == UNKNOWN else f"{band} salarié·es"


def hours_between(since: str, until: str) -> float:
    return round((datetime.fromisoformat(until) - datetime.fromisoformat(since)) / timedelta(hours=1), 2)


def days_between(rows: Iterable[Row], since: str, until: str) -> dict[str, float]:
    """Case → days between the two instants, for the rows that have both."""
    both = ((row, row.get(since), row.get(until)) for row in rows)
    return {row["id"]: round(hours_between(a, b) / 24, 1) for row, a, b in both if a and b}
