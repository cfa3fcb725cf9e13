"""Integration events of diagnostic: what the other services receive of its own events."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from tests.support.servers.integration import entry, recorded

from diagnostic.domain.content.axes import Assessment, AxisAssessed
from diagnostic.domain.content.economics import Perimeter
from diagnostic.domain.content.sessions import Session, SessionRecorded
from diagnostic.domain.lifecycle import DiagnosisOpened, DiagnosisStopped
from diagnostic.domain.plan import BaselineCorrected, PlanAgreed
from diagnostic.domain.validation import DiagnosisContested, DiagnosisSubmitted, DiagnosisValidated
from diagnostic.integration_events import to_integration_event
from shared.contracts import diagnostic as contracts
from shared.kernel import Axis
from shared.testing.scenarios import NOW, text

ADMITTED_AT = NOW - timedelta(minutes=5)


STRUCTURE = UUID(int=8)


OPENED = DiagnosisOpened(STRUCTURE, "unit-35", adviser="adviser-1", admitted_at=ADMITTED_AT, headcount=12)


SUBMITTED = DiagnosisSubmitted(2, "a" * 64, salt=text("b" * 32))


VALIDATED = DiagnosisValidated(2, "a" * 64, leader="maelle")


CONTESTED = DiagnosisContested(2, text("Les bénévoles sont oubliés."), leader="maelle")


STOPPED = DiagnosisStopped(date(2026, 3, 9))


AGREED = PlanAgreed(
    STRUCTURE,
    "unit-35",
    adviser="adviser-1",
    admitted_at=ADMITTED_AT,
    validated_version=2,
    content_hash="a" * 64,
    axes=(Axis.DIGITAL, Axis.FINANCE),
    objectives=text("Atteindre 50 % de ventes."),
    baseline={"fte": 10.5, "members": 120},
    definitions={"members": "Adhésions à jour"},
    fiscal_year=2025,
    perimeter=Perimeter.STRUCTURE,
)


def session_on(day: int) -> SessionRecorded:
    return SessionRecorded(Session(date(2026, 3, day), ()))


def assessed(axis: Axis) -> AxisAssessed:
    return AxisAssessed(axis, Assessment(3, text("Des outils anciens.")))


def test_the_others_are_told_of_the_agreed_plan_without_its_words() -> None:
    integration_event = to_integration_event(recorded(AGREED), entry())
    assert integration_event == contracts.PlanAgreed(
        structure=STRUCTURE,
        unit="unit-35",
        adviser="adviser-1",
        admitted_at=ADMITTED_AT,
        validated_version=2,
        content_hash="a" * 64,
        axes=("digital", "finance"),
        baseline={"fte": 10.5, "members": 120},
        definitions={"members": "Adhésions à jour"},
        fiscal_year=2025,
        perimeter="structure",
    )
    assert integration_event.model_dump(mode="json")["axes"] == ["digital", "finance"]


def test_follow_up_is_told_of_a_corrected_baseline_without_the_reason() -> None:
    corrected = BaselineCorrected(
        "fte", 10.5, value=9.5, effective_on=date(2026, 1, 1), reason=text("Un temps partiel compté entier.")
    )
    integration_event = to_integration_event(recorded(corrected), entry())
    assert integration_event == contracts.BaselineCorrected(code="fte", value=9.5, effective_on=date(2026, 1, 1))


def test_intake_is_told_of_a_contestation_without_the_reason() -> None:
    integration_event = to_integration_event(recorded(CONTESTED), entry())
    assert integration_event == contracts.DiagnosisContested(contested_version=2)


@pytest.mark.parametrize("event", [OPENED, session_on(2), assessed(Axis.DIGITAL), SUBMITTED, VALIDATED, STOPPED])
def test_the_rest_stays_at_home(event: object) -> None:
    assert to_integration_event(recorded(event), entry()) is None
