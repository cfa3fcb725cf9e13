"""Periods of published statistics, and when they are published."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from shared.statistics import Window, periods_of, quarters_of, window_of
from shared.statistics.period import Quarter, quarter_of, quarters_published


def test_a_quarter_is_of_the_days_of_paris_and_told_a_month_after_its_end() -> None:
    first = Quarter(2026, 1)
    assert quarter_of(datetime(2025, 12, 31, 23, 30, tzinfo=UTC)) == first
    assert (first.starts, first.ends) == (
        datetime(2025, 12, 31, 23, tzinfo=UTC),
        datetime(2026, 3, 31, 22, tzinfo=UTC),
    )
    assert first.published_at == datetime(2026, 4, 30, 22, tzinfo=UTC)
    assert Quarter(2026, 4).published_at == datetime(2027, 1, 31, 23, tzinfo=UTC)
    assert first.holds(first.starts)
    assert not first.holds(first.ends)


def test_a_year_is_told_with_its_last_quarter_if_it_was_told_from_the_first() -> None:
    since = datetime(2025, 8, 1, tzinfo=UTC)
    known = list(quarters_published(since, datetime(2027, 2, 1, tzinfo=UTC)))
    assert periods_of(known) == ["2025-T3", "2025-T4", "2026-T1", "2026-T2", "2026-T3", "2026-T4", "2026"]
    assert periods_of(list(quarters_published(since, datetime(2025, 10, 15, tzinfo=UTC)))) == []


@pytest.mark.parametrize("wrong", ["", "2026-T5", "2026-1", "26", "2026-T1-T2"])
def test_what_is_no_period_has_no_quarter(wrong: str) -> None:
    assert quarters_of(wrong) == []
    assert quarters_of("2026-T2") == [Quarter(2026, 2)]


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("2027", date(2027, 1, 1), date(2027, 12, 31)),
        ("2027-T1", date(2027, 1, 1), date(2027, 3, 31)),
        ("2027-T4", date(2027, 10, 1), date(2027, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-2027", date(2026, 9, 1), date(2027, 8, 31)),
    ],
)
def test_a_period_is_a_year_a_quarter_a_month_or_a_school_year(period: str, since: date, until: date) -> None:
    assert window_of(period) == Window(since, until)


@pytest.mark.parametrize("wrong", ["", "hier", "2027-T5", "2027-13", "2026-2028", "27", "1800", "2027-1"])
def test_what_is_no_period_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(wrong)}$"):
        window_of(wrong)


def test_a_window_holds_days_of_paris_with_both_ends_and_a_year_by_any_of_its_days() -> None:
    july = Window(date(2027, 7, 1), date(2027, 7, 31))
    assert july.holds("2027-06-30T22:30:00Z")
    assert not july.holds("2027-06-30T21:59:59Z")
    assert july.holds("2027-07-31T21:59:59Z")
    assert not july.holds("2027-07-31T22:00:00Z")
    assert (july.holds("2027-07-31"), july.holds("2027-08-01"), july.holds(2027), july.holds(2026)) == (1, 0, 1, 0)
    assert (july.holds(None), Window().holds(None), Window(since=date(2027, 7, 1)).holds("2040-01-01")) == (0, 1, 1)
