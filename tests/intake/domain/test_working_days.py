"""Working days: no mail of the DLA arrives on a Sunday or a public holiday."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from intake.domain.working_days import easter, is_working_day, working_day_from


@pytest.mark.parametrize(
    ("year", "sunday"),
    [(2000, (4, 23)), (2008, (3, 23)), (2011, (4, 24)), (2024, (3, 31)), (2026, (4, 5)), (2038, (4, 25))],
)
def test_easter_is_when_the_calendar_says(year: int, sunday: tuple[int, int]) -> None:
    assert easter(year) == date(year, *sunday)


def test_the_eleven_holidays_and_weekends_are_no_working_days() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    off = [day for day in days if day.weekday() < 5 and not is_working_day(day)]
    expected = [(1, 1), (4, 6), (5, 1), (5, 8), (5, 14), (5, 25), (7, 14), (11, 11), (12, 25)]
    assert off == [date(2026, *each) for each in expected], "15 August and 1 November 2026 are at a weekend"
    assert not any(is_working_day(day) for day in days if day.weekday() >= 5)


def test_what_falls_on_another_day_waits_for_the_next_working_day() -> None:
    assert working_day_from(date(2026, 4, 3)) == date(2026, 4, 3)
    assert working_day_from(date(2026, 4, 4)) == date(2026, 4, 7), "after Easter Monday"
    assert working_day_from(date(2026, 5, 1)) == date(2026, 5, 4)
