"""Reactions of diagnostic to the integration events of other services."""

from datetime import date, timedelta
from uuid import UUID

from tests.support.servers.integration import integration_header

from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened, DiagnosisStopped
from diagnostic.reactions import open_diagnosis, stop_diagnosis
from shared.contracts.intake import CaseClosed, RequestAdmitted
from shared.kernel import EndingKind, Role
from shared.testing.scenarios import CASE, NOW, Scenarios

ADMITTED_AT = NOW - timedelta(minutes=5)


STRUCTURE = UUID(int=8)


OPENED = DiagnosisOpened(STRUCTURE, "unit-35", adviser="adviser-1", admitted_at=ADMITTED_AT, headcount=12)


def test_an_admitted_request_is_diagnosed_from_the_moment_it_was_recorded() -> None:
    payload = RequestAdmitted(
        structure=STRUCTURE,
        unit="unit-35",
        adviser="adviser-1",
        legal_form="association",
        department="35",
        headcount=12,
        rules="2021-1",
    )
    days_before = NOW - timedelta(days=3)
    header = integration_header("intake", "request-admitted", recorded_at=ADMITTED_AT, effective_at=days_before)
    dispatch = open_diagnosis(payload, header)
    assert (dispatch.decider, dispatch.stream, dispatch.case) == (decider, CASE, None)
    Scenarios(decider)().when(dispatch.command, by=Role.SERVICE).then(OPENED)


def test_a_case_that_is_given_up_stops_its_diagnosis_and_no_other_ending_does() -> None:
    header = integration_header("intake", "case-closed", recorded_at=NOW)
    dispatch = stop_diagnosis(CaseClosed(kind=EndingKind.GIVEN_UP, on=date(2026, 3, 9)), header)
    assert dispatch is not None
    assert (dispatch.decider, dispatch.stream) == (decider, CASE)
    Scenarios(decider)(OPENED).when(dispatch.command, by=Role.SERVICE).then(DiagnosisStopped(date(2026, 3, 9)))
    for kind in set(EndingKind) - {EndingKind.GIVEN_UP}:
        assert stop_diagnosis(CaseClosed(kind=kind, on=date(2026, 3, 9)), header) is None
