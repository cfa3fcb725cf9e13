"""The follow-up as one aggregate: what it refuses before and after, and any sequence of commands."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from tests.support.histories.follow_up_history import (
    COMPLETION,
    HELD,
    IN_EIGHTEEN_MONTHS,
    IN_SIX_MONTHS,
    OPENED,
    PARCOURS_COMPLETED,
    REVIEWS,
    TODAY,
    closed_down,
    given,
)

from followup.domain.closure import (
    CloseFollowUp,
    CorrectClosingDown,
    FollowUpClosed,
    RecordClosedDown,
)
from followup.domain.follow_up import decider
from followup.domain.needs import FindNeed
from followup.domain.opening import (
    OpenFollowUp,
    ReplicateBaselineCorrection,
)
from followup.domain.parcours_update import (
    DropParcoursUpdate,
    RequestParcoursUpdate,
    WithdrawParcoursUpdate,
)
from followup.domain.reviews.comparison import Measure
from followup.domain.reviews.deadlines import (
    MarkReviewDue,
    MarkReviewOverdue,
    PlanReview,
)
from followup.domain.reviews.reporting import (
    CancelReview,
    CorrectReview,
    RecordReview,
    RecordUnreachable,
)
from followup.domain.state import FollowUpStatus
from shared.kernel import Axis, Ending, EndingKind
from shared.testing.scenarios import MemoryLog


@pytest.mark.parametrize(
    "command",
    [
        HELD,
        PlanReview("M6", IN_SIX_MONTHS, reason="Congés"),
        RecordUnreachable("M0", 3),
        FindNeed(Axis.FINANCE, "Trésorerie"),
    ],
)
def test_nothing_is_done_before_it_opens_nor_after_it_closes(command: object) -> None:
    given().when(command).refused("follow-up-not-open")
    given(OPENED, closed_down(*REVIEWS), FollowUpClosed(Ending(EndingKind.CLOSED_DOWN, TODAY))).when(command).refused(
        "follow-up-not-open"
    )


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


REVIEW_DAYS = [TODAY, IN_SIX_MONTHS, IN_EIGHTEEN_MONTHS, date(2028, 9, 2)]


DAYS = st.sampled_from(REVIEW_DAYS) | st.dates(date(1990, 1, 1), date(2060, 1, 1))


CODES = st.sampled_from(["M0", "M6", "M18", "M0-2", "M6-2", "M18-2", "M12"])


INDICATORS = st.sampled_from(["fte", "cdi", "members", "Mme Durand"])


COMMANDS = st.one_of(
    st.builds(
        OpenFollowUp,
        completion=st.sampled_from([COMPLETION, UUID(int=9), UUID(int=10)]),
        completed_at=DAYS.map(on),
        baseline=st.just({"fte": 11.5}),
    ),
    st.builds(
        ReplicateBaselineCorrection,
        code=INDICATORS,
        value=st.floats(0, 1e9),
        effective_on=DAYS,
        corrected_at=DAYS.map(on),
    ),
    st.builds(PlanReview, review=CODES, due_on=DAYS),
    st.builds(RecordReview, review=CODES, held_on=DAYS, indicators=st.dictionaries(INDICATORS, st.builds(Measure))),
    st.builds(CorrectReview, review=CODES, held_on=DAYS, indicators=st.dictionaries(INDICATORS, st.builds(Measure))),
    st.builds(CancelReview, review=CODES),
    st.builds(CorrectClosingDown, closed_on=DAYS),
    st.builds(RecordUnreachable, review=CODES),
    st.builds(RecordClosedDown, closed_on=DAYS),
    st.builds(MarkReviewDue, review=CODES),
    st.builds(MarkReviewOverdue, review=CODES),
    st.builds(RequestParcoursUpdate, review=CODES),
    st.builds(WithdrawParcoursUpdate),
    st.builds(DropParcoursUpdate),
    st.builds(FindNeed),
    st.builds(CloseFollowUp),
)


@for_all(st.lists(st.tuples(COMMANDS, DAYS.map(on)), max_size=12))
def test_whatever_is_asked_the_answer_is_a_refusal_or_a_history_that_can_be_replayed(
    commands: list[tuple[object, datetime]],
) -> None:
    log = MemoryLog(decider)
    log.do(PARCOURS_COMPLETED)
    for command, at in commands:
        log.do(command, at=at)
    reached = log.from_snapshot()
    assert reached == log.state
    assert (reached.status is FollowUpStatus.CLOSED) == (reached.ending is not None)
    assert not (reached.ending is Ending(EndingKind.FOLLOWED_UP, TODAY) and reached.pending_reviews)
    assert not (reached.status is FollowUpStatus.CLOSED and reached.update)
