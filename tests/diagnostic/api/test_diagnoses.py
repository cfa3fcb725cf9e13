"""The diagnosis over HTTP, in its real log: built by the adviser, validated by a leader, concluded by a plan."""

from typing import Any

import pytest
from tests.support.servers.served_service import Serve, Served

from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import OpenDiagnosis
from diagnostic.main import service
from shared.kernel import Actor, Role, uuid7

UNIT = "dla-44"
STEPS: dict[str, Any] = {
    "sessions": {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff", "quality": "leader"}]},
    "axes": {"axis": "business_model", "findings": "Une seule subvention.", "rating": 2, "strengths": ["Clientèle"]},
    "employment": {"cdi": 9, "cdd": 3, "aided": 2, "fte": 10.5},
    "indicators": {"code": "own_income", "definition": "Part des ventes, en %", "value": 34.5},
    "problem": {"problem": "Comment vivre de ses ventes ?", "recommendations": ["Revoir les prix"]},
    "other-schemes": {"name": "Fonds de confiance"},
}


@pytest.fixture
def diagnostic(serve: Serve) -> Served:
    return serve(service)


@pytest.fixture
def case(diagnostic: Served) -> str:
    """A diagnosis opens by itself: here by the command that the admission leads to."""
    application: Any = diagnostic.http.app.state.application  # type: ignore[attr-defined]
    opened, ourselves = uuid7(), Actor("service:diagnostic", Role.SERVICE)
    command = OpenDiagnosis(uuid7(), UNIT, adviser="some-adviser", admitted_at=application.clock.now(), headcount=12)
    application.handle(decider, opened, command, application.context(opened, ourselves))
    return str(opened)


def test_a_diagnosis_is_built_validated_and_led_to_a_plan(diagnostic: Served, case: str) -> None:
    adviser, leader = diagnostic.by("adviser", unit=UNIT), diagnostic.by("leader", unit=None, case=case)
    path = f"/api/v1/diagnoses/{case}"
    for step, body in STEPS.items():
        answer = adviser.post(f"{path}/{step}", body)
        assert answer.status_code == 200, answer.text
    assert adviser.post(f"{path}/submission").json()["events"] == ["diagnosis-submitted"]

    read = leader.get(path).json()
    assert read["content"]["sessions"][0]["participants"][0]["name"] == "Maëlle Kerdoncuff"
    assert (read["version"], read["content_version"]) == (8, 6)
    seen = {"version": read["content_version"], "content_hash": read["submission"]["content_hash"]}
    assert adviser.post(f"{path}/validation", seen).status_code == 403
    stale = leader.post(f"{path}/validation", seen | {"version": 5})
    assert stale.status_code == 409
    assert stale.json()["version"] == 6
    assert seen["content_hash"] not in stale.text, "who did not read the version could validate it"
    assert leader.post(f"{path}/validation", seen).json()["events"] == ["diagnosis-validated"]
    again = leader.post(f"{path}/validation", seen)
    assert (again.status_code, again.json()["events"]) == (200, [])

    plan = {"axes": ["business_model"], "objectives": "Atteindre 50 % de ventes."}
    agreed = adviser.post(f"{path}/plan", plan).json()
    assert (agreed["events"], agreed["created"]) == (["plan-agreed"], {}), "one name cannot say which of its figures"
    assert leader.get(path).json()["plan"] == plan


def test_an_economic_year_is_corrected_at_its_address(diagnostic: Served, case: str) -> None:
    adviser, path = diagnostic.by("adviser", unit=UNIT), f"/api/v1/diagnoses/{case}"
    economics = {"perimeter": "structure", "budget_cents": 61_200_000}
    recorded = adviser.post(f"{path}/economics", economics | {"fiscal_year": 2025}).json()
    href = recorded["created"]["economics"]["href"]
    assert href == f"{path}/economics/2025"
    assert adviser.get(href).json()["budget_cents"] == 61_200_000
    assert f"{href}/correction" in {link["href"] for link in recorded["links"]}
    right = economics | {"budget_cents": 61_300_000, "effective_on": "2026-01-31", "reason": "Une facture oubliée."}
    assert adviser.post(f"{href}/correction", right | {"fiscal_year": 2025}).status_code == 422, "the address says it"
    other_year = adviser.post(f"{path}/economics/2024/correction", right)
    assert other_year.json()["type"].endswith("/nothing-to-correct")
    assert adviser.get(f"{path}/economics/2024").status_code == 404
    assert adviser.post(f"{href}/correction", right).json()["events"] == ["economics-corrected"]
    assert adviser.get(href).json()["budget_cents"] == 61_300_000


def test_a_figure_of_the_agreed_plan_is_corrected_at_its_address(diagnostic: Served, case: str) -> None:
    adviser, leader = diagnostic.by("adviser", unit=UNIT), diagnostic.by("leader", unit=None, case=case)
    path = f"/api/v1/diagnoses/{case}"
    for step, body in STEPS.items():
        adviser.post(f"{path}/{step}", body)
    adviser.post(f"{path}/submission")
    href = f"{path}/plan/baseline/cdi"
    assert adviser.get(href).status_code == 404, "no plan is agreed"
    read = leader.get(path).json()
    seen = {"version": read["content_version"], "content_hash": read["submission"]["content_hash"]}
    leader.post(f"{path}/validation", seen)
    agreed = adviser.post(f"{path}/plan", {"axes": ["business_model"], "objectives": "Atteindre 50 % de ventes."})
    offered = {link["href"] for link in agreed.json()["links"] if link["rel"] == "correct-baseline"}
    codes = ("cdi", "cdd", "aided", "fte", "own_income")
    assert offered == {f"{path}/plan/baseline/{code}/correction" for code in codes}

    right = {"value": 8, "effective_on": "2026-03-01", "reason": "Un départ oublié."}
    assert adviser.post(f"{href}/correction", right | {"code": "cdi"}).status_code == 422, "the address says it"
    assert adviser.post(f"{href}/correction", right).json()["events"] == ["baseline-corrected"]
    figure = adviser.get(href).json()
    assert (figure["value"], figure["definition"]) == (8, None)
    assert [(each["before"], each["reason"]) for each in figure["corrections"]] == [(9, "Un départ oublié.")]
    assert adviser.get(f"{path}/plan/baseline/own_income").json()["definition"] == "Part des ventes, en %"
    unknown = adviser.post(f"{path}/plan/baseline/nothing/correction", right)
    assert unknown.json()["type"].endswith("/nothing-to-correct")


def test_what_is_unknown_or_out_of_bounds_is_refused(diagnostic: Served, case: str) -> None:
    adviser, path = diagnostic.by("adviser", unit=UNIT), f"/api/v1/diagnoses/{case}"
    wrong: dict[str, Any] = {
        "axes": STEPS["axes"] | {"rating": 6},
        "sessions": STEPS["sessions"] | {"participants": [{"name": "Maëlle", "quality": "leader", "phone": "0600"}]},
        "indicators": STEPS["indicators"] | {"value": "NaN"},
        "plan": {"axes": ["everything"], "objectives": "Tout."},
    }
    for step, body in wrong.items():
        assert adviser.post(f"{path}/{step}", body).status_code == 422, step
    assert adviser.get(path).json()["version"] == 1


def test_a_leader_whose_mandate_is_over_no_longer_speaks(diagnostic: Served, case: str) -> None:
    """The mandate is of the id that the leader reads, by which the histories name them."""
    adviser, leader = diagnostic.by("adviser", unit=UNIT), diagnostic.by("leader", unit=None, case=case)
    path = f"/api/v1/diagnoses/{case}"
    who = leader.get("/api/v1/me").json()["id"]
    for step, body in STEPS.items():
        adviser.post(f"{path}/{step}", body)
    adviser.post(f"{path}/submission")
    read = leader.get(path).json()
    seen = {"version": read["content_version"], "content_hash": read["submission"]["content_hash"]}
    over = {"leader": who, "starts_on": "2024-01-01", "ends_on": "2024-12-31"}
    assert adviser.post(f"{path}/mandates", over).status_code == 200
    refused = leader.post(f"{path}/validation", seen)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "no-mandate")
    assert adviser.post(f"{path}/mandates", {"leader": who, "starts_on": "2024-01-01"}).status_code == 200
    assert leader.post(f"{path}/validation", seen).json()["events"] == ["diagnosis-validated"]
