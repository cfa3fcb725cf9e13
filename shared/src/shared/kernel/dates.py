"""Days of Paris, plausibility of typed dates, and calendar arithmetic."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from shared.kernel.french import PARIS
from shared.kernel.refusals import Refusal

IMPLAUSIBLE_DATE = Refusal("absurd-date", "Date invraisemblable", status=422)
SCHEME_START = date(2002, 1, 1)
"""The year in which the DLA began: no fact of a case is older."""


def paris_date(instant: datetime) -> date:
    """The day that it was in Paris: 30 June 2027 at 22:30 UTC is 1 July. The only way from an instant to its day."""
    return instant.astimezone(PARIS).date()


def start_of_day(day: date) -> datetime:
    """The instant, in UTC, at which a day begins in Paris."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


def require_past(day: date, now: datetime, what: str) -> date:
    """A day from the scheme's beginning (2002) to today, or tomorrow: in some territories it is tomorrow already."""
    if not SCHEME_START <= day <= paris_date(now) + timedelta(days=1):
        raise IMPLAUSIBLE_DATE(f"{what} ne peut être ni avant 2002, ni dans le futur.")
    return day


def require_future(day: date, now: datetime, what: str, years: int = 10) -> date:
    """A day from today on, within some years."""
    if not paris_date(now) - timedelta(days=1) <= day <= paris_date(now) + timedelta(days=366 * years):
        raise IMPLAUSIBLE_DATE(f"{what} doit venir, dans les {years} ans au plus.")
    return day


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
