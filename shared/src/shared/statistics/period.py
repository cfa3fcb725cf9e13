"""Periods: of figures, any days of Paris; of the published statistics, calendar quarters and years, published one month
after they end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.kernel import PARIS, paris_date


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A calendar quarter, by the days of Paris."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-T{self.number}"

    @property
    def starts(self) -> datetime:
        return _first_of(self.year, 3 * self.number - 2)

    @property
    def ends(self) -> datetime:
        return self.next.starts

    @property
    def published_at(self) -> datetime:
        """The instant of publication. What is recorded later no longer changes the tables of the quarter."""
        following = self.next
        return _first_of(following.year, 3 * following.number - 1)

    @property
    def next(self) -> Quarter:
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def holds(self, instant: datetime) -> bool:
        return self.starts <= instant < self.ends


def quarter_of(instant: datetime) -> Quarter:
    local = instant.astimezone(PARIS)
    return Quarter(local.year, (local.month + 2) // 3)


def quarters_published(since: datetime, now: datetime) -> Iterator[Quarter]:
    """The quarters published by now, from that of the first event on."""
    quarter = quarter_of(since)
    while quarter.published_at < now:
        yield quarter
        quarter = quarter.next


def quarters_of(period: str) -> list[Quarter]:
    """`2026-T1` → that quarter, `2026` → its four quarters, anything else → none."""
    match = re.fullmatch(r"(\d{4})(?:-T([1-4]))?", period)
    if match is None:
        return []
    numbers = [int(match[2])] if match[2] else [1, 2, 3, 4]
    return [Quarter(int(match[1]), number) for number in numbers]


def is_year(period: str) -> bool:
    return len(period) == len("2026")


def periods_of(quarters: list[Quarter]) -> list[str]:
    """The quarters, and the years whose four quarters are all among them."""
    years = [str(year) for year in sorted({each.year for each in quarters}) if Quarter(year, 4) in quarters]
    return [*map(str, quarters), *(year for year in years if all(each in quarters for each in quarters_of(year)))]


def _first_of(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=PARIS).astimezone(UTC)


SCHOOL_YEAR_MONTH = 9
PERIOD_PATTERN = r"(\d{4})(?:-T([1-4])|-(0[1-9]|1[0-2])|-(\d{4}))?"
"""`2027`, `2027-T1`, `2027-03`, and `2026-2027`: a school year, from September to August."""


@dataclass(frozen=True, slots=True)
class Window:
    """Days of Paris, both included; null: without a beginning, without an end."""

    since: date | None = None
    until: date | None = None

    def holds(self, value: Any) -> bool:
        """Whether a date is inside: an instant or a day as rows have them, or a year, inside as soon as a day of it is.
        What has no date is inside of what has no bounds only."""
        if self == Window():
            return True
        if value is None:
            return False
        first, last = _days_of(value)
        return (self.since is None or last >= self.since) and (self.until is None or first <= self.until)


def window_of(period: str) -> Window:
    """The days of a period. Raises ValueError for what is none."""
    match = re.fullmatch(PERIOD_PATTERN, period)
    if match is None:
        raise ValueError(period)
    year, quarter, month, next_year = (int(part or 0) for part in match.groups())
    if not 1900 <= year <= 2200 or next_year not in (0, year + 1):
        raise ValueError(period)
    first, months = 1, 12
    if quarter:
        first, months = 3 * quarter - 2, 3
    elif month:
        first, months = month, 1
    elif next_year:
        first = SCHOOL_YEAR_MONTH
    end = year * 12 + first - 1 + months
    return Window(date(year, first, 1), date(end // 12, end % 12 + 1, 1) - timedelta(days=1))


def _days_of(value: Any) -> tuple[date, date]:
    if isinstance(value, int):
        return date(value, 1, 1), date(value, 12, 31)
    text = str(value)
    day = date.fromisoformat(text) if len(text) == len("2027-01-01") else paris_date(datetime.fromisoformat(text))
    return day, day
