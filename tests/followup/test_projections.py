"""The list of follow-ups, event by event."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from tests.support.checks.daily_rows import recorded_entry
from tests.support.servers.integration import listed

from followup.caseload import caseload
from followup.domain.closure import FollowUpClosed, StructureClosedDown
from followup.domain.needs import NeedFound
from followup.domain.opening import BaselineCorrectionReplicated, FollowUpOpened, FollowUpResumed
from followup.domain.reviews.comparison import Comparability, ComparedIndicator
from followup.domain.reviews.deadlines import ReviewFellDue, ReviewOverdue, ReviewPlanned
from followup.domain.reviews.reporting import ReviewCancelled, ReviewCorrected, ReviewRecorded, ReviewUnreachable
from followup.domain.reviews.review import Report, ReviewStatus
from followup.projections import follow_ups
from shared.kernel import Axis, Ending, EndingKind
from shared.projections import Projection, Row
from shared.temporal.past_rows import fold_row
from shared.testing.scenarios import NOW, text

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


OPENED = FollowUpOpened(
    UUID(int=7),
    UUID(int=8),
    unit="unit-35",
    adviser="adviser-1",
    baseline={"fte": 11.5},
    definitions={"members": "Adhésions à jour"},
    reviews={"M0": TODAY, "M6": IN_SIX_MONTHS, "M18": IN_EIGHTEEN_MONTHS},
)


def test_nobody_waits_for_a_follow_up_that_only_heard_of_a_corrected_baseline() -> None:
    replicated = BaselineCorrectionReplicated("fte", 9.5, effective_on=TODAY, corrected_at=NOW)
    assert row(replicated, of=caseload.projection) == {}
    assert len(row(replicated, OPENED, of=caseload.projection)["due"]) == 3


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
        "reviews_done": 0,
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
    assert (shown["next_due_on"], shown["reviews_done"], shown["reviews_unreachable"]) == ("2027-09-02", 1, 1)
    shown = row(*history, NeedFound(Axis.FINANCE, text("Trésorerie")), StructureClosedDown(TODAY, ("M18",)))
    assert (shown["next_due_on"], shown["needs"]) == (None, 1)


def test_the_list_shows_how_a_follow_up_ended_until_it_resumes() -> None:
    ended = (
        replace(OPENED, reviews={}),
        FollowUpClosed(Ending(EndingKind.FOLLOWED_UP, TODAY), text("Les effets durent.")),
    )
    assert (row(*ended)["status"], row(*ended)["ending"]["kind"]) == ("closed", "followed_up")
    resumed = row(*ended, FollowUpResumed(UUID(int=9), "adviser-2", reviews={"M0-2": TODAY}))
    assert (resumed["status"], resumed["ending"], resumed["next_due_on"]) == ("open", None, "2026-03-02")


def test_the_list_shows_what_has_fallen_due_until_it_is_held_or_moved() -> None:
    late = (OPENED, ReviewFellDue("M0", TODAY), ReviewOverdue("M0", TODAY), ReviewFellDue("M6", IN_SIX_MONTHS))
    assert (row(*late)["fell_due"], row(*late)["overdue"]) == (["M0", "M6"], ["M0"])
    after = row(*late, ReviewRecorded("M0", HELD), ReviewPlanned("M6", IN_EIGHTEEN_MONTHS, reason=text("Congés")))
    assert (after["fell_due"], after["overdue"]) == ([], [])
    gone = row(*late, StructureClosedDown(TODAY, ("M0", "M6")))
    assert (gone["fell_due"], gone["overdue"]) == ([], [])


def test_the_list_keeps_only_what_may_be_compared_with_the_diagnosis() -> None:
    fte, members = (
        ComparedIndicator(12, Comparability.COMPARABLE),
        ComparedIndicator(40, Comparability.OTHER_DEFINITION),
    )
    report = replace(HELD, indicators={"fte": fte, "members": members}, satisfaction=5)
    shown = row(OPENED, ReviewRecorded("M0", report), ReviewRecorded("M6", replace(HELD, satisfaction_asked=False)))
    assert shown["measured"] == {"M0": {"fte": 12.0}, "M6": {}}
    assert shown["satisfaction"] == {"M0": 5}


def test_the_list_and_the_figures_show_what_was_corrected_and_not_what_was_cancelled() -> None:
    fte = ComparedIndicator(12, Comparability.COMPARABLE)
    found = replace(HELD, indicators={"fte": fte}, satisfaction=5)
    corrected = ReviewCorrected("M0", replace(found, appropriation=2, satisfaction_asked=False), reason=text("Faute"))
    shown = row(OPENED, ReviewRecorded("M0", found), corrected)
    assert (shown["appropriation"], shown["satisfaction"], shown["reviews_done"]) == ({"M0": 2}, {}, 1)
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
    events = [
        recorded_entry(each, n, at) for n, (each, at) in enumerate([*history, (ReviewRecorded("M6", other), later)], 1)
    ]
    shown = fold_row(follow_ups, events, TODAY + timedelta(days=6))
    assert shown is not None
    assert (shown["reviews_done"], shown["reviews"]) == (1, {"M6": "held"})
