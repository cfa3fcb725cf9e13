"""What is a figure? A number with its formula, the cases that it counts, and the rules that these were decided by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from shared.kernel.frozen import replace
from shared.projections import Projection, Row


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` null: nothing to divide by, or nobody to count. `counted` over `among`, or `counted` alone. `key`: of a
    figure that is told several times, which of them. `by_case`: each case's own, where the figure is a median."""

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


def _no_key(_event: Any) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a service counts from the rows of a view. `behind(code)`: the events that a figure rests on;
    `key_of(event)`: of which figures, where they are told by key; null for all. `keyed`: what a key is called when
    asked for."""

    view: Projection
    of: Callable[[Sequence[Row]], Iterable[Figure]]
    behind: Callable[[str], tuple[type, ...]]
    key_of: Callable[[Any], str | None] = _no_key
    keyed: str = "key"

    def counted(self, rows: Sequence[Row]) -> list[Figure]:
        """Each with the versions of the rules by which its cases were decided, as their rows tell them."""
        rules = {row["id"]: row["rules"] for row in rows if row.get("rules")}
        return [
            replace(each, rules=sorted({rule for case in each.cases for rule in rules.get(case, ())}))
            for each in self.of(rows)
        ]


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
    """How many in all, `of` telling how many each row counts for."""
    each = {row["id"]: of(row) for row in rows}
    total = round(sum(each.values()), 2)
    return Figure(
        code, label, formula=formula, value=total, counted=total, key=key, cases=[case for case, n in each.items() if n]
    )


def distinct_figure(code: str, label: str, formula: str, rows: Sequence[Row], by: str) -> Figure:
    """Whoever comes twice is counted once."""
    n = len({row[by] for row in rows})
    return Figure(code, label, formula=formula, value=n, counted=n, cases=[row["id"] for row in rows])


def share_figure(code: str, label: str, formula: str, told: Iterable[tuple[str, float, int]]) -> Figure:
    """`told`: by case, how many count, among how many."""
    known = [(case, n, among) for case, n, among in told if among]
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
    """The median."""
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
    """The count of each group that there is, by the key that a row gives."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(by(row), []).append(row)
    for key, alike in sorted(groups.items()):
        yield count_figure(code, f"{label}\u00a0: {words(key)}", formula, alike, of, key)


SIZE_CLASSES = {"0": 0, "1–2": 2, "3–5": 5, "6–9": 9, "10–19": 19, "20–49": 49, "50+": 10**9}
"""Bands of headcount (ours, no official ones), each with the greatest of its numbers."""
SIZE_MIDPOINTS = {"0": 0.0, "1–2": 1.5, "3–5": 4.0, "6–9": 7.5, "10–19": 14.5, "20–49": 34.5, "50+": 75.0}
"""What one structure of a band counts for in an estimate; of the last, our guess."""
UNKNOWN = "unknown"


def size_class_of(headcount: int | None) -> str:
    return UNKNOWN if headcount is None else next(band for band, most in SIZE_CLASSES.items() if headcount <= most)


def size_label(band: str) -> str:
    return "effectif inconnu" if band == UNKNOWN else f"{band} salarié·es"


def hours_between(since: str, until: str) -> float:
    return round((datetime.fromisoformat(until) - datetime.fromisoformat(since)) / timedelta(hours=1), 2)


def days_between(rows: Iterable[Row], since: str, until: str) -> dict[str, float]:
    """By case, for the rows that tell both instants."""
    both = ((row, row.get(since), row.get(until)) for row in rows)
    return {row["id"]: round(hours_between(a, b) / 24, 1) for row, a, b in both if a and b}
