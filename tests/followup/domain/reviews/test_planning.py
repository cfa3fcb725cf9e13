"""Dates of the reviews: set by the deployment, moved for a reason."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.support.histories.follow_up_history import HELD, OPENED, PARCOURS_COMPLETED, TODAY, given

from followup.domain.reviews.deadlines import (
    PlanReview,
    ReviewPlanned,
)
from shared.kernel import add_months
from shared.testing.scenarios import text


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 15), 18, date(2028, 6, 15)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_its_month(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


def test_the_date_of_a_review_may_change_for_a_reason() -> None:
    sooner = TODAY + timedelta(days=30)
    moved = ReviewPlanned("M6", sooner, reason=text("Changement de direction."))
    given(OPENED).when(PlanReview("M6", sooner, reason="Changement de direction.")).then(moved)
    (recorded,) = given(OPENED, moved).when(replace(HELD, review="M6")).events
    assert recorded.review == "M6"


@pytest.mark.parametrize("due_on", [TODAY - timedelta(days=2), TODAY.replace(year=2126)])
def test_a_review_is_planned_for_a_day_to_come(due_on: date) -> None:
    given(OPENED).when(PlanReview("M6", due_on, reason="Congés")).refused("absurd-date")


def test_the_dates_of_reviews_are_those_that_the_deployment_sets() -> None:
    (opened,) = given().when(replace(PARCOURS_COMPLETED, reviews={"M3": 3, "M12": 12})).events
    assert opened.reviews == {"M3": date(2026, 6, 2), "M12": date(2027, 3, 2)}
