"""End of a follow-up: concluded, or because the structure ceased its activity."""

from datetime import timedelta

from tests.support.histories.follow_up_history import OPENED, TODAY, closed_down, given, review_recorded

from followup.domain.closure import (
    CloseFollowUp,
    FollowUpClosed,
    RecordClosedDown,
)
from followup.domain.reviews.reporting import (
    ReviewUnreachable,
)
from followup.domain.state import FollowUpStatus, Outcome
from shared.testing.scenarios import text


def test_the_follow_up_is_concluded_when_no_review_is_left() -> None:
    conclusion = FollowUpClosed(Outcome.COMPLETED, text("Les effets durent."))
    settled = (review_recorded("M0"), ReviewUnreachable("M6", 3), review_recorded("M18"))
    given(OPENED, *settled).when(CloseFollowUp("Les effets durent.")).then(conclusion)


def test_it_is_not_concluded_while_reviews_are_left() -> None:
    refused = given(OPENED, review_recorded("M6")).when(CloseFollowUp("Les effets durent.")).refused("reviews-left")
    assert refused.extra == {"reviews": ("M0", "M18")}


def test_a_structure_that_closed_down_ends_its_follow_up_at_once() -> None:
    command = RecordClosedDown(TODAY, "Liquidation prononcée.")
    ending = (closed_down("M6", "M18"), FollowUpClosed(Outcome.CLOSED_DOWN))
    given(OPENED, review_recorded("M0")).when(command).then(*ending)
    ended = given(OPENED, review_recorded("M0"), *ending).state
    assert (ended.status, ended.outcome, ended.closed_down_on, ended.pending_reviews) == (
        FollowUpStatus.CLOSED,
        Outcome.CLOSED_DOWN,
        TODAY,
        (),
    )
    assert [review.status for review in ended.reviews.values()] == ["held", "closed_down", "closed_down"]


def test_a_structure_has_not_closed_down_yet_in_the_future() -> None:
    given(OPENED).when(RecordClosedDown(TODAY + timedelta(days=2))).refused("absurd-date")
