"""A parcours on a calendar of quarters."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from console.presentation.calendar import MOST_QUARTERS, SCALE, draw_calendar

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def parcours(*actions: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "actions": {
            title: {"status": "planned", "planned": {"title": title, "starts_on": starts_on, "ends_on": ends_on}}
            for title, starts_on, ends_on in actions
        }
    }


def test_actions_and_reviews_stand_where_their_days_are() -> None:
    follow_up = {"reviews": {"M6": {"due_on": "2026-12-31", "status": "planned"}}}
    planned = parcours(("Deux", "2026-07-01", "2026-12-31"), ("Un", "2026-02-10", "2026-03-31"))
    drawn = draw_calendar(planned, follow_up, date(2026, 7, 2))
    assert drawn is not None
    assert drawn.quarters == (date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1))
    assert [(bar.title, bar.x, bar.x + bar.width) for bar in drawn.bars] == [
        ("Un", round(SCALE * 40 / 365), round(SCALE * 90 / 365)),
        ("Deux", round(SCALE * 181 / 365), SCALE),
    ]
    assert [(mark.title, mark.x) for mark in drawn.marks] == [("Bilan M6", round(SCALE * 364 / 365))]
    assert drawn.today == round(SCALE * 182 / 365)


def test_today_out_of_the_calendar_is_not_drawn_and_no_action_makes_none() -> None:
    drawn = draw_calendar(parcours(("Un", "2026-02-10", "2026-03-31")), None, date(2027, 1, 1))
    assert drawn is not None
    assert drawn.today is None
    assert draw_calendar({"actions": {}}, None, date(2026, 1, 1)) is None


@given(st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=5))
def test_a_calendar_is_never_longer_than_five_years_and_no_bar_leaves_it(spans: list[tuple[date, date]]) -> None:
    actions = [(str(n), min(span).isoformat(), max(span).isoformat()) for n, span in enumerate(spans)]
    drawn = draw_calendar(parcours(*actions), None, date(2026, 1, 1))
    assert drawn is not None
    assert 1 <= len(drawn.quarters) <= MOST_QUARTERS
    assert all(0 <= bar.x <= SCALE and 0 < bar.width <= SCALE for bar in drawn.bars)
