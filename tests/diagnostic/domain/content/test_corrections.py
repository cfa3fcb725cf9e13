"""Corrections of the content: a new event with its effective day and its reason, nothing edited in place."""

from datetime import date, timedelta
from uuid import UUID

from diagnostic.domain.content.economics import (
    CorrectEconomics,
    Economics,
    EconomicsCorrected,
    EconomicsRecorded,
    Perimeter,
)
from diagnostic.domain.content.employment import (
    CorrectEmployment,
    Employment,
    EmploymentCorrected,
    EmploymentRecorded,
)
from diagnostic.domain.content.indicators import (
    CorrectIndicator,
    Indicator,
    IndicatorCorrected,
    IndicatorRecorded,
)
from diagnostic.domain.content.sessions import (
    Attendee,
    CancelSession,
    CorrectSession,
    Participant,
    Quality,
    Session,
    SessionCancelled,
    SessionCorrected,
    SessionRecorded,
)
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened
from diagnostic.domain.validation import SubmitDiagnosis
from shared.kernel import PersonalData
from shared.testing.scenarios import NOW, Scenarios, new_id, text

given = Scenarios(decider)


TODAY = NOW.date()


OPENED = DiagnosisOpened(UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12)


LEADER = Attendee(new_id(1), PersonalData(new_id(1), "Maëlle Kerdoncuff"), quality=Quality.LEADER)


SESSION_HELD = SessionRecorded(Session(TODAY, (LEADER,)))


EMPLOYMENT_RECORDED = EmploymentRecorded(Employment(9, 3, aided=2, fte=10.5))


ECONOMICS_RECORDED = EconomicsRecorded(Economics(2025, Perimeter.STRUCTURE, budget_cents=412_000_00))


MEMBERS_RECORDED = IndicatorRecorded("members", Indicator(120, "Adhésions à jour"))


WHY = "Lu sur la mauvaise ligne."


def test_a_figure_is_corrected_by_a_new_event_with_its_effective_date_and_a_reason() -> None:
    since = date(2025, 12, 31)
    history = given(OPENED, EMPLOYMENT_RECORDED, ECONOMICS_RECORDED, MEMBERS_RECORDED)
    history.when(CorrectEmployment(8, 4, aided=2, fte=10, effective_on=since, reason=WHY)).then(
        EmploymentCorrected(Employment(8, 4, aided=2, fte=10, as_of=since), since, reason=text(WHY))
    )
    history.when(
        CorrectEconomics(2025, Perimeter.STRUCTURE, effective_on=since, reason=WHY, budget_cents=421_000_00)
    ).then(EconomicsCorrected(Economics(2025, Perimeter.STRUCTURE, budget_cents=421_000_00), since, reason=text(WHY)))
    history.when(CorrectIndicator("members", "Adhésions à jour", value=118, effective_on=since, reason=WHY)).then(
        IndicatorCorrected("members", Indicator(118, "Adhésions à jour"), effective_on=since, reason=text(WHY))
    )


def test_a_correction_makes_a_new_version_with_the_corrected_figure() -> None:
    corrected = EmploymentCorrected(Employment(8, 4, aided=2, fte=10), TODAY, reason=text(WHY))
    state = given(OPENED, EMPLOYMENT_RECORDED, corrected).state
    assert (state.content_version, state.content.baseline["cdi"]) == (2, 8)


def test_what_was_never_recorded_is_not_corrected() -> None:
    for command in (
        CorrectEmployment(8, 4, aided=2, fte=10, effective_on=TODAY, reason=WHY),
        CorrectEconomics(2025, Perimeter.STRUCTURE, effective_on=TODAY, reason=WHY, budget_cents=1),
        CorrectIndicator("members", "Adhésions à jour", value=118, effective_on=TODAY, reason=WHY),
    ):
        given(OPENED).when(command).refused("nothing-to-correct")


def test_a_correction_takes_effect_on_a_believable_day() -> None:
    tomorrow_week = TODAY + timedelta(days=7)
    given(OPENED, EMPLOYMENT_RECORDED).when(
        CorrectEmployment(8, 4, aided=2, fte=10, effective_on=tomorrow_week, reason=WHY)
    ).refused("absurd-date")


def test_a_session_recorded_by_mistake_is_cancelled_with_a_reason_and_counts_no_more() -> None:
    given(OPENED, SESSION_HELD).when(CancelSession(1, WHY)).then(SessionCancelled(1, text(WHY)))
    cancelled = given(OPENED, SESSION_HELD, SessionCancelled(1, text(WHY)))
    assert cancelled.state.content.sessions[0].cancelled == text(WHY)
    assert "session-with-a-leader" in cancelled.when(SubmitDiagnosis()).refused("diagnosis-incomplete").extra["missing"]


def test_a_session_s_day_and_participants_are_corrected_and_the_others_stay() -> None:
    command = CorrectSession(
        1, TODAY - timedelta(days=1), participants=(Participant("Maëlle Kerdoncuff", Quality.LEADER),), reason=WHY
    )
    really = Session(TODAY - timedelta(days=1), (LEADER,))
    given(OPENED, SESSION_HELD, SESSION_HELD).when(command).then(SessionCorrected(1, really, reason=text(WHY)))
    corrected = given(OPENED, SESSION_HELD, SESSION_HELD, SessionCorrected(1, really, reason=text(WHY))).state.content
    assert corrected.sessions == (really, SESSION_HELD.session)


def test_only_a_session_that_stands_is_corrected_or_cancelled() -> None:
    participants = (Participant("Maëlle Kerdoncuff", Quality.LEADER),)
    for n, history, slug in ((2, (), "unknown-session"), (1, (SessionCancelled(1, text(WHY)),), "session-cancelled")):
        for command in (CancelSession(n, WHY), CorrectSession(n, TODAY, participants=participants, reason=WHY)):
            given(OPENED, SESSION_HELD, *history).when(command).refused(slug)
