"""Triage: level of difficulty, time left, legal deadline."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from intake.domain.request.assessment import MeetingParticipant, RecordMeeting
from intake.domain.request.difficulty import DifficultyTriaged, TriageDifficulty
from intake.domain.request.outcome import RequestAdmitted, RequestWithdrawn
from intake.domain.request.reception import RequestReceived
from intake.domain.request.request import decider
from intake.domain.request.state import Triage
from intake.domain.structure import EncryptedContact, LegalForm, Structure
from shared.kernel import DifficultyCause, DifficultyLevel, DifficultyNature, PersonalData, Role
from shared.testing.scenarios import NOW, UNIT, Scenarios, text

given = Scenarios(decider)
TODAY = NOW.date()
CONTACT = EncryptedContact(str(UUID(int=9)), PersonalData(UUID(int=9), "Maëlle Kerdoncuff"))
GARDENS = Structure("Les Jardins de l’Erdre", LegalForm.ASSOCIATION, department="44", siret="73282932000074")
RECEIVED = RequestReceived(GARDENS, UUID(int=8), contact=CONTACT, need=text("Une seule subvention."), unit=UNIT)
ADMITTED = RequestAdmitted(
    "2021-1",
    UUID(int=8),
    unit=UNIT,
    adviser="some-adviser",
    legal_form=LegalForm.ASSOCIATION,
    department="44",
    headcount=12,
)
INSOLVENT = TriageDifficulty(
    DifficultyLevel.INSOLVENT,
    DifficultyNature.STRUCTURAL,
    causes=(DifficultyCause.CASH, DifficultyCause.PUBLIC_FUNDING, DifficultyCause.CASH),
    explanation="Salaires de février non versés.",
    days_left=10,
    cessation_on=date(2026, 2, 20),
)
TRIAGED = DifficultyTriaged(
    Triage(
        DifficultyLevel.INSOLVENT,
        "some-adviser",
        at=NOW,
        nature=DifficultyNature.STRUCTURAL,
        causes=(DifficultyCause.CASH, DifficultyCause.PUBLIC_FUNDING),
        explanation=text("Salaires de février non versés."),
        days_left=10,
        cessation_on=date(2026, 2, 20),
        legal_deadline=date(2026, 4, 6),
    )
)


def test_triage_says_level_duration_causes_and_time_left_and_the_legal_deadline_is_45_days_after_cessation() -> None:
    given(RECEIVED).when(INSOLVENT).then(TRIAGED)


def test_triage_takes_a_level_and_nothing_else() -> None:
    expected = DifficultyTriaged(Triage(DifficultyLevel.WEAK_SIGNALS, "some-adviser", at=NOW))
    given(RECEIVED).when(TriageDifficulty(DifficultyLevel.WEAK_SIGNALS)).then(expected)


def test_an_insolvent_structure_may_not_know_the_day_yet() -> None:
    (event,) = given(RECEIVED).when(replace(INSOLVENT, cessation_on=None)).events
    assert event.difficulty.legal_deadline is None


def test_a_cessation_of_payments_goes_with_insolvency() -> None:
    given(RECEIVED).when(replace(INSOLVENT, level=DifficultyLevel.CRITICAL)).refused("cessation-without-insolvency")
    to_come = replace(INSOLVENT, cessation_on=TODAY + timedelta(days=3))
    given(RECEIVED).when(to_come).refused("absurd-date")


def test_a_difficulty_may_be_requalified_before_and_after_admission_and_each_keeps_author_and_time() -> None:
    first = given(RECEIVED, ADMITTED).when(TriageDifficulty(DifficultyLevel.PROVEN), by=Role.MANAGER).events
    so_far = given(RECEIVED, ADMITTED, *first, TRIAGED).state
    assert [(each.level, each.by) for each in so_far.difficulties] == [
        (DifficultyLevel.PROVEN, "some-manager"),
        (DifficultyLevel.INSOLVENT, "some-adviser"),
    ]
    assert so_far.difficulty == TRIAGED.difficulty


def test_nobody_qualifies_a_request_that_is_over_or_that_nobody_made() -> None:
    over = given(RECEIVED, RequestWithdrawn(text("Plus le temps.")))
    over.when(INSOLVENT).refused("outcome-already-given")
    given().when(INSOLVENT).refused("request-not-received")
    given(RECEIVED, ADMITTED).when(RecordMeeting(TODAY, (MeetingParticipant("La présidente"),))).refused(
        "outcome-already-given"
    )
