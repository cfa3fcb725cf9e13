"""Corrections of a follow-up: a new event with its day and its reason, nothing edited in place."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from followup.domain.closure import (
    CloseFollowUp,
    ClosingDownCorrected,
    CorrectClosingDown,
    FollowUpClosed,
    StructureClosedDown,
)
from followup.domain.follow_up import decider
from followup.domain.opening import FollowUpOpened
from followup.domain.parcours_update import ParcoursUpdateRequested
from followup.domain.reviews.comparison import Comparability, ComparedIndicator, Measure
from followup.domain.reviews.deadlines import ReviewFellDue
from followup.domain.reviews.reporting import (
    CancelReview,
    CorrectReview,
    RecordReview,
    ReviewCancelled,
    ReviewCorrected,
    ReviewRecorded,
    ReviewUnreachable,
)
from followup.domain.reviews.review import Report, Review, ReviewStatus
from shared.kernel import Deadline, Ending, EndingKind
from shared.testing.scenarios import NOW, Scenarios, text

given = Scenarios(decider)
TODAY = NOW.date()
BEFORE = TODAY - timedelta(days=3)
OPENED = FollowUpOpened(
    UUID(int=7),
    UUID(int=8),
    unit="unit-35",
    adviser="adviser-1",
    baseline={"fte": 11.5},
    definitions={},
    reviews={"M0": TODAY},
)
HELD = ReviewRecorded(
    "M0",
    Report(
        TODAY,
        {},
        not_measured=("fte",),
        appropriation=4,
        appropriation_notes=None,
        satisfaction=None,
        summary=text("Tout est en place."),
    ),
)
CORRECTION = CorrectReview(
    "M0",
    BEFORE,
    appropriation=3,
    summary="Presque tout est en place.",
    reason="Erreur de saisie",
    indicators={"fte": Measure(12)},
)
CORRECTED = ReviewCorrected(
    "M0",
    Report(
        BEFORE,
        {"fte": ComparedIndicator(12, Comparability.COMPARABLE)},
        not_measured=(),
        appropriation=3,
        appropriation_notes=None,
        satisfaction=None,
        summary=text("Presque tout est en place."),
    ),
    reason=text("Erreur de saisie"),
)
CONCLUDED = FollowUpClosed(Ending(EndingKind.FOLLOWED_UP, TODAY), text("Les effets durent."))


@pytest.mark.parametrize("end", [(), (CONCLUDED,)])
def test_what_a_review_found_is_corrected_whole_even_once_the_follow_up_is_closed(end: tuple[object, ...]) -> None:
    given(OPENED, HELD, *end).when(CORRECTION).then(CORRECTED)
    after = given(OPENED, HELD, *end, CORRECTED).state
    assert (after.reviews["M0"].status, after.reviews["M0"].report) == (ReviewStatus.HELD, CORRECTED.report)
    assert after.status == given(OPENED, HELD, *end).state.status


def test_a_correction_is_held_to_the_same_sense_as_what_it_corrects() -> None:
    held = given(OPENED, HELD)
    held.when(replace(CORRECTION, held_on=TODAY + timedelta(days=2))).refused("absurd-date")
    held.when(replace(CORRECTION, held_on=TODAY - timedelta(days=31))).refused("review-not-due")
    held.when(replace(CORRECTION, satisfaction=4, satisfaction_asked=False)).refused("satisfaction-not-asked")
    held.when(replace(CORRECTION, review="M12")).refused("unknown-review")
    given(OPENED).when(CORRECTION).refused("nothing-to-correct")
    given(OPENED, ReviewUnreachable("M0", 3)).when(CORRECTION).refused("nothing-to-correct")
    given().when(CORRECTION).refused("follow-up-not-open")


@pytest.mark.parametrize(
    ("recorded", "was"), [(HELD, ReviewStatus.HELD), (ReviewUnreachable("M0", 3), ReviewStatus.UNREACHABLE)]
)
def test_a_review_recorded_by_mistake_is_to_be_held_again_and_its_day_is_kept_anew(
    recorded: object, was: ReviewStatus
) -> None:
    cancel = CancelReview("M0", "C’était un autre dossier")
    cancelled = ReviewCancelled("M0", was, due_on=TODAY, reason=text("C’était un autre dossier"))
    history = given(OPENED, ReviewFellDue("M0", TODAY), recorded)
    history.when(cancel).then(cancelled)
    assert next(iter(decider.deadlines(history.state, cancelled))) == Deadline("review", "M0", on=TODAY)
    after = given(*history.events, cancelled)
    assert after.state.reviews["M0"] == Review(TODAY)
    after.when(CloseFollowUp("Les effets durent.")).refused("reviews-left")
    [again] = after.when(RecordReview("M0", TODAY, appropriation=4, summary="Tout est en place.")).events
    assert again.review == "M0"


def test_a_review_is_not_cancelled_when_something_rests_on_it() -> None:
    cancel = CancelReview("M0", "C’était un autre dossier")
    given(OPENED).when(cancel).refused("nothing-to-correct")
    requested = ParcoursUpdateRequested("M0", text("Outils non repris."))
    given(OPENED, HELD, requested).when(cancel).refused("update-rests-on-review")
    given(OPENED, HELD, CONCLUDED).when(cancel).refused("follow-up-not-open")


def test_the_day_a_structure_closed_down_is_corrected() -> None:
    ceased = (StructureClosedDown(TODAY, ("M0",)), FollowUpClosed(Ending(EndingKind.CLOSED_DOWN, TODAY)))
    correct = CorrectClosingDown(BEFORE, "Date du jugement")
    corrected = ClosingDownCorrected(BEFORE, text("Date du jugement"))
    given(OPENED, *ceased).when(correct).then(corrected)
    assert given(OPENED, *ceased, corrected).state.ending == Ending(EndingKind.CLOSED_DOWN, BEFORE)
    given(OPENED).when(correct).refused("nothing-to-correct")
    ahead = replace(correct, closed_on=TODAY + timedelta(days=2))
    given(OPENED, *ceased).when(ahead).refused("absurd-date")
