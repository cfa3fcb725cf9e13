"""Simulation of another review schedule: the dates added and removed, or that they cannot be known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from followup.domain.reviews.review import REVIEWS, schedule
from followup.domain.reviews.schedule_simulation import MAX_DELAY_DAYS, compare_schedules, find_parcours_end
from shared.kernel import RuleDifference

ENDED = date(2026, 3, 2)


PLANNED = schedule(ENDED, REVIEWS, 1)


def found(months: set[int], planned: dict[str, date] = PLANNED, completions: int = 1) -> list[tuple[Any, ...]]:
    differences = compare_schedules(planned, ENDED + timedelta(days=2), completions, REVIEWS, months)
    return [(each.review, each.due_on, each.effect) for each in differences]


def test_the_same_rule_makes_no_difference() -> None:
    assert found({0, 6, 18}) == []


def test_a_review_more_and_a_review_less() -> None:
    assert found({0, 12, 18}) == [
        ("M12", date(2027, 3, 2), RuleDifference.MORE),
        ("M6", date(2026, 9, 2), RuleDifference.LESS),
    ]


def test_the_reviews_after_an_update_bear_their_own_codes() -> None:
    again = schedule(ENDED, REVIEWS, 2)
    assert found({0, 18}, again, 2) == [("M6-2", date(2026, 9, 2), RuleDifference.LESS)]


def test_nobody_can_tell_when_the_rule_of_then_was_another() -> None:
    ((review, day, would),) = found({0, 12}, {"M0": ENDED, "M3": date(2026, 6, 2)})
    assert (review, day, would) == ("", None, RuleDifference.CANNOT_TELL)


@given(
    ended=st.dates(date(2003, 1, 1), date(2090, 1, 1)),
    late=st.integers(0, MAX_DELAY_DAYS),
    rule=st.dictionaries(st.sampled_from(["A", "B", "C", "D"]), st.integers(1, 60), min_size=1),
    at_once=st.booleans(),
)
def test_the_end_of_a_parcours_is_found_again_or_nothing_is_said(
    ended: date, late: int, rule: dict[str, int], at_once: bool
) -> None:
    """Never another day: two last days of months may lead to the same dates, and then nobody can tell."""
    rule = rule | ({"Z": 0} if at_once else {})
    end = find_parcours_end(schedule(ended, rule, 1), ended + timedelta(days=late), 1, rule)
    assert end in ((ended,) if at_once else (ended, None))
    if end is None:
        days = [ended + timedelta(days=n) for n in range(-MAX_DELAY_DAYS, MAX_DELAY_DAYS + 1)]
        assert len([day for day in days if schedule(day, rule, 1) == schedule(ended, rule, 1)]) > 1
