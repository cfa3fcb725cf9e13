"""Results of the reviews: when one can be held, and its single outcome."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from tests.support.histories.follow_up_history import HELD, IN_SIX_MONTHS, OPENED, TODAY, given, review_recorded

from followup.domain.reviews.deadlines import (
    PlanReview,
)
from followup.domain.reviews.reporting import (
    RecordUnreachable,
    ReviewRecorded,
    ReviewUnreachable,
)
from followup.domain.reviews.review import Report
from shared.testing.scenarios import text


def test_a_review_records_what_became_of_the_changes() -> None:
    command = replace(HELD, satisfaction=5, appropriation_notes="L’équipe tient les tableaux de bord.")
    report = Report(
        TODAY,
        {},
        not_measured=("cdi", "fte"),
        appropriation=4,
        appropriation_notes=text(str(command.appropriation_notes)),
        satisfaction=5,
        summary=text(command.summary),
    )
    given(OPENED).when(command).then(ReviewRecorded("M0", report))


def test_a_review_may_be_held_thirty_days_ahead_and_not_sooner() -> None:
    opens_on = IN_SIX_MONTHS - timedelta(days=30)
    for too_soon in (
        given(OPENED).when(replace(HELD, review="M6")),
        given(OPENED).when(replace(HELD, review="M6"), at=on(opens_on)),
        given(OPENED).when(RecordUnreachable("M6", 3), at=on(opens_on - timedelta(days=1))),
    ):
        assert too_soon.refused("review-not-due").extra == {"due_on": "2026-09-02", "opens_on": "2026-08-03"}
    given(OPENED).when(RecordUnreachable("M6", 3), at=on(opens_on)).then(ReviewUnreachable("M6", 3))
    (recorded,) = given(OPENED).when(replace(HELD, review="M6", held_on=opens_on), at=on(opens_on)).events
    assert recorded.review == "M6"


def test_a_review_is_not_recorded_ahead_of_the_day_it_is_held() -> None:
    given(OPENED).when(replace(HELD, held_on=TODAY + timedelta(days=2))).refused("absurd-date")


def test_each_review_has_one_outcome() -> None:
    for settled in (review_recorded("M0"), ReviewUnreachable("M0", 3)):
        for command in (HELD, RecordUnreachable("M0", 3), PlanReview("M0", IN_SIX_MONTHS, reason="Congés")):
            given(OPENED, settled).when(command).refused("review-already-recorded")


def test_only_planned_reviews_are_held() -> None:
    for command in (
        replace(HELD, review="M12"),
        RecordUnreachable("M12", 3),
        PlanReview("M12", TODAY, reason="Congés"),
    ):
        assert given(OPENED).when(command).refused("unknown-review").extra == {"reviews": ("M0", "M6", "M18")}


def test_unreachable_is_an_outcome_as_valid_as_another() -> None:
    command = RecordUnreachable("M0", 3, notes="Deux appels, un courrier.")
    given(OPENED).when(command).then(ReviewUnreachable("M0", 3, notes=text("Deux appels, un courrier.")))
    assert given(OPENED, ReviewUnreachable("M0", 3)).state.pending_reviews == ("M6", "M18")


def test_satisfaction_that_was_not_asked_has_no_answer() -> None:
    given(OPENED).when(replace(HELD, satisfaction=5, satisfaction_asked=False)).refused("satisfaction-not-asked")
    (recorded,) = given(OPENED).when(replace(HELD, satisfaction_asked=False)).events
    assert (recorded.report.satisfaction, recorded.report.satisfaction_asked) == (None, False)


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
