"""A stand-in is in charge of a case through a day; then the case goes back by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.intake.domain.request.test_confidentiality import ADMITTED, MADE, RECEIVED
from tests.support.servers.integration import NO_APPLICATION

from intake.domain.request.archive import CaseArchived
from intake.domain.request.confidentiality import AssignCase, CaseAssigned
from intake.domain.request.ending import CaseClosed
from intake.domain.request.request import decider
from intake.domain.request.stand_in import AppointStandIn, EndStandIn, StandInAppointed, StandInEnded
from intake.domain.request.state import StandIn
from intake.integration_events import to_integration_event
from shared.contracts.intake import CaseAccessChanged
from shared.kernel import CaseAccess, Deadline, Ending, EndingKind, Role
from shared.kernel.frozen import replace
from shared.testing.scenarios import NOW, Scenarios, text

given = Scenarios(decider)
TODAY = NOW.date()
REASON = "Un congé de deux semaines."
KAT, TOM = UUID(int=77), UUID(int=78)
UNTIL = TODAY + timedelta(days=14)
APPOINT = AppointStandIn(KAT, UNTIL, reason=REASON)
APPOINTED = StandInAppointed(str(KAT), "ines", until=UNTIL, reason=text(REASON), confidential=False)
BEGAN = StandInAppointed(str(KAT), "ines", until=TODAY - timedelta(days=1), reason=text(REASON), confidential=False)
ENDED = StandInEnded("ines", str(KAT), confidential=False)


def test_the_case_is_the_stand_in_s_and_goes_back_the_day_after() -> None:
    given(RECEIVED, ADMITTED).when(APPOINT, by=Role.MANAGER).then(APPOINTED)
    given(RECEIVED, APPOINTED).when(EndStandIn(), by=Role.SERVICE).refused("stand-in-lasts")
    given(RECEIVED, BEGAN).when(EndStandIn(), by=Role.SERVICE).then(ENDED)
    given(RECEIVED, BEGAN, ENDED).when(EndStandIn(), by=Role.SERVICE).then()
    standing_in = decider.evolve(decider.evolve(decider.initial, RECEIVED), APPOINTED)
    assert (standing_in.adviser, standing_in.stand_in) == (str(KAT), StandIn(str(KAT), "ines", until=UNTIL))
    back = decider.evolve(standing_in, ENDED)
    assert (back.adviser, back.assigned, back.stand_in) == ("ines", True, None)


def test_a_case_that_was_passed_on_meanwhile_stays_where_it_is() -> None:
    passed_on = CaseAssigned(str(TOM), text("Elle ne revient pas."), confidential=False)
    for_good = CaseAssigned(str(KAT), text("Elle le garde."), confidential=False)
    given(RECEIVED, BEGAN, passed_on).when(EndStandIn(), by=Role.SERVICE).then()
    given(RECEIVED, BEGAN).when(AssignCase(KAT, "Elle le garde."), by=Role.MANAGER).then(for_good)
    given(RECEIVED, BEGAN, for_good).when(EndStandIn(), by=Role.SERVICE).then()


def test_a_closed_case_goes_back_too_and_an_archive_stays() -> None:
    closed = CaseClosed(Ending(EndingKind.FOLLOWED_UP, TODAY), NOW)
    given(RECEIVED, ADMITTED, BEGAN, closed).when(EndStandIn(), by=Role.SERVICE).then(ENDED)
    archived = CaseArchived(TODAY, str(KAT), confidential=False)
    given(RECEIVED, ADMITTED, BEGAN, closed, archived).when(EndStandIn(), by=Role.SERVICE).then()


def test_another_stand_in_or_day_leads_back_to_the_same_person() -> None:
    tom = AppointStandIn(TOM, UNTIL, reason=REASON)
    by_tom = StandInAppointed(str(TOM), "ines", until=UNTIL, reason=text(REASON), confidential=False)
    given(RECEIVED, APPOINTED).when(tom, by=Role.MANAGER).then(by_tom)
    later = UNTIL + timedelta(days=7)
    longer = StandInAppointed(str(KAT), "ines", until=later, reason=text(REASON), confidential=False)
    given(RECEIVED, APPOINTED).when(AppointStandIn(KAT, later, reason=REASON), by=Role.MANAGER).then(longer)
    given(RECEIVED, APPOINTED).when(APPOINT, by=Role.MANAGER).then()


def test_a_confidential_case_stays_confidential() -> None:
    appointed = StandInAppointed(str(KAT), "ines", until=UNTIL, reason=text(REASON), confidential=True)
    given(RECEIVED, MADE).when(APPOINT, by=Role.MANAGER).then(appointed)
    for event in (appointed, StandInEnded("ines", str(KAT), confidential=True)):
        assert decider.case_row(decider.initial, event) == CaseAccess(event.adviser, confidential=True).row()
        recorded: Any = type("Recorded", (), {"data": event})
        published = to_integration_event(recorded, recorded, NO_APPLICATION)
        assert published == CaseAccessChanged(adviser=event.adviser, confidential=True)


@pytest.mark.parametrize("days", [-1, 367])
def test_the_last_day_comes_within_a_year(days: int) -> None:
    command = AppointStandIn(KAT, TODAY + timedelta(days=days), reason=REASON)
    given(RECEIVED).when(command, by=Role.MANAGER).refused("absurd-date")


def test_who_may_not_appoint_and_for_whom() -> None:
    given(RECEIVED).when(APPOINT, by=Role.ADVISER).refused("unit-managers-only")
    nobody = replace(RECEIVED, adviser=None)
    given(nobody).when(APPOINT, by=Role.MANAGER).refused("nobody-in-charge")
    mine = CaseAssigned(str(TOM), text("Il connaît la structure."), confidential=False)
    given(RECEIVED, mine).when(AppointStandIn(TOM, UNTIL, reason=REASON), by=Role.MANAGER).refused("already-in-charge")


def test_the_deadline_is_the_day_after_and_gone_once_the_case_is_passed_on() -> None:
    received = decider.evolve(decider.initial, RECEIVED)
    standing_in = decider.evolve(received, APPOINTED)
    (set_,) = decider.deadlines(received, APPOINTED)
    assert set_ == Deadline("stand-in", "in-charge", on=UNTIL + timedelta(days=1))
    assigned = CaseAssigned(str(TOM), text("Elle ne revient pas."), confidential=False)
    assert [*decider.deadlines(standing_in, assigned)] == [Deadline("stand-in", "in-charge", on=None)]
    assert [*decider.deadlines(received, assigned)] == []
    assert decider.deadline_command("stand-in", "in-charge") == EndStandIn()
