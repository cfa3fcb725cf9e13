"""Do the effects last, and what does the structure need now? The follow-up's rules, one by one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from followup.domain.closure import (
    CloseFollowUp,
    ClosingDownCorrected,
    CorrectClosingDown,
    FollowUpClosed,
    RecordClosedDown,
    StructureClosedDown,
)
from followup.domain.follow_up import decider
from followup.domain.needs import FindNeed, NeedFound
from followup.domain.opening import (
    BaselineCorrectionReplicated,
    FollowUpOpened,
    FollowUpResumed,
    OpenFollowUp,
    ReplicateBaselineCorrection,
)
from followup.domain.parcours_update import (
    DropParcoursUpdate,
    ParcoursUpdateRequested,
    ParcoursUpdateWithdrawn,
    RequestParcoursUpdate,
    WithdrawParcoursUpdate,
)
from followup.domain.reviews.comparison import Comparability, Indicator, Measure
from followup.domain.reviews.deadlines import (
    MarkReviewDue,
    MarkReviewOverdue,
    PlanReview,
    ReviewFellDue,
    ReviewOverdue,
    ReviewPlanned,
)
from followup.domain.reviews.reporting import (
    CancelReview,
    CorrectReview,
    RecordReview,
    RecordUnreachable,
    ReviewCancelled,
    ReviewCorrected,
    ReviewRecorded,
    ReviewUnreachable,
)
from followup.domain.reviews.review import Report, ReviewStatus
from followup.domain.state import Outcome, Status
from followup.domain.themes import Theme
from shared.kernel import add_months
from shared.testing.scenarios import NOW, MemoryLog, Scenarios, text

given = Scenarios(decider)
COMPLETION, STRUCTURE, TODAY = UUID(int=7), UUID(int=8), NOW.date()
IN_SIX_MONTHS, IN_EIGHTEEN_MONTHS = date(2026, 9, 2), date(2027, 9, 2)
REVIEWS = {"M0": TODAY, "M6": IN_SIX_MONTHS, "M18": IN_EIGHTEEN_MONTHS}
PARCOURS_COMPLETED = OpenFollowUp(
    COMPLETION,
    NOW,
    structure=STRUCTURE,
    unit="unit-35",
    adviser="adviser-1",
    baseline={"fte": 11.5, "cdi": 9.0},
    definitions={"fte": "ETP au 31 décembre"},
)
OPENED = FollowUpOpened(
    COMPLETION,
    STRUCTURE,
    unit="unit-35",
    adviser="adviser-1",
    baseline=PARCOURS_COMPLETED.baseline,
    definitions=PARCOURS_COMPLETED.definitions,
    reviews=REVIEWS,
)
HELD = RecordReview("M0", TODAY, appropriation=4, summary="Les nouveaux outils sont en place.")


def held(review: str) -> ReviewRecorded:
    return ReviewRecorded(
        review,
        Report(
            TODAY,
            {},
            not_measured=(),
            appropriation=4,
            appropriation_notes=None,
            satisfaction=None,
            summary=text("Les nouveaux outils sont en place."),
        ),
    )


def closed_down(*reviews: str) -> StructureClosedDown:
    return StructureClosedDown(TODAY, reviews, notes=text("Liquidation prononcée."))


# Opening


def test_the_end_of_a_parcours_opens_the_follow_up_with_its_three_reviews() -> None:
    given().when(PARCOURS_COMPLETED).then(OPENED)


def test_an_end_told_twice_changes_nothing() -> None:
    given(OPENED).when(PARCOURS_COMPLETED).then()


def test_after_an_update_of_the_parcours_the_same_follow_up_resumes_with_new_reviews_beside_the_old() -> None:
    again = replace(
        PARCOURS_COMPLETED, completion=UUID(int=9), completed_at=NOW.replace(year=2027), adviser="adviser-2"
    )
    new = {"M0-2": date(2027, 3, 2), "M6-2": date(2027, 9, 2), "M18-2": date(2028, 9, 2)}
    history = given(OPENED, held("M0"))
    history.when(again).then(FollowUpResumed(UUID(int=9), "adviser-2", reviews=new))
    resumed = given(*history.events, FollowUpResumed(UUID(int=9), "adviser-2", reviews=new)).state
    assert list(resumed.reviews) == ["M0", "M6", "M18", "M0-2", "M6-2", "M18-2"]
    assert (resumed.reviews["M0"].status, resumed.adviser) == (ReviewStatus.HELD, "adviser-2")


def test_an_update_of_the_parcours_reopens_a_follow_up_that_was_closed() -> None:
    ended = given(OPENED, *map(held, REVIEWS), FollowUpClosed(Outcome.COMPLETED, text("Tout va bien.")))
    again = replace(PARCOURS_COMPLETED, completion=UUID(int=9))
    resumed = given(*ended.events, *ended.when(again).events).state
    assert (resumed.status, resumed.outcome, resumed.conclusion) == (Status.OPEN, None, None)
    assert set(resumed.pending_reviews) == {"M0-2", "M6-2", "M18-2"}


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 15), 18, date(2028, 6, 15)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_its_month(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@pytest.mark.parametrize(
    "command",
    [
        HELD,
        PlanReview("M6", IN_SIX_MONTHS, reason="Congés"),
        RecordUnreachable("M0", 3),
        FindNeed(Theme.FINANCE, "Trésorerie"),
    ],
)
def test_nothing_is_done_before_it_opens_nor_after_it_closes(command: object) -> None:
    given().when(command).refused("follow-up-not-open")
    given(OPENED, closed_down(*REVIEWS), FollowUpClosed(Outcome.CLOSED_DOWN)).when(command).refused(
        "follow-up-not-open"
    )


# Reviews


def test_a_review_records_what_became_of_the_changes() -> None:
    told = replace(HELD, satisfaction=5, appropriation_notes="L’équipe tient les tableaux de bord.")
    report = Report(
        TODAY,
        {},
        not_measured=("cdi", "fte"),
        appropriation=4,
        appropriation_notes=text(str(told.appropriation_notes)),
        satisfaction=5,
        summary=text(told.summary),
    )
    given(OPENED).when(told).then(ReviewRecorded("M0", report))


@pytest.mark.parametrize(
    ("code", "definition", "comparability"),
    [
        ("fte", None, Comparability.COMPARABLE),
        ("fte", "etp au 31  décembre", Comparability.COMPARABLE),
        ("fte", "ETP moyens de l’année", Comparability.OTHER_DEFINITION),
        ("cdi", "CDI hors aidés", Comparability.OTHER_DEFINITION),
        ("members", "Adhésions à jour", Comparability.NOT_IN_BASELINE),
    ],
)
def test_an_indicator_is_comparable_only_by_the_definition_of_the_diagnosis(
    code: str, definition: str | None, comparability: Comparability
) -> None:
    (recorded,) = given(OPENED).when(replace(HELD, indicators={code: Measure(12, definition)})).events
    assert recorded.report.indicators[code] == Indicator(
        12, comparability, definition=text(definition) if definition else None
    )


@pytest.mark.parametrize("code", ["Mme Durand", "FTE", "2025", "fte\n", "_", "é"])
def test_the_code_of_an_indicator_has_no_room_for_a_name(code: str) -> None:
    given(OPENED).when(replace(HELD, indicators={code: Measure(12)})).refused("wrong-indicator-code")


def test_a_review_names_the_indicators_that_it_left_out() -> None:
    (recorded,) = given(OPENED).when(replace(HELD, indicators={"fte": Measure(12)})).events
    assert recorded.report.not_measured == ("cdi",)


def test_the_follow_up_compares_with_the_baseline_as_it_was_corrected_before_or_since_it_opened() -> None:
    hear = ReplicateBaselineCorrection("fte", 9.0, effective_on=TODAY, corrected_at=NOW)
    (heard,) = given(OPENED).when(hear).events
    assert given(OPENED, heard).state.baseline == {"fte": 9.0, "cdi": 9.0}
    (early,) = given().when(hear).events
    (opened,) = given(early).when(PARCOURS_COMPLETED).events
    assert opened.baseline == {"fte": 9.0, "cdi": 9.0}
    after = given(early, opened).state
    assert (after.baseline["fte"], after.corrections["fte"].corrected_at) == (9.0, NOW)


def test_a_baseline_that_is_corrected_after_the_end_is_still_heard() -> None:
    closed = FollowUpClosed(Outcome.COMPLETED, text("Les effets durent."))
    hear = ReplicateBaselineCorrection("fte", 9.0, effective_on=TODAY, corrected_at=NOW)
    given(OPENED, closed).when(hear).then(
        BaselineCorrectionReplicated("fte", 9.0, effective_on=TODAY, corrected_at=NOW)
    )


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
    for settled in (held("M0"), ReviewUnreachable("M0", 3)):
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


def test_the_date_of_a_review_may_change_for_a_reason() -> None:
    sooner = TODAY + timedelta(days=30)
    moved = ReviewPlanned("M6", sooner, reason=text("Changement de direction."))
    given(OPENED).when(PlanReview("M6", sooner, reason="Changement de direction.")).then(moved)
    (recorded,) = given(OPENED, moved).when(replace(HELD, review="M6")).events
    assert recorded.review == "M6"


@pytest.mark.parametrize("due_on", [TODAY - timedelta(days=2), TODAY.replace(year=2126)])
def test_a_review_is_planned_for_a_day_to_come(due_on: date) -> None:
    given(OPENED).when(PlanReview("M6", due_on, reason="Congés")).refused("absurd-date")


def test_satisfaction_that_was_not_asked_has_no_answer() -> None:
    given(OPENED).when(replace(HELD, satisfaction=5, satisfaction_asked=False)).refused("satisfaction-not-asked")
    (recorded,) = given(OPENED).when(replace(HELD, satisfaction_asked=False)).events
    assert (recorded.report.satisfaction, recorded.report.satisfaction_asked) == (None, False)


def test_the_dates_of_reviews_are_those_that_the_deployment_sets() -> None:
    (opened,) = given().when(replace(PARCOURS_COMPLETED, reviews={"M3": 3, "M12": 12})).events
    assert opened.reviews == {"M3": date(2026, 6, 2), "M12": date(2027, 3, 2)}


# Needs


def test_several_new_needs_may_be_found() -> None:
    first = NeedFound(Theme.FINANCE, text("Trésorerie tendue."))
    given(OPENED).when(FindNeed(Theme.FINANCE, "Trésorerie tendue.")).then(first)
    second = NeedFound(Theme.DIGITAL, text("Outils vieillis."))
    given(OPENED, first).when(FindNeed(Theme.DIGITAL, "Outils vieillis.")).then(second)
    assert [need.theme for need in given(OPENED, first, second).state.needs] == [Theme.FINANCE, Theme.DIGITAL]


def test_a_second_need_on_the_same_theme_says_what_sets_it_apart() -> None:
    first = NeedFound(Theme.FINANCE, text("Trésorerie tendue."))
    again = FindNeed(Theme.FINANCE, "Trésorerie tendue.")
    assert given(OPENED, first).when(again).refused("need-already-found").extra == {"theme": "finance"}
    apart = NeedFound(Theme.FINANCE, text("Un emprunt à négocier."), distinction=text("Il s’agit d’investir."))
    asked = FindNeed(Theme.FINANCE, "Un emprunt à négocier.", distinction="Il s’agit d’investir.")
    given(OPENED, first).when(asked).then(apart)
    assert given(OPENED, first, apart).state.needs[1].distinction == text("Il s’agit d’investir.")


# Endings


def test_the_follow_up_is_concluded_when_no_review_is_left() -> None:
    conclusion = FollowUpClosed(Outcome.COMPLETED, text("Les effets durent."))
    settled = (held("M0"), ReviewUnreachable("M6", 3), held("M18"))
    given(OPENED, *settled).when(CloseFollowUp("Les effets durent.")).then(conclusion)


def test_it_is_not_concluded_while_reviews_are_left() -> None:
    refused = given(OPENED, held("M6")).when(CloseFollowUp("Les effets durent.")).refused("reviews-left")
    assert refused.extra == {"reviews": ("M0", "M18")}


def test_a_structure_that_closed_down_ends_its_follow_up_at_once() -> None:
    command = RecordClosedDown(TODAY, "Liquidation prononcée.")
    ending = (closed_down("M6", "M18"), FollowUpClosed(Outcome.CLOSED_DOWN))
    given(OPENED, held("M0")).when(command).then(*ending)
    ended = given(OPENED, held("M0"), *ending).state
    assert (ended.status, ended.outcome, ended.closed_down_on, ended.pending_reviews) == (
        Status.CLOSED,
        Outcome.CLOSED_DOWN,
        TODAY,
        (),
    )
    assert [review.status for review in ended.reviews.values()] == ["held", "closed_down", "closed_down"]


def test_a_structure_has_not_closed_down_yet_in_the_future() -> None:
    given(OPENED).when(RecordClosedDown(TODAY + timedelta(days=2))).refused("absurd-date")


# In the log


def test_every_event_comes_back_from_the_log_and_no_free_text_is_stored_in_clear() -> None:
    report = Report(
        TODAY,
        {"fte": Indicator(12, Comparability.OTHER_DEFINITION, definition=text("secret définition"))},
        not_measured=("cdi",),
        appropriation=4,
        appropriation_notes=text("secret appropriation"),
        satisfaction=None,
        summary=text("secret bilan"),
    )
    told = (
        OPENED,
        FollowUpResumed(UUID(int=9), "adviser-2", reviews={"M0-2": TODAY}),
        ReviewPlanned("M6", TODAY, reason=text("secret motif")),
        ReviewRecorded("M0", report),
        ReviewCorrected("M0", report, reason=text("secret correction")),
        ReviewCancelled("M0", ReviewStatus.HELD, due_on=TODAY, reason=text("secret annulation")),
        ClosingDownCorrected(TODAY, text("secret date")),
        ReviewUnreachable("M6", 3, notes=text("secret appels")),
        ReviewFellDue("M6", TODAY),
        ReviewOverdue("M6", TODAY),
        BaselineCorrectionReplicated("fte", 9, effective_on=TODAY, corrected_at=NOW),
        ParcoursUpdateRequested("M0", text("secret reprise"), axes=(Theme.DIGITAL,)),
        ParcoursUpdateWithdrawn(text("secret levée")),
        NeedFound(Theme.FINANCE, text("secret besoin"), distinction=text("secret autre")),
        StructureClosedDown(TODAY, ("M18",), notes=text("secret cessation")),
        FollowUpClosed(Outcome.COMPLETED, text("secret conclusion")),
    )
    assert {type(event) for event in told} == set(decider.events)
    log = MemoryLog(decider)
    log.append(*told)
    assert [log.shown(event) for event in log.events] == [log.shown(event) for event in told]
    assert not any(b"secret" in stored.state for stored in log.stored)


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
    asked: list[tuple[object, datetime]],
) -> None:
    log = MemoryLog(decider)
    log.do(PARCOURS_COMPLETED)
    for command, at in asked:
        log.do(command, at=at)
    reached = log.from_snapshot()
    assert reached == log.state
    assert (reached.status is Status.CLOSED) == (reached.outcome is not None)
    assert not (reached.outcome is Outcome.COMPLETED and reached.pending_reviews)
    assert not (reached.status is Status.CLOSED and reached.update)
