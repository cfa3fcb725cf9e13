"""The list of diagnoses, event by event."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.servers.integration import entry, recorded

from diagnostic.domain.content.axes import Assessment, AxisAssessed
from diagnostic.domain.content.economics import Perimeter
from diagnostic.domain.content.employment import Employment, EmploymentRecorded
from diagnostic.domain.content.problem import OtherSchemeListed, Scheme
from diagnostic.domain.content.sessions import Session, SessionCancelled, SessionCorrected, SessionRecorded
from diagnostic.domain.lifecycle import DiagnosisOpened, SubmissionVoided, ValidationVoided
from diagnostic.domain.plan import PlanAgreed
from diagnostic.domain.validation import DiagnosisContested, DiagnosisSubmitted, DiagnosisValidated
from diagnostic.projections import diagnoses
from shared.eventlog import to_plain
from shared.kernel import Axis, encrypted_values
from shared.projections import Row
from shared.testing.scenarios import NOW, text

ADMITTED_AT = NOW - timedelta(minutes=5)


STRUCTURE = UUID(int=8)


OPENED = DiagnosisOpened(STRUCTURE, "unit-35", adviser="adviser-1", admitted_at=ADMITTED_AT, headcount=12)


SUBMITTED = DiagnosisSubmitted(2, "a" * 64, salt=text("b" * 32))


VALIDATED = DiagnosisValidated(2, "a" * 64, leader="maelle")


CONTESTED = DiagnosisContested(2, text("Les bénévoles sont oubliés."), leader="maelle")


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


def axis_assessed(axis: Axis) -> AxisAssessed:
    return AxisAssessed(axis, Assessment(3, text("Des outils anciens.")))


def row(*events: object) -> Row:
    """Each a day after the one before."""
    document: Row = {}
    for position, event in enumerate(events, 1):
        document = to_plain(diagnoses.project(document, entry(position), recorded(event)), repr)
    return document


def pick(document: Row, *names: str) -> tuple[Any, ...]:
    return tuple(document[name] for name in names)


def test_the_list_shows_a_diagnosis_as_soon_as_it_is_open() -> None:
    assert row(OPENED) == {
        "status": "open",
        "structure": str(STRUCTURE),
        "unit": "unit-35",
        "adviser": "adviser-1",
        "headcount": 12,
        "employment": None,
        "difficulty": None,
        "admitted_at": "2026-03-02T08:55:00Z",
        "opened_at": "2026-03-02T09:00:00Z",
        "sessions": 0,
        "session_days": [],
        "last_session_on": None,
        "axes": [],
        "submitted_version": None,
        "submitted_at": None,
        "validated_at": None,
        "validated_by": [],
        "contested_at": None,
    }


def test_the_list_counts_sessions_and_names_the_axes_assessed() -> None:
    axes = (axis_assessed(Axis.FINANCE), axis_assessed(Axis.DIGITAL), axis_assessed(Axis.FINANCE))
    others = (
        EmploymentRecorded(Employment(9, 3, aided=2, fte=10.5)),
        OtherSchemeListed(Scheme(text("Fonds de confiance"))),
    )
    worked_on = row(OPENED, session_on(9), session_on(4), *axes, *others)
    assert pick(worked_on, "sessions", "last_session_on", "axes") == (2, "2026-03-09", ["digital", "finance"])


def test_a_session_cancelled_is_counted_no_more_and_a_corrected_one_has_its_real_day() -> None:
    cancelled = row(OPENED, session_on(4), session_on(9), SessionCancelled(2, text("Autre dossier")))
    assert pick(cancelled, "sessions", "last_session_on") == (1, "2026-03-04")
    corrected = row(
        OPENED, session_on(4), session_on(9), SessionCorrected(1, session_on(12).session, reason=text("Erreur de date"))
    )
    assert pick(corrected, "sessions", "last_session_on") == (2, "2026-03-12")
    assert row(OPENED, session_on(4), SessionCancelled(1, text("Doublon")))["last_session_on"] is None


def test_the_list_follows_the_validation_and_the_plan() -> None:
    steps = ("status", "submitted_version", "submitted_at", "validated_at")
    assert pick(row(OPENED, SUBMITTED), *steps) == ("submitted", 2, "2026-03-03T09:00:00Z", None)
    validated = row(OPENED, SUBMITTED, VALIDATED)
    assert pick(validated, *steps) == ("validated", 2, "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z")
    agreed = row(OPENED, SUBMITTED, VALIDATED, AGREED)
    assert pick(agreed, "status", "agreed_at", "plan") == ("agreed", "2026-03-05T09:00:00Z", ["digital", "finance"])


@pytest.mark.parametrize("edited", [(SubmissionVoided(2),), (VALIDATED, ValidationVoided(2))])
def test_the_list_says_when_a_diagnosis_is_to_be_submitted_again(edited: tuple[object, ...]) -> None:
    again = row(OPENED, SUBMITTED, *edited)
    assert pick(again, "status", "submitted_version", "submitted_at", "validated_at") == ("open", None, None, None)


def test_the_list_shows_a_contestation_until_the_diagnosis_is_submitted_again() -> None:
    contested = row(OPENED, SUBMITTED, CONTESTED)
    assert pick(contested, "status", "contested_at", "submitted_at") == ("contested", "2026-03-04T09:00:00Z", None)
    again = row(OPENED, SUBMITTED, CONTESTED, SUBMITTED)
    assert pick(again, "status", "contested_at", "submitted_at") == ("submitted", None, "2026-03-05T09:00:00Z")


def test_the_list_keeps_a_validation_that_one_of_several_leaders_contests() -> None:
    first, second = (DiagnosisValidated(2, "a" * 64, leader=leader) for leader in ("maelle", "yann"))
    contests = DiagnosisContested(2, text("Trop tôt."), leader="yann")
    still = row(OPENED, SUBMITTED, first, second, contests)
    assert pick(still, "status", "validated_at", "validated_by") == ("validated", "2026-03-04T09:00:00Z", ["maelle"])
    assert still["contested_at"] == "2026-03-06T09:00:00Z"
    assert row(OPENED, SUBMITTED, second, contests)["status"] == "contested"


def test_rows_contain_no_encrypted_value() -> None:
    events = (OPENED, session_on(9), axis_assessed(Axis.DIGITAL), SUBMITTED, CONTESTED, SUBMITTED, VALIDATED, AGREED)
    assert list(encrypted_values(events)), "what these events hold is what no row may repeat"
    document: Row = {}
    for position, event in enumerate(events, 1):
        document = diagnoses.project(document, entry(position), recorded(event))
    assert list(encrypted_values(document)) == []
