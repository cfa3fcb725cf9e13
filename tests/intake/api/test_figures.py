"""Figures of intake: hours to triage, difficulties, orientations, each with the events behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.support.servers.served_service import Serve, Served

from intake.main import service
from shared.eventlog import ServiceApplication
from shared.projections import Projector

UNIT = "dla-44"
PATH = "/api/v1/requests"
SIRETS = ("732 829 320 00074", "552 100 554 00013")


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service)


def received(intake: Served, siret: str, unit: str = UNIT) -> str:
    structure = {"name": "Les Jardins", "legal_form": "association", "department": "44", "siret": siret}
    parameters = {"structure": structure, "contact": {"name": "Maëlle Kerdoncuff"}, "need": "Garder nos emplois."}
    answer = intake.by("adviser", unit=unit).post(PATH, parameters)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def figures(intake: Served, **parameters: Any) -> dict[str, Any]:
    app: ServiceApplication = intake.http.app.state.application  # type: ignore[attr-defined]
    projector = Projector(app, service.projections)
    while any(projector.advance(view) for view in service.projections):
        pass
    answer = intake.by("adviser", unit=UNIT).get(f"{PATH}/figures", **parameters)
    assert answer.status_code == 200, answer.text
    return {each["code"]: each for each in answer.json()["figures"]}


def hours_pass(intake: Served, hours: float) -> None:
    clock = intake.http.app.state.application.clock  # type: ignore[attr-defined]
    clock.set_forward(clock.now() + timedelta(hours=hours))


def test_the_hours_to_triage_are_counted_a_request_at_a_time_and_in_the_middle(intake: Served) -> None:
    adviser = intake.by("adviser", unit=UNIT)
    first, second = (received(intake, siret) for siret in SIRETS)
    received(intake, SIRETS[0], unit="dla-35")
    assert figures(intake)["hours_to_triage"]["value"] is None
    hours_pass(intake, 2)
    assert adviser.post(f"{first}/difficulty", {"level": "critical"}).status_code == 200
    hours_pass(intake, 4)
    assert adviser.post(f"{second}/difficulty", {"level": "none"}).status_code == 200
    assert adviser.post(f"{first}/difficulty", {"level": "proven"}).status_code == 200
    shown = figures(intake)
    triage = shown["hours_to_triage"]
    assert triage["value"] == pytest.approx(4, abs=0.1)
    assert sorted(triage["by_case"].values()) == pytest.approx([2, 6], abs=0.1)
    assert (triage["counted"], triage["among"]) == (2, 2)
    assert (shown["requests"]["value"], shown["structures"]["value"]) == (2, 2)
    levels = {code: each["value"] for code, each in shown.items() if code.startswith("difficulty_") and each["value"]}
    assert levels == {"difficulty_none": 1, "difficulty_proven": 1}
    behind = adviser.get(triage["events"]).json()["items"]
    assert sorted(each["event"] for each in behind) == ["difficulty-triaged"] * 3 + ["request-received"] * 2


def test_orientations_in_a_crisis_are_counted_when_they_are_sent_and_when_they_are_acknowledged(intake: Served) -> None:
    adviser = intake.by("adviser", unit=UNIT)
    case = received(intake, SIRETS[0])
    adviser.post(f"{case}/difficulty", {"level": "critical"})
    orientations = []
    for target in ("codefi", "france_active"):
        parameters = {"target": target, "reason": "Un étalement des dettes"}
        orientations.append(adviser.post(f"{case}/orientations", parameters).headers["Location"])
    for orientation in orientations:
        assert adviser.post(f"{orientation}/consent", {}).status_code == 200
        assert adviser.post(f"{orientation}/sending", {}).status_code == 200
    assert adviser.post(f"{orientations[0]}/acknowledgment", {}).status_code == 200
    shown = figures(intake)
    for code in ("orientations_acknowledged", "crisis_orientations_acknowledged"):
        assert (shown[code]["value"], shown[code]["counted"], shown[code]["among"]) == (0.5, 1, 2)


def test_who_is_refused_without_an_orientation_does_not_count_as_oriented(intake: Served) -> None:
    adviser = intake.by("adviser", unit=UNIT)
    oriented, refused = (received(intake, siret) for siret in SIRETS[:2])
    proposed = adviser.post(f"{oriented}/orientations", {"target": "cress", "reason": "Réseau."}).json()["id"]
    adviser.post(f"{oriented}/orientation", {"reason": "Hors du champ.", "orientations": [proposed]})
    nobody = {"reason": "Hors du champ.", "no_orientation_reason": "Personne."}
    assert adviser.post(f"{refused}/non-admission", nobody).status_code == 200
    shown = figures(intake)
    assert (shown["oriented"]["value"], shown["not_admitted"]["value"], shown["orientation_rate"]["value"]) == (
        1,
        1,
        0.5,
    )


def test_a_unit_counts_no_other_and_an_unknown_figure_is_said(intake: Served) -> None:
    received(intake, SIRETS[0], unit="dla-35")
    assert figures(intake, unit="dla-35")["requests"]["value"] == 0
    assert intake.by("adviser", unit=UNIT).get(f"{PATH}/figures/nothing/events").status_code == 404
    assert intake.by("leader").get(f"{PATH}/figures").status_code == 403
