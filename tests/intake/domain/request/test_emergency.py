"""Emergency access to a confidential case: who opens it, for how long, and who reads of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.intake.domain.request.test_confidentiality import INES, MADE, OTHER, RECEIVED

from intake.domain.request.archive import CaseArchived
from intake.domain.request.emergency import (
    DURATION,
    AcknowledgeEmergencyAccess,
    EmergencyAccessAcknowledged,
    EmergencyAccessOpened,
    OpenEmergencyAccess,
)
from intake.domain.request.request import companions, decider
from intake.domain.request.state import Request
from shared.access.emergency_access import ReplicateEmergencyAccess
from shared.kernel import Actor, Role
from shared.testing.scenarios import NOW, UNIT, Scenarios, context, text

given = Scenarios(decider)
REASON = "La banque bloque les comptes, et personne ne répond."
OPEN, ACKNOWLEDGE = OpenEmergencyAccess(REASON), AcknowledgeEmergencyAccess()
MANAGER = Actor("manager", Role.MANAGER, unit=UNIT)


def opened(ago: timedelta = timedelta(), by: str = "other") -> EmergencyAccessOpened:
    return EmergencyAccessOpened(by, NOW - ago, until=NOW - ago + DURATION, reason=text(REASON))


def test_a_colleague_opens_it_for_three_hours() -> None:
    given(RECEIVED, MADE).when(OPEN, by=OTHER).then(opened())
    assert timedelta(hours=3) == DURATION


def test_again_while_it_lasts_nothing_is_recorded_and_afterwards_it_is() -> None:
    given(RECEIVED, MADE, opened(timedelta(hours=2))).when(OPEN, by=OTHER).then()
    given(RECEIVED, MADE, opened(DURATION)).when(OPEN, by=OTHER).then(opened())
    given(RECEIVED, MADE, opened(by="somebody")).when(OPEN, by=OTHER).then(opened())


@pytest.mark.parametrize(
    ("happened", "by"), [((RECEIVED,), OTHER), ((RECEIVED, MADE), INES), ((RECEIVED, MADE), MANAGER)]
)
def test_who_sees_the_case_has_none_to_open(happened: tuple[Any, ...], by: Actor) -> None:
    given(*happened).when(OPEN, by=by).refused("emergency-access-not-needed")


def test_an_archive_is_not_opened() -> None:
    archived = CaseArchived(NOW.date(), "ines", confidential=True)
    given(RECEIVED, MADE, archived).when(OPEN, by=OTHER).refused("case-archived")


@pytest.mark.parametrize("by", [INES, MANAGER])
def test_who_is_in_charge_or_the_manager_reads_of_it_once(by: Actor) -> None:
    given(RECEIVED, MADE, opened()).when(ACKNOWLEDGE, by=by).then(EmergencyAccessAcknowledged(by.id))
    read = EmergencyAccessAcknowledged("ines")
    given(RECEIVED, MADE, opened(), read).when(ACKNOWLEDGE, by=by).refused("no-emergency-access")
    given(RECEIVED, MADE, opened(), read, opened(by="third")).when(ACKNOWLEDGE, by=by).then(
        EmergencyAccessAcknowledged(by.id)
    )


def test_nobody_else_reads_of_it_in_their_place() -> None:
    given(RECEIVED, MADE, opened()).when(ACKNOWLEDGE, by=OTHER).refused("not-in-charge")


def test_the_copy_that_the_policy_reads_is_of_the_same_transaction() -> None:
    (copy,) = companions(Request(), opened(), context(OTHER))
    assert copy.command == ReplicateEmergencyAccess("other", NOW + DURATION)
