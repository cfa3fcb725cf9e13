"""Opening of a follow-up at the end of the parcours, its resumption, and corrections of its baseline."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from tests.support.histories.follow_up_history import OPENED, PARCOURS_COMPLETED, REVIEWS, TODAY, given, review_recorded

from followup.domain.closure import (
    FollowUpClosed,
)
from followup.domain.opening import (
    BaselineCorrectionReplicated,
    FollowUpResumed,
    ReplicateBaselineCorrection,
)
from followup.domain.reviews.review import ReviewStatus
from followup.domain.state import FollowUpStatus
from shared.kernel import Ending, EndingKind
from shared.testing.scenarios import NOW, text


def test_the_end_of_a_parcours_opens_the_follow_up_with_its_three_reviews() -> None:
    given().when(PARCOURS_COMPLETED).then(OPENED)


def test_an_end_told_twice_changes_nothing() -> None:
    given(OPENED).when(PARCOURS_COMPLETED).then()


def test_after_an_update_of_the_parcours_the_same_follow_up_resumes_with_new_reviews_beside_the_old() -> None:
    again = replace(
        PARCOURS_COMPLETED, completion=UUID(int=9), completed_at=NOW.replace(year=2027), adviser="adviser-2"
    )
    new = {"M0-2": date(2027, 3, 2), "M6-2": date(2027, 9, 2), "M18-2": date(2028, 9, 2)}
    history = given(OPENED, review_recorded("M0"))
    history.when(again).then(FollowUpResumed(UUID(int=9), "adviser-2", reviews=new))
    resumed = given(*history.events, FollowUpResumed(UUID(int=9), "adviser-2", reviews=new)).state
    assert list(resumed.reviews) == ["M0", "M6", "M18", "M0-2", "M6-2", "M18-2"]
    assert (resumed.reviews["M0"].status, resumed.adviser) == (ReviewStatus.HELD, "adviser-2")


def test_an_update_of_the_parcours_reopens_a_follow_up_that_was_closed() -> None:
    conclusion = FollowUpClosed(Ending(EndingKind.FOLLOWED_UP, TODAY), text("Tout va bien."))
    ended = given(OPENED, *map(review_recorded, REVIEWS), conclusion)
    again = replace(PARCOURS_COMPLETED, completion=UUID(int=9))
    resumed = given(*ended.events, *ended.when(again).events).state
    assert (resumed.status, resumed.ending, resumed.conclusion) == (FollowUpStatus.OPEN, None, None)
    assert set(resumed.pending_reviews) == {"M0-2", "M6-2", "M18-2"}


def test_the_follow_up_compares_with_the_baseline_as_it_was_corrected_before_or_since_it_opened() -> None:
    replicate = ReplicateBaselineCorrection("fte", 9.0, effective_on=TODAY, corrected_at=NOW)
    (replicated,) = given(OPENED).when(replicate).events
    assert given(OPENED, replicated).state.baseline == {"fte": 9.0, "cdi": 9.0}
    (early,) = given().when(replicate).events
    (opened,) = given(early).when(PARCOURS_COMPLETED).events
    assert opened.baseline == {"fte": 9.0, "cdi": 9.0}
    after = given(early, opened).state
    assert (after.baseline["fte"], after.corrections["fte"].corrected_at) == (9.0, NOW)


def test_a_baseline_that_is_corrected_after_the_end_is_still_heard() -> None:
    closed = FollowUpClosed(Ending(EndingKind.FOLLOWED_UP, TODAY), text("Les effets durent."))
    replicate = ReplicateBaselineCorrection("fte", 9.0, effective_on=TODAY, corrected_at=NOW)
    given(OPENED, closed).when(replicate).then(
        BaselineCorrectionReplicated("fte", 9.0, effective_on=TODAY, corrected_at=NOW)
    )
