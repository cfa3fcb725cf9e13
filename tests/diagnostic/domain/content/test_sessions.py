"""Working sessions: plausible days, and a key for each participant."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.support.histories.diagnosis_history import OPENED, SESSION, TODAY, given, person

from diagnostic.domain.content.sessions import Participant, Quality
from shared.kernel import PersonalData
from shared.testing.scenarios import CASE


def test_each_participant_has_a_key_of_their_own_and_the_notes_have_the_case_s() -> None:
    session = replace(SESSION, participants=(*SESSION.participants, Participant("Ali Benhaddou", Quality.VOLUNTEER)))
    (recorded,) = given(OPENED).when(session).events
    assert recorded.session.participants == (
        person(1, "Maëlle Kerdoncuff", Quality.LEADER),
        person(2, "Ali Benhaddou", Quality.VOLUNTEER),
    )
    assert recorded.session.notes == PersonalData(CASE, "Visite des serres.")


@pytest.mark.parametrize("held_on", [date(2001, 12, 31), TODAY + timedelta(days=2)])
def test_a_session_was_held_on_a_believable_day(held_on: date) -> None:
    given(OPENED).when(replace(SESSION, held_on=held_on)).refused("absurd-date")
