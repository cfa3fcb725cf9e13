"""Plausibility of typed dates, and calendar arithmetic. Deadlines are judged by recorded time instead."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

from shared.kernel.refusals import Refusal

IMPLAUSIBLE_DATE = Refusal("absurd-date", "Date invraisemblable", status=422)
SCHEME_START = date(2002, 1, 1)
"""The year in which the DLA began: no fact of a case is older."""


def require_past(day: date, now: datetime, what: str) -> date:
    """A day from the scheme's beginning (2002) to today, or tomorrow: in some territories it is tomorrow already."""
    if not SCHEME_START <= day <= now.date() + timedelta(days=1):
        raise IMPLAUSIBLE_DATE(f"{what} ne peut être ni avant 2002, ni dans le futur.")
    return day


def require_future(day: date, now: datetime, what: str, years: int = 10) -> date:
    """A day from today on, within some years."""
    if not now.date() - timedelta(days=1) <= day <= now.date() + timedelta(days=366 * years):
        raise IMPLAUSIBLE_DATE(f"{what} doit venir, dans les {years} ans au plus.")
    return day


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
