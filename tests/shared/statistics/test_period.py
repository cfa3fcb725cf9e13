"""Periods of published statistics, and when they are published."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.statistics import periods_of, quarters_of
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
