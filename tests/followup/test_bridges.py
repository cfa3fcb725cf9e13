"""What followup hears, what it tells, and what its list shows."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError
from tests.support.daily_rows import told
from tests.support.integration import META, entry, heard, listed, recorded

from diagnostic.domain.content.axes import Axis
from followup.caseload import caseload
from followup.domain.closure import FollowUpClosed, StructureClosedDown
from followup.domain.follow_up import decider
from followup.domain.needs import NeedFound
from followup.domain.opening import BaselineCorrectionReplicated, FollowUpOpened, FollowUpResumed
from followup.domain.parcours_update import ParcoursUpdateRequested, ParcoursUpdateWithdrawn
from followup.domain.reviews.comparison import Comparability, Indicator
from followup.domain.reviews.deadlines import ReviewFellDue, ReviewOverdue, ReviewPlanned
from followup.domain.reviews.reporting import ReviewCancelled, ReviewCorrected, ReviewRecorded, ReviewUnreachable
from followup.domain.reviews.review import Report, ReviewStatus
from followup.domain.state import Outcome
from followup.domain.themes import Theme
from followup.integration_events import request_opened_by, to_integration_event
from followup.projections import follow_ups
from followup.reactions import (
    ReviewSettings,
    drop_abandoned_update,
    drop_parcours_update,
    open_follow_up,
    replicate_baseline_correction,
)
from shared.contracts import followup as contracts
from shared.contracts.base import PublicEvent
from shared.contracts.diagnostic import BaselineCorrected
from shared.contracts.parcours import ParcoursAbandoned, ParcoursCompleted, ParcoursUpdateAbandoned
from shared.kernel import Role
from shared.projections import Projection, Row
from shared.temporal.rows_at import fold_row
from shared.testing.scenarios import CASE, NOW, Scenarios, text

TODAY = NOW.date()
HELD = Report(
    TODAY,
    {},
    not_measured=(),
    appropriation=4,
    appropriation_notes=None,
    satisfaction=None,
    summary=text("Les nouveaux outils sont en place."),
)
IN_SIX_MONTHS, IN_EIGHTEEN_MONTHS = TODAY.replace(month=9), TODAY.replace(year=2027, month=9)
HEADER = heard("parcours", "parcours-completed", effective_at=NOW - timedelta(days=3))
LINKED = request_opened_by(META.id)
OPENED = FollowUpOpened(
    UUID(int=7),
    UUID(int=8),
    unit="unit-35",
    adviser="adviser-1",
    baseline={"fte": 11.5},
    definitions={"members": "Adhésions à jour"},
    reviews={"M0": TODAY, "M6": IN_SIX_MONTHS, "M18": IN_EIGHTEEN_MONTHS},
)


def test_a_completed_parcours_is_followed_up_from_the_moment_it_was_recorded() -> None:
    told = ParcoursCompleted(
        structure=UUID(int=8),
        unit="unit-35",
        adviser="adviser-1",
        actions_done=3,
        actions_abandoned=0,
        baseline={"fte": 11.5},
        definitions={"members": "Adhésions à jour"},
    )
    to = open_follow_up(told, HEADER)
    assert (to.decider, to.stream, to.case) == (decider, CASE, None)
    Scenarios(decider)().when(to.command, by=Role.SERVICE).then(OPENED)


def test_a_baseline_that_diagnostic_corrects_is_heard_with_the_day_it_was_recorded() -> None:
    told = BaselineCorrected(code="fte", value=9.5, effective_on=TODAY)
    to = replicate_baseline_correction(told, HEADER)
    assert (to.decider, to.stream, to.case) == (decider, CASE, None)
    heard = BaselineCorrectionReplicated("fte", 9.5, effective_on=TODAY, corrected_at=NOW)
    Scenarios(decider)(OPENED).when(to.command, by=Role.SERVICE).then(heard)
    assert row(OPENED, heard)["baseline"] == {"fte": 9.5}
    assert row(heard) == {}


def test_nobody_waits_for_a_follow_up_that_only_heard_of_a_corrected_baseline() -> None:
    heard = BaselineCorrectionReplicated("fte", 9.5, effective_on=TODAY, corrected_at=NOW)
    assert row(heard, of=caseload.view) == {}
    assert len(row(heard, OPENED, of=caseload.view)["due"]) == 3


def test_an_abandoned_parcours_is_not_waited_for_any_more() -> None:
    to = drop_parcours_update(ParcoursAbandoned(), HEADER)
    asked = ParcoursUpdateRequested("M0", text("Outils non repris."))
    Scenarios(decider)(OPENED, asked).when(to.command, by=Role.SERVICE).then(ParcoursUpdateWithdrawn())
    Scenarios(decider)(OPENED).when(to.command, by=Role.SERVICE).then()
    Scenarios(decider)().when(to.command, by=Role.SERVICE).then()


def test_an_update_that_is_abandoned_is_not_waited_for_any_more_and_the_follow_up_goes_on() -> None:
    to = drop_abandoned_update(ParcoursUpdateAbandoned(), HEADER)
    asked = ParcoursUpdateRequested("M0", text("Outils non repris."))
    open_before = Scenarios(decider)(OPENED, ReviewRecorded("M0", HELD), asked)
    open_before.when(to.command, by=Role.SERVICE).then(ParcoursUpdateWithdrawn())
    after = Scenarios(decider)(*open_before.events, ParcoursUpdateWithdrawn()).state
    assert (after.status, after.update, after.pending_reviews) == ("open", None, ("M6", "M18"))
    Scenarios(decider)(OPENED).when(to.command, by=Role.SERVICE).then()


def test_a_deployment_sets_when_reviews_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ReviewSettings().reviews == {"M0": 0, "M6": 6, "M18": 18}
    monkeypatch.setenv("DLA_FOLLOWUP_REVIEWS", '{"M3": 3, "M12": 12}')
    assert ReviewSettings().reviews == {"M3": 3, "M12": 12}
    for wrong in ('{"M3": -3}', '{"M3": 61}', '{"M3-2": 3}', '{"": 3}', "{}", "tous les ans"):
        monkeypatch.setenv("DLA_FOLLOWUP_REVIEWS", wrong)
        with pytest.raises((ValidationError, SettingsError)):
            ReviewSettings()


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (ReviewRecorded("M0", HELD), contracts.ReviewRecorded(review="M0", outcome="held")),
        (ReviewUnreachable("M6", 3), contracts.ReviewRecorded(review="M6", outcome="unreachable")),
        (StructureClosedDown(TODAY, ("M6", "M18")), contracts.ReviewRecorded(review="M6", outcome="closed_down")),
        (NeedFound(Theme.FINANCE, text("Trésorerie tendue.")), contracts.NeedFound(theme="finance", request=LINKED)),
        (ReviewFellDue("M6", TODAY), contracts.ReviewDue(review="M6", due_on=TODAY)),
        (ReviewOverdue("M6", TODAY), contracts.ReviewDue(review="M6", due_on=TODAY, overdue=True)),
        (
            ParcoursUpdateRequested("M0", text("Outils non repris."), axes=(Theme.DIGITAL,)),
            contracts.ParcoursUpdateRequested(review="M0", axes=("digital",)),
        ),
        (ParcoursUpdateWithdrawn(text("Finalement non")), contracts.ParcoursUpdateWithdrawn()),
        (FollowUpClosed(Outcome.CLOSED_DOWN), contracts.FollowUpClosed(outcome="closed_down")),
    ],
)
def test_the_others_are_told_of_outcomes_and_of_needs(event: object, told: PublicEvent) -> None:
    assert to_integration_event(recorded(event), entry()) == told


@pytest.mark.parametrize(
    "event",
    [
        OPENED,
        ParcoursUpdateWithdrawn(),
        ReviewPlanned("M6", TODAY, reason=text("Congés")),
        StructureClosedDown(TODAY, ()),
    ],
)
def test_the_rest_stays_at_home(event: object) -> None:
    assert to_integration_event(recorded(event), entry()) is None


def test_a_need_is_about_an_axis_that_diagnoses_look_at() -> None:
    assert {theme.value for theme in Theme} == {axis.value for axis in Axis}


def row(*events: object, of: Projection = follow_ups) -> Row:
    return listed(of, *events)


def test_the_list_shows_where_each_follow_up_stands() -> None:
    assert row(OPENED) == {
        "status": "open",
        "structure": str(UUID(int=8)),
        "unit": "unit-35",
        "adviser": "adviser-1",
        "opened_at": "2026-03-02T09:00:00Z",
        "reviews": {},
        "reviews_held": 0,
        "reviews_unreachable": 0,
        "needs": 0,
        "updates": 0,
        "linked_requests": [],
        "fell_due": [],
        "overdue": [],
        "update_requested_at": None,
        "baseline": {"fte": 11.5},
        "measured": {},
        "appropriation": {},
        "satisfaction": {},
        "due": {"M0": "2026-03-02", "M6": "2026-09-02", "M18": "2027-09-02"},
        "next_due_on": "2026-03-02",
    }


def test_the_list_shows_when_the_structure_is_to_be_seen_next() -> None:
    history: tuple[object, ...] = (OPENED, ReviewRecorded("M0", HELD))
    assert row(*history)["next_due_on"] == "2026-09-02"
    history = (*history, ReviewPlanned("M6", IN_EIGHTEEN_MONTHS, reason=text("Congés")), ReviewUnreachable("M6", 3))
    shown = row(*history)
    assert (shown["next_due_on"], shown["reviews_held"], shown["reviews_unreachable"]) == ("2027-09-02", 1, 1)
    shown = row(*history, NeedFound(Theme.FINANCE, text("Trésorerie")), StructureClosedDown(TODAY, ("M18",)))
    assert (shown["next_due_on"], shown["needs"]) == (None, 1)


def test_the_list_shows_how_a_follow_up_ended_until_it_resumes() -> None:
    ended = (replace(OPENED, reviews={}), FollowUpClosed(Outcome.COMPLETED, text("Les effets durent.")))
    assert (row(*ended)["status"], row(*ended)["outcome"]) == ("closed", "completed")
    resumed = row(*ended, FollowUpResumed(UUID(int=9), "adviser-2", reviews={"M0-2": TODAY}))
    assert (resumed["status"], resumed["outcome"], resumed["next_due_on"]) == ("open", None, "2026-03-02")


def test_the_list_shows_what_has_fallen_due_until_it_is_held_or_moved() -> None:
    late = (OPENED, ReviewFellDue("M0", TODAY), ReviewOverdue("M0", TODAY), ReviewFellDue("M6", IN_SIX_MONTHS))
    assert (row(*late)["fell_due"], row(*late)["overdue"]) == (["M0", "M6"], ["M0"])
    after = row(*late, ReviewRecorded("M0", HELD), ReviewPlanned("M6", IN_EIGHTEEN_MONTHS, reason=text("Congés")))
    assert (after["fell_due"], after["overdue"]) == ([], [])
    gone = row(*late, StructureClosedDown(TODAY, ("M0", "M6")))
    assert (gone["fell_due"], gone["overdue"]) == ([], [])


def test_the_list_keeps_only_what_may_be_compared_with_the_diagnosis() -> None:
    fte, members = Indicator(12, Comparability.COMPARABLE), Indicator(40, Comparability.OTHER_DEFINITION)
    report = replace(HELD, indicators={"fte": fte, "members": members}, satisfaction=5)
    shown = row(OPENED, ReviewRecorded("M0", report), ReviewRecorded("M6", replace(HELD, satisfaction_asked=False)))
    assert shown["measured"] == {"M0": {"fte": 12.0}, "M6": {}}
    assert shown["satisfaction"] == {"M0": 5}


def test_the_list_and_the_figures_show_what_was_corrected_and_not_what_was_cancelled() -> None:
    fte = Indicator(12, Comparability.COMPARABLE)
    found = replace(HELD, indicators={"fte": fte}, satisfaction=5)
    corrected = ReviewCorrected("M0", replace(found, appropriation=2, satisfaction_asked=False), reason=text("Faute"))
    shown = row(OPENED, ReviewRecorded("M0", found), corrected)
    assert (shown["appropriation"], shown["satisfaction"], shown["reviews_held"]) == ({"M0": 2}, {}, 1)
    cancelled = ReviewCancelled("M0", ReviewStatus.HELD, due_on=TODAY, reason=text("Faute"))
    assert row(OPENED, ReviewRecorded("M0", found), cancelled) == row(OPENED)
    assert row(OPENED, ReviewUnreachable("M0", 3), replace(cancelled, previous_status=ReviewStatus.UNREACHABLE)) == row(
        OPENED
    )


def test_a_review_cancelled_before_the_day_it_was_held_takes_nothing_from_the_others() -> None:
    """Told by the days on which things happened: the cancellation counts sooner than what it cancels."""
    first, other = replace(HELD, held_on=TODAY + timedelta(days=10)), replace(HELD, held_on=TODAY + timedelta(days=5))
    cancelled = ReviewCancelled("M0", ReviewStatus.HELD, due_on=TODAY, reason=text("Faute"))
    later = NOW + timedelta(days=20)
    history = [(OPENED, NOW), *((each, later) for each in (ReviewRecorded("M0", first), cancelled))]
    events = [told(each, n, at) for n, (each, at) in enumerate([*history, (ReviewRecorded("M6", other), later)], 1)]
    shown = fold_row(follow_ups, events, TODAY + timedelta(days=6))
    assert shown is not None
    assert (shown["reviews_held"], shown["reviews"]) == (1, {"M6": "held"})


def test_a_new_need_names_the_request_that_intake_opens_for_it() -> None:
    shown = row(OPENED, NeedFound(Theme.FINANCE, text("Trésorerie tendue.")))
    assert shown["linked_requests"] == [str(LINKED)]
