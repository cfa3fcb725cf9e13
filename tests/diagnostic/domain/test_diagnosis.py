"""The diagnosis as one aggregate: when it opens, and what it refuses before and after."""

from datetime import date
from typing import Any

import pytest
from tests.support.histories.diagnosis_history import (
    COMPLETE,
    CONTESTED,
    EVERY_COMMAND_AFTER_OPENING,
    OPENED,
    PLAN_AGREED,
    REQUEST_ADMITTED,
    SUBMITTED,
    VALIDATED,
    given,
)

from diagnostic.domain.lifecycle import DiagnosisStopped, StopDiagnosis
from shared.kernel import Role


def test_an_admitted_request_opens_the_diagnosis() -> None:
    given().when(REQUEST_ADMITTED, by=Role.SERVICE).then(OPENED)


def test_an_admission_told_twice_changes_nothing_at_any_step() -> None:
    for history in ((OPENED,), (*COMPLETE, SUBMITTED), (*COMPLETE, SUBMITTED, VALIDATED, PLAN_AGREED)):
        given(*history).when(REQUEST_ADMITTED, by=Role.SERVICE).then()


def test_nothing_is_done_before_it_is_open() -> None:
    for command in EVERY_COMMAND_AFTER_OPENING:
        given().when(command, by=Role.LEADER).refused("diagnosis-not-open")


def test_once_the_plan_is_agreed_nothing_changes_any_more() -> None:
    for command in EVERY_COMMAND_AFTER_OPENING:
        agreed = given(*COMPLETE, SUBMITTED, VALIDATED, PLAN_AGREED)
        agreed.when(command, by=Role.LEADER).refused("plan-already-agreed")


STOP, STOPPED = StopDiagnosis(date(2026, 3, 9)), DiagnosisStopped(date(2026, 3, 9))


@pytest.mark.parametrize(
    "history",
    [(OPENED,), (*COMPLETE, SUBMITTED), (*COMPLETE, SUBMITTED, CONTESTED), (*COMPLETE, SUBMITTED, VALIDATED)],
    ids=["open", "submitted", "contested", "validated"],
)
def test_it_stops_where_the_structure_gives_up_and_nothing_changes_any_more(history: tuple[Any, ...]) -> None:
    given(*history).when(STOP, by=Role.SERVICE).then(STOPPED)
    given(*history, STOPPED).when(STOP, by=Role.SERVICE).then()
    for command in EVERY_COMMAND_AFTER_OPENING:
        given(*history, STOPPED).when(command, by=Role.LEADER).refused("diagnosis-stopped")


def test_an_agreed_plan_goes_on() -> None:
    given(*COMPLETE, SUBMITTED, VALIDATED, PLAN_AGREED).when(STOP, by=Role.SERVICE).then()
