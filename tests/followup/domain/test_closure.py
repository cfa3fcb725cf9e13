"""End of a follow-up: concluded, or because the structure ceased its activity."""

from datetime import timedelta

from tests.support.histories.follow_up_history import OPENED, TODAY, closed_down, given, review_recorded

from followup.domain.closure import CloseFollowUp, ClosingDownCorrected, FollowUpClosed, RecordClosedDown
from followup.domain.reviews.reporting import (
    ReviewUnreachable,
)
from followup.domain.state import FollowUpStatus
from shared.kernel import Ending, EndingKind, effective_time, start_of_day
from shared.testing.scenarios import text


def test_the_follow_up_is_concluded_when_no_review_is_left() -> None:
    conclusion = FollowUpClosed(Ending(EndingKind.FOLLOWED_UP, TODAY), text("Les effets durent."))
    settled = (review_recorded("M0"), ReviewUnreachable("M6", 3), review_recorded("M18"))
    given(OPENED, *settled).when(CloseFollowUp("Les effets durent.")).then(conclusion)


def test_a_structure_that_did_not_answer_at_the_last_review_was_not_followed_to_the_end() -> None:
    conclusion = FollowUpClosed(Ending(EndingKind.UNREACHABLE, TODAY), text("Sans nouvelles."))
    settled = (review_recorded("M0"), review_recorded("M6"), ReviewUnreachable("M18", 3))
    given(OPENED, *settled).when(CloseFollowUp("Sans nouvelles.")).then(conclusion)


def test_a_follow_up_ends_on_the_day_on_which_the_structure_did() -> None:
    before = TODAY - timedelta(days=20)
    ended = FollowUpClosed(Ending(EndingKind.CLOSED_DOWN, before))
    assert effective_time(ended) == start_of_day(before)
    assert given(OPENED).when(RecordClosedDown(before)).events[-1] == ended
    corrected = ClosingDownCorrected(before - timedelta(days=5), text("Date du jugement"))
    whole = given(OPENED, closed_down("M0", "M6", "M18"), ended, corrected).state
    alone = given(OPENED, corrected).state
    assert (alone.status, alone.ending, alone.pending_reviews) == (whole.status, whole.ending, whole.pending_reviews)


def test_it_is_not_concluded_while_reviews_are_left() -> None:
    refused = given(OPENED, review_recorded("M6")).when(CloseFollowUp("Les effets durent.")).refused("reviews-left")
    assert refused.extra == {"reviews": ("M0", "M18")}


def test_a_structure_that_closed_down_ends_its_follow_up_at_once() -> None:
    command = RecordClosedDown(TODAY, "Liquidation prononcée.")
    ending = (closed_down("M6", "M18"), FollowUpClosed(Ending(EndingKind.CLOSED_DOWN, TODAY)))
    given(OPENED, review_recorded("M0")).when(command).then(*ending)
    ended = given(OPENED, review_recorded("M0"), *ending).state
    assert (ended.status, ended.ending, ended.pending_reviews) == (
        FollowUpStatus.CLOSED,
        Ending(EndingKind.CLOSED_DOWN, TODAY),
        (),
    )
    assert [review.status for review in ended.reviews.values()] == ["held", "closed_down", "closed_down"]


def test_a_structure_has_not_closed_down_yet_in_the_future() -> None:
    given(OPENED).when(RecordClosedDown(TODAY + timedelta(days=2))).refused("absurd-date")
