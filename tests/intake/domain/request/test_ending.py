"""The end of an admitted case: given up, abandoned or followed up, and reopened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from intake.domain.request.ending import (
    AccompanimentEnded,
    AccompanimentStarted,
    CaseClosed,
    CaseEndingCorrected,
    CaseGivenUp,
    CaseReopened,
    CloseCase,
    EndAccompaniment,
    GiveUpCase,
    StartAccompaniment,
)
from intake.domain.request.outcome import RequestAdmitted
from intake.domain.request.reception import RequestReceived
from intake.domain.request.request import decider, unique_keys
from intake.domain.request.state import RequestStatus
from intake.domain.structure import EncryptedContact, LegalForm, Structure
from shared.kernel import Ending, EndingKind, PersonalData, Role, UniqueKey, effective_time, start_of_day
from shared.testing.scenarios import NOW, UNIT, Scenarios, text

given = Scenarios(decider)
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
GIVE_UP, GIVEN_UP = GiveUpCase("La présidente s’en va."), CaseGivenUp(text("La présidente s’en va."), NOW.date())
FOLLOWED_UP = CaseClosed(Ending(EndingKind.FOLLOWED_UP, NOW.date()), NOW)
STARTED, ENDED = AccompanimentStarted(), AccompanimentEnded()


@pytest.mark.parametrize("by", [Role.ADVISER, Role.LEADER])
def test_an_admitted_structure_may_give_up_before_its_parcours_opens_and_come_back(by: Role) -> None:
    given(RECEIVED, ADMITTED).when(GIVE_UP, by=by).then(GIVEN_UP)
    closed = given(RECEIVED, ADMITTED, GIVEN_UP).state
    assert (closed.status, closed.ending) == (RequestStatus.CLOSED, Ending(EndingKind.GIVEN_UP, NOW.date()))
    freed = [UniqueKey("open-case", f"{UNIT}/{number}", reserved=False) for number in (UUID(int=8), "732829320")]
    assert list(unique_keys(given(RECEIVED, ADMITTED).state, GIVEN_UP)) == freed


def test_a_structure_gives_up_on_a_day_of_its_own() -> None:
    before = NOW.date() - timedelta(days=3)
    given_up = CaseGivenUp(text("La présidente s’en va."), before)
    given(RECEIVED, ADMITTED).when(replace(GIVE_UP, on=before)).then(given_up)
    given(RECEIVED, ADMITTED).when(replace(GIVE_UP, on=NOW.date() + timedelta(days=3))).refused("absurd-date")


def test_a_liquidated_structure_was_not_followed_to_the_end_and_the_day_is_its_own() -> None:
    liquidated = Ending(EndingKind.CLOSED_DOWN, NOW.date() - timedelta(days=20))
    so_far = (RECEIVED, ADMITTED, STARTED, ENDED)
    given(*so_far).when(CloseCase(liquidated, NOW), by=Role.SERVICE).then(CaseClosed(liquidated, NOW))
    closed = given(*so_far, CaseClosed(liquidated, NOW))
    assert closed.state.ending == liquidated
    assert effective_time(CaseClosed(liquidated, NOW)) == start_of_day(liquidated.on)
    judged = Ending(EndingKind.CLOSED_DOWN, NOW.date() - timedelta(days=25))
    closed.when(CloseCase(judged, NOW), by=Role.SERVICE).then(CaseEndingCorrected(judged))
    closed.when(CloseCase(liquidated, NOW), by=Role.SERVICE).then()
    closed.when(CloseCase(Ending(EndingKind.FOLLOWED_UP, judged.on), NOW), by=Role.SERVICE).then()
    assert given(*so_far, CaseEndingCorrected(judged)).state == replace(
        closed.state, ending=judged, ending_reported_at=None
    )


def test_once_the_plan_is_agreed_it_is_the_parcours_that_is_abandoned() -> None:
    given(RECEIVED, ADMITTED).when(StartAccompaniment(), by=Role.SERVICE).then(STARTED)
    given(RECEIVED, ADMITTED, STARTED).when(StartAccompaniment(), by=Role.SERVICE).then()
    given(RECEIVED, ADMITTED, STARTED).when(GIVE_UP).refused("accompaniment-started")


@pytest.mark.parametrize("so_far", [(), (RECEIVED,), (RECEIVED, ADMITTED, GIVEN_UP)])
def test_only_an_admitted_case_is_given_up(so_far: tuple[Any, ...]) -> None:
    given(*so_far).when(GIVE_UP).refused("not-admitted")


def test_a_parcours_abandoned_closes_its_case_but_not_while_the_follow_up_of_a_completed_one_goes_on() -> None:
    abandoned = CloseCase(Ending(EndingKind.ABANDONED, NOW.date()), NOW)
    given(RECEIVED, ADMITTED, STARTED).when(abandoned, by=Role.SERVICE).then(
        CaseClosed(Ending(EndingKind.ABANDONED, NOW.date()), NOW)
    )
    given(RECEIVED, ADMITTED, STARTED, ENDED).when(abandoned, by=Role.SERVICE).then()


def test_the_ending_of_a_parcours_is_corrected_in_its_case() -> None:
    first, second = Ending(EndingKind.WITHDRAWN, NOW.date()), Ending(EndingKind.CLOSED_DOWN, NOW.date())
    closed = given(RECEIVED, ADMITTED, STARTED, CaseClosed(first, NOW))
    closed.when(CloseCase(second, NOW), by=Role.SERVICE).then(CaseEndingCorrected(second))
    closed.when(CloseCase(first, NOW), by=Role.SERVICE).then()
    given(RECEIVED, ADMITTED, STARTED, FOLLOWED_UP).when(CloseCase(second, NOW), by=Role.SERVICE).then()


def test_a_follow_up_that_resumes_opens_its_case_again_until_it_is_closed_again() -> None:
    later = EndAccompaniment(NOW + timedelta(days=90))
    so_far = (RECEIVED, ADMITTED, STARTED, ENDED, FOLLOWED_UP)
    given(*so_far).when(later, by=Role.SERVICE).then(CaseReopened())
    again = given(*so_far, CaseReopened())
    assert (again.state.status, again.state.ending) == (RequestStatus.ADMITTED, None)
    again.when(CloseCase(Ending(EndingKind.FOLLOWED_UP, NOW.date()), NOW), by=Role.SERVICE).then(FOLLOWED_UP)


@pytest.mark.parametrize("told_at", [None, NOW, NOW - timedelta(days=1)])
def test_a_completion_that_is_heard_late_opens_nothing_again(told_at: Any) -> None:
    given(RECEIVED, ADMITTED, STARTED, FOLLOWED_UP).when(EndAccompaniment(told_at), by=Role.SERVICE).then()


@pytest.mark.parametrize("ending", [GIVEN_UP, CaseClosed(Ending(EndingKind.ABANDONED, NOW.date()), NOW)])
def test_only_a_followed_up_case_is_opened_again(ending: object) -> None:
    later = EndAccompaniment(NOW + timedelta(days=90))
    given(RECEIVED, ADMITTED, ending).when(later, by=Role.SERVICE).then()
