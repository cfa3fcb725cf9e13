"""Deadlines of the reviews: set, moved, withdrawn, and what each day records."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from followup.domain.closure import FollowUpClosed, StructureClosedDown
from followup.domain.follow_up import decider
from followup.domain.opening import FollowUpOpened, FollowUpResumed
from followup.domain.reviews.deadlines import (
    MarkReviewDue,
    MarkReviewOverdue,
    PlanReview,
    ReviewFellDue,
    ReviewOverdue,
    ReviewPlanned,
    deadline_command,
)
from followup.domain.reviews.reporting import ReviewRecorded, ReviewUnreachable
from followup.domain.reviews.review import Report
from shared.kernel import Deadline, Ending, EndingKind, Role
from shared.testing.scenarios import NOW, Scenarios, text

given = Scenarios(decider)


TODAY = NOW.date()


SEPTEMBER, NOVEMBER = date(2026, 9, 2), date(2026, 11, 1)


OPENED = FollowUpOpened(
    UUID(int=7),
    UUID(int=8),
    unit="unit-35",
    adviser="adviser-1",
    baseline={},
    definitions={},
    reviews={"M0": TODAY, "M6": SEPTEMBER},
)


HELD = Report(
    TODAY,
    {},
    not_measured=(),
    appropriation=4,
    appropriation_notes=None,
    satisfaction=None,
    summary=text("Les nouveaux outils sont en place."),
)


MOVED = ReviewPlanned("M6", NOVEMBER, reason=text("Congés"))


CEASED = StructureClosedDown(TODAY, ("M0", "M6"))


def on(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)


def kept(*events: object) -> dict[tuple[str, str], date]:
    """The days that are kept after these events."""
    days: dict[tuple[str, str], date | None] = {}
    for n, event in enumerate(events):
        state = decider.state(events[:n])
        days |= {(due.kind, due.key): due.on for due in decider.deadlines(state, event)}
    return {which: day for which, day in days.items() if day}


def test_each_review_keeps_its_day_and_the_day_from_which_it_is_overdue() -> None:
    assert list(decider.deadlines(decider.initial, OPENED)) == [
        Deadline("review", "M0", on=TODAY),
        Deadline("overdue-review", "M0", on=TODAY + timedelta(days=60)),
        Deadline("review", "M6", on=SEPTEMBER),
        Deadline("overdue-review", "M6", on=NOVEMBER),
    ]


def test_a_review_that_is_moved_moves_both_its_days() -> None:
    days = kept(OPENED, MOVED)
    assert (days["review", "M6"], days["overdue-review", "M6"]) == (NOVEMBER, date(2026, 12, 31))


@pytest.mark.parametrize("outcome", [ReviewRecorded("M0", HELD), ReviewUnreachable("M0", 3)])
def test_a_review_with_its_outcome_keeps_no_day(outcome: object) -> None:
    assert {code for _, code in kept(OPENED, outcome)} == {"M6"}


def test_nothing_is_kept_for_a_structure_that_closed_down() -> None:
    assert kept(OPENED, CEASED, FollowUpClosed(Ending(EndingKind.CLOSED_DOWN, TODAY))) == {}


def test_a_follow_up_that_resumes_keeps_the_days_of_its_new_reviews_too() -> None:
    days = kept(OPENED, FollowUpResumed(UUID(int=9), "adviser-1", reviews={"M0-2": NOVEMBER}))
    assert days["review", "M0-2"] == NOVEMBER
    assert days["review", "M6"] == SEPTEMBER


def test_a_review_is_called_on_its_day() -> None:
    call = deadline_command("review", "M6")
    given(OPENED).when(call, by=Role.SERVICE, at=on(SEPTEMBER)).then(ReviewFellDue("M6", SEPTEMBER))


def test_a_review_that_was_not_held_is_overdue_after_sixty_days() -> None:
    call = deadline_command("overdue-review", "M6")
    given(OPENED).when(call, by=Role.SERVICE, at=on(NOVEMBER)).then(ReviewOverdue("M6", SEPTEMBER))


@pytest.mark.parametrize("call", [MarkReviewDue("M6"), MarkReviewOverdue("M6")])
def test_nothing_is_said_ahead_of_the_day(call: object) -> None:
    given(OPENED).when(call, at=on(SEPTEMBER - timedelta(days=1))).refused("review-day-to-come")


@pytest.mark.parametrize("call", [MarkReviewDue("M6"), MarkReviewOverdue("M6")])
@pytest.mark.parametrize(
    "meanwhile",
    [
        (ReviewRecorded("M6", HELD),),
        (ReviewUnreachable("M6", 3),),
        (CEASED, FollowUpClosed(Ending(EndingKind.CLOSED_DOWN, TODAY))),
        (ReviewFellDue("M6", SEPTEMBER), ReviewOverdue("M6", SEPTEMBER)),
    ],
)
def test_nothing_is_said_of_a_review_that_has_its_outcome_or_was_called(
    call: object, meanwhile: tuple[object, ...]
) -> None:
    given(OPENED, *meanwhile).when(call, at=on(date(2027, 1, 1))).then()


def test_a_review_that_was_called_and_then_moved_is_called_again() -> None:
    called = (ReviewFellDue("M6", SEPTEMBER), MOVED)
    given(OPENED, *called).when(MarkReviewDue("M6"), at=on(NOVEMBER)).then(ReviewFellDue("M6", NOVEMBER))


def test_a_review_moved_to_the_day_it_has_is_not_moved() -> None:
    given(OPENED).when(PlanReview("M6", SEPTEMBER, reason="Congés")).then()
