"""A parcours on a calendar: its actions and the reviews that follow it, in whole quarters of a year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shared.kernel import add_months

SCALE = 1000
"""The width of the drawing of a row; the page stretches it."""
SHORTEST_BAR = 6
QUARTER_MONTHS = 3
MOST_QUARTERS = 20
"""Five years: an end that was mistyped must not make a calendar of centuries."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What takes from `starts_on` to `ends_on`, both included. `x`, `width`: in SCALE; what is out of the calendar is
    cut off. `anchor`: of its card on the page."""

    title: str
    status: str
    starts_on: date
    ends_on: date
    x: int
    width: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A single day."""

    title: str
    status: str
    on: date
    x: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """`quarters`: of equal width, with their first days. `today`: null when it is not among them."""

    quarters: tuple[date, ...]
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    today: int | None


def draw_calendar(parcours: Mapping[str, Any], follow_up: Mapping[str, Any] | None, today: date) -> Calendar | None:
    """From the states of the two services. Null while no action is planned."""
    planned = [(id_, each["status"], each["planned"]) for id_, each in (parcours.get("actions") or {}).items()]
    reviews = ((follow_up or {}).get("reviews") or {}).items()
    spans = [(_day(plan["starts_on"]), _day(plan["ends_on"])) for _, _, plan in planned]
    if not spans:
        return None
    days = [day for span in spans for day in span] + [_day(review["due_on"]) for _, review in reviews]
    period = parcours.get("period") or {}
    days += [_day(period[name]) for name in ("starts_on", "ends_on") if period.get(name)]
    quarters = _quarters(min(days), max(days))
    first, end = quarters[0], add_months(quarters[-1], QUARTER_MONTHS)
    bars = [
        _bar(plan, status, span=span, first=first, end=end, anchor=f"action-{id_}")
        for (id_, status, plan), span in zip(planned, spans, strict=True)
    ]
    marks = tuple(
        Mark(f"Bilan {code}", review["status"], on=_day(review["due_on"]), x=_x(_day(review["due_on"]), first, end))
        for code, review in sorted(reviews, key=lambda each: str(each[1]["due_on"]))
    )
    here = _x(today, first, end) if first <= today < end else None
    in_order = tuple(sorted(bars, key=lambda bar: (bar.starts_on, bar.ends_on)))
    return Calendar(quarters, in_order, marks=marks, today=here)


def _bar(plan: Mapping[str, Any], status: str, *, span: tuple[date, date], first: date, end: date, anchor: str) -> Bar:
    starts_on, ends_on = span
    x = _x(starts_on, first, end)
    width = max(SHORTEST_BAR, _x(ends_on + timedelta(days=1), first, end) - x)
    return Bar(plan["title"], status, starts_on=starts_on, ends_on=ends_on, x=x, width=width, anchor=anchor)


def _x(day: date, first: date, end: date) -> int:
    share = (day - first) / (end - first)
    return round(SCALE * min(1.0, max(0.0, share)))


def _quarters(earliest: date, latest: date) -> tuple[date, ...]:
    month = earliest.month - (earliest.month - 1) % QUARTER_MONTHS
    quarters = [date(earliest.year, month, 1)]
    while (following := add_months(quarters[-1], QUARTER_MONTHS)) <= latest and len(quarters) < MOST_QUARTERS:
        quarters.append(following)
    return tuple(quarters)


def _day(value: object) -> date:
    return date.fromisoformat(str(value))
