"""Periods of the published statistics: calendar quarters and years, published one month after they end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.kernel import PARIS


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
