"""French formats of dates, amounts and numbers."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def format_date(day: date) -> str:
    """12 mars 2027, and 1er avril 2027."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def format_day(instant: datetime) -> str:
    """The day that it was in Paris."""
    return format_date(instant.astimezone(PARIS).date())


def paris_year(instant: datetime) -> int:
    return instant.astimezone(PARIS).year


def format_instant(instant: datetime) -> str:
    """12 mars 2027 à 17 h 00, in Paris."""
    there = instant.astimezone(PARIS)
    return f"{format_date(there.date())} à {there.hour}\u00a0h\u00a0{there.minute:02}"


def format_period(first: date, last: date) -> str:
    return f"du {format_date(first)} au {format_date(last)}"


def format_euros(cents: int) -> str:
    """As an accountant writes it: 12 345,60 €."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{_group_digits(whole)},{rest:02}\u00a0€"


def format_number(value: float) -> str:
    """12, 9,5 and 60 000: two decimals at most, and none that say nothing."""
    whole, _, rest = f"{abs(value):.2f}".partition(".")
    decimals = rest.rstrip("0")
    return ("-" if value < 0 else "") + _group_digits(int(whole)) + (f",{decimals}" if decimals else "")


def format_count(n: int, one: str, several: str | None = None) -> str:
    """1 jour, 5 jours."""
    return f"{_group_digits(n)}\u00a0{one if n < 2 else several or one + 's'}"


def quote_french(text: str) -> str:
    return f"«\u202f{text}\u202f»"


def capitalize_first(text: str) -> str:
    """With a capital, as a label or a cell begins."""
    return text[:1].upper() + text[1:]


def _group_digits(whole: int) -> str:
    return f"{whole:,}".replace(",", "\u202f")
