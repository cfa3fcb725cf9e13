"""Update of the parcours, requested after a review that was held."""

from datetime import date
from uuid import UUID

from followup.domain.closure import CloseFollowUp
from followup.domain.follow_up import decider
from followup.domain.opening import FollowUpOpened, FollowUpResumed, OpenFollowUp
from followup.domain.parcours_update import (
    ParcoursUpdateRequested,
    ParcoursUpdateWithdrawn,
    RequestParcoursUpdate,
    WithdrawParcoursUpdate,
)
from followup.domain.reviews.reporting import ReviewRecorded, ReviewUnreachable
from followup.domain.reviews.review import Report
from shared.kernel import Axis
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


REQUESTED = ParcoursUpdateRequested("M0", text("L’outil de gestion n’est pas repris."), axes=(Axis.DIGITAL,))


REQUEST = RequestParcoursUpdate("M0", "L’outil de gestion n’est pas repris.", axes=(Axis.DIGITAL, Axis.DIGITAL))


def test_a_review_that_was_held_may_ask_to_take_up_the_parcours_again() -> None:
    given(OPENED, ReviewRecorded("M0", HELD)).when(REQUEST).then(REQUESTED)


def test_it_takes_a_review_that_was_held_to_ask() -> None:
    given(OPENED).when(REQUEST).refused("review-not-held")
    given(OPENED, ReviewUnreachable("M0", 3)).when(REQUEST).refused("review-not-held")
    given(OPENED).when(RequestParcoursUpdate("M12", "À reprendre.")).refused("unknown-review")


def test_one_update_at_a_time_and_no_conclusion_meanwhile() -> None:
    history = (OPENED, ReviewRecorded("M0", HELD), ReviewRecorded("M6", HELD), REQUESTED)
    given(*history).when(REQUEST).refused("parcours-update-pending")
    given(*history).when(CloseFollowUp("Les effets durent.")).refused("parcours-update-pending")


def test_an_update_ends_when_the_parcours_completes_again_and_the_same_follow_up_resumes() -> None:
    again = OpenFollowUp(
        UUID(int=9),
        NOW,
        structure=UUID(int=8),
        unit="unit-35",
        adviser="adviser-1",
        baseline={},
        definitions={},
        reviews={"M0": 0},
    )
    waiting = given(OPENED, ReviewRecorded("M0", HELD), REQUESTED)
    resumed = FollowUpResumed(UUID(int=9), "adviser-1", reviews={"M0-2": TODAY})
    waiting.when(again).then(resumed)
    assert waiting.state.update
    assert given(*waiting.events, resumed).state.update is None


def test_an_update_may_be_withdrawn_for_a_reason() -> None:
    waiting = given(OPENED, ReviewRecorded("M0", HELD), REQUESTED)
    withdrawn = ParcoursUpdateWithdrawn(text("L’équipe s’en charge seule."))
    waiting.when(WithdrawParcoursUpdate("L’équipe s’en charge seule.")).then(withdrawn)
    given(OPENED).when(WithdrawParcoursUpdate("Rien à reprendre.")).refused("no-parcours-update")
