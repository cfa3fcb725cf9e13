"""How hard it is for the structure, how long it has left, and who must hear of it: triage, deadline, chasing."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.served_service import Client, Serve, Served

from intake.domain.chasing import CHASE_AFTER_DAYS, Chase, compute_due_time, sort_by_urgency
from intake.domain.reference.targets import TARGETS
from intake.domain.request.assessment import RecordMeeting
from intake.domain.request.difficulty import DifficultyQualified, QualifyDifficulty
from intake.domain.request.outcome import RequestAdmitted, RequestWithdrawn
from intake.domain.request.reception import RequestReceived
from intake.domain.request.request import decider
from intake.domain.request.state import Difficulty, DifficultyCause, DifficultyLevel, DifficultyNature
from intake.domain.structure import LegalForm, SealedContact, Structure
from intake.main import service
from shared.kernel import PersonalData, Role
from shared.runtime.service import ProcessRole
from shared.testing.scenarios import NOW, UNIT, Scenarios, text

given = Scenarios(decider)
TODAY = NOW.date()
CONTACT = SealedContact(str(UUID(int=9)), PersonalData(UUID(int=9), "Maëlle Kerdoncuff"))
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
INSOLVENT = QualifyDifficulty(
    DifficultyLevel.INSOLVENT,
    DifficultyNature.STRUCTURAL,
    causes=(DifficultyCause.CASH, DifficultyCause.PUBLIC_FUNDING, DifficultyCause.CASH),
    explanation="Salaires de février non versés.",
    days_left=10,
    cessation_on=date(2026, 2, 20),
)
TRIAGED = DifficultyQualified(
    Difficulty(
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
    told = DifficultyQualified(Difficulty(DifficultyLevel.WEAK_SIGNALS, "some-adviser", at=NOW))
    given(RECEIVED).when(QualifyDifficulty(DifficultyLevel.WEAK_SIGNALS)).then(told)


def test_an_insolvent_structure_may_not_know_the_day_yet() -> None:
    (event,) = given(RECEIVED).when(replace(INSOLVENT, cessation_on=None)).events
    assert event.difficulty.legal_deadline is None


def test_a_cessation_of_payments_goes_with_insolvency() -> None:
    given(RECEIVED).when(replace(INSOLVENT, level=DifficultyLevel.CRITICAL)).refused("cessation-without-insolvency")
    to_come = replace(INSOLVENT, cessation_on=TODAY + timedelta(days=3))
    given(RECEIVED).when(to_come).refused("absurd-date")


def test_a_difficulty_may_be_requalified_before_and_after_admission_and_each_keeps_author_and_time() -> None:
    first = given(RECEIVED, ADMITTED).when(QualifyDifficulty(DifficultyLevel.PROVEN), by=Role.MANAGER).events
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
    given(RECEIVED, ADMITTED).when(RecordMeeting(TODAY, "La présidente")).refused("outcome-already-given")


# Chasing


def chase(n: int, level: DifficultyLevel, days_ago: int) -> Chase:
    sent_at = NOW - timedelta(days=days_ago)
    due_at = compute_due_time(level, sent_at, {})
    return Chase(
        UUID(int=n),
        UUID(int=n),
        structure="",
        unit=UNIT,
        target="CODEFI",
        level=level,
        legal_deadline=None,
        sent_at=sent_at,
        due_at=due_at,
        overdue=due_at < NOW,
    )


def test_the_graver_the_sooner_the_target_is_asked_again_unless_the_deployment_says_otherwise() -> None:
    delays = [CHASE_AFTER_DAYS[level] for level in DifficultyLevel]
    assert delays == sorted(delays, reverse=True)
    assert compute_due_time(DifficultyLevel.CRITICAL, NOW, {DifficultyLevel.CRITICAL: 1}) == NOW + timedelta(days=1)


def test_the_most_pressing_orientation_comes_first() -> None:
    fresh, late, latest, insolvent = (
        chase(1, DifficultyLevel.CRITICAL, 1),
        chase(2, DifficultyLevel.PROVEN, 8),
        chase(3, DifficultyLevel.PROVEN, 20),
        chase(4, DifficultyLevel.INSOLVENT, 3),
    )
    assert sort_by_urgency([fresh, late, latest, insolvent]) == [insolvent, latest, late, fresh]


# Over HTTP


REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Nous ne payons plus nos fournisseurs.",
}


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service, ProcessRole.ALL)


def slug(answer: Any) -> str:
    return str(answer.json()["type"]).rsplit("/", 1)[1]


def chased(adviser: Client, wanted: int) -> list[dict[str, Any]]:
    end = time.monotonic() + 10
    while len(found := adviser.get("/api/v1/requests/chases", unit="dla-44").json()) != wanted:
        assert time.monotonic() < end, found
    return list(found)


def test_a_structure_in_cessation_of_payments_is_oriented_at_once_and_its_orientation_chased(intake: Served) -> None:
    adviser = intake.by("adviser")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    cessation = datetime.now().astimezone().date() - timedelta(days=10)
    triage = {"level": "insolvent", "nature": "structural", "causes": ["cash"], "cessation_on": cessation.isoformat()}
    assert adviser.post(f"{case}/difficulty", triage).json()["events"] == ["difficulty-qualified"]
    shown = adviser.get(case).json()["extra"]["difficulty"]
    assert shown["legal_deadline"] == (cessation + timedelta(days=45)).isoformat()
    assert shown["disclaimer"].startswith("Date indicative")

    adviser.post(f"{case}/meetings", {"held_on": cessation.isoformat(), "with_whom": "Maëlle Kerdoncuff"})
    for criterion in ("existing", "employer", "ess"):
        adviser.post(f"{case}/criteria", {"criterion": criterion, "verdict": "met", "evidence": "Statuts lus."})
    assert slug(adviser.post(f"{case}/admission")) == "crisis-not-oriented"

    proposed = adviser.post(f"{case}/orientations", {"target": "codefi", "reason": "Dettes sociales."})
    orientation = proposed.headers["Location"]
    assert adviser.get(orientation).json()["target"].startswith("CODEFI – ")
    assert adviser.post(f"{case}/admission").status_code == 200
    assert slug(adviser.post(f"{orientation}/sending")) == "no-consent"
    adviser.post(f"{orientation}/consent")
    adviser.post(f"{orientation}/sending")

    (waiting,) = chased(adviser, 1)
    assert (waiting["orientation"], waiting["level"], waiting["overdue"]) == (proposed.json()["id"], "insolvent", False)
    assert waiting["legal_deadline"] == shown["legal_deadline"]
    assert adviser.get("/api/v1/requests/chases", unit="dla-35").json() == []
    assert adviser.get("/api/v1/requests/chases", unit="dla\0").status_code == 422
    sent_at = adviser.get(orientation, version=3).json()["replayed"]["recorded_at"]
    adviser.post(f"{orientation}/acknowledgment")
    assert chased(adviser, 0) == []
    (then,) = adviser.get("/api/v1/requests/chases", as_of=sent_at).json()
    assert then["orientation"] == waiting["orientation"], "it was waited for then"


def test_a_structure_that_does_not_enter_has_an_orientation_that_was_not_declined(intake: Served) -> None:
    adviser = intake.by("adviser")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    ids = []
    for target in ("cress", "La banque de quartier"):
        proposed = adviser.post(f"{case}/orientations", {"target": target, "reason": "Réseau."})
        adviser.post(f"{proposed.headers['Location']}/refusal", {"motive": "Déjà essayé."})
        ids.append(proposed.json()["id"])
    outcome = {"motive": "Hors du cadre du DLA.", "orientations": ids}
    refused = adviser.post(f"{case}/orientation", outcome)
    assert (slug(refused), "déclinées" in refused.json()["detail"]) == ("no-orientation", True)
    because = outcome | {"why_none": "La structure a tout décliné."}
    assert adviser.post(f"{case}/orientation", because).json()["events"] == ["request-oriented"]


def test_the_list_of_targets_is_data_in_french(intake: Served) -> None:
    listed = intake.by("adviser").get("/api/v1/orientation-targets").json()
    assert {each["code"] for each in listed} == {target.code for target in TARGETS}
    assert {"kind", "territory", "name"} <= listed[0].keys()
