"""Working days in France: Monday to Friday, without the eleven public holidays (Code du travail, article L3133-1)."""

from __future__ import annotations

from datetime import date, timedelta

FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)})
"""Month and day."""
DAYS_AFTER_EASTER = frozenset({1, 39, 50})
"""Easter Monday, Ascension, Whit Monday."""


def working_day_from(day: date) -> date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def is_working_day(day: date) -> bool:
    is_holiday = (day.month, day.day) in FIXED_HOLIDAYS or (day - easter(day.year)).days in DAYS_AFTER_EASTER
    return day.weekday() < 5 and not is_holiday


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm of 1876 (Meeus, Butcher)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap_centuries, shift = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    weekday = (32 + 2 * shift + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
