"""Of which periods are aggregates told, and from when on? Calendar quarters and years, a month after they end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.kernel import PARIS


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """By the days of Paris."""

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
        """What is recorded later changes nothing any more in what is told of it."""
        following = self.next
        return _first_of(following.year, 3 * following.number - 1)

    @property
    def next(self) -> Quarter:
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def holds(self, instant: datetime) -> bool:
        return self.starts <= instant < self.ends


def quarter_of(instant: datetime) -> Quarter:
    there = instant.astimezone(PARIS)
    return Quarter(there.year, (there.month + 2) // 3)


def published(since: datetime, now: datetime) -> Iterator[Quarter]:
    """From the quarter of the first event on."""
    quarter = quarter_of(since)
    while quarter.published_at < now:
        yield quarter
        quarter = quarter.next


def quarters_of(period: str) -> list[Quarter]:
    """Of `2026-T1` itself, of `2026` its four; none for what is no period."""
    found = re.fullmatch(r"(\d{4})(?:-T([1-4]))?", period)
    if found is None:
        return []
    numbers = [int(found[2])] if found[2] else [1, 2, 3, 4]
    return [Quarter(int(found[1]), number) for number in numbers]


def periods_of(quarters: list[Quarter]) -> list[str]:
    """The quarters, and the years of which all four are there."""
    years = [str(year) for year in sorted({each.year for each in quarters}) if Quarter(year, 4) in quarters]
    return [*map(str, quarters), *(year for year in years if all(each in quarters for each in quarters_of(year)))]


def _first_of(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=PARIS).astimezone(UTC)
