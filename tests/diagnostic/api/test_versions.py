"""Versions of the content and their differences over HTTP, folded from the log."""

from typing import Any

import pytest
from tests.support.servers.served_service import Serve, Served

from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import OpenDiagnosis
from diagnostic.main import service
from shared.kernel import Actor, Role, uuid7

UNIT = "dla-44"
AXIS = {
    "axis": "business_model",
    "findings": "Une seule subvention.",
    "rating": 2,
    "strengths": ["Clientèle fidèle", "Terrain prêté"],
}
SESSION = {
    "held_on": "2026-03-02",
    "participants": [{"name": "Maëlle Kerdoncuff", "quality": "leader"}],
    "notes": "Visite des serres.",
}
EMPLOYMENT = {"cdi": 9, "cdd": 3, "aided": 2, "fte": 10.5}
PROBLEM = {"problem": "Comment vivre de ses ventes ?", "recommendations": ["Revoir les prix"]}
STEPS = (("sessions", SESSION), ("axes", AXIS), ("employment", EMPLOYMENT), ("problem", PROBLEM))


@pytest.fixture
def diagnostic(serve: Serve) -> Served:
    return serve(service)


@pytest.fixture
def case(diagnostic: Served) -> str:
    application: Any = diagnostic.http.app.state.application  # type: ignore[attr-defined]
    opened, ourselves = uuid7(), Actor("service:diagnostic", Role.SERVICE)
    command = OpenDiagnosis(uuid7(), UNIT, adviser="some-adviser", admitted_at=application.clock.now(), headcount=12)
    application.handle(decider, opened, command, application.context(opened, ourselves))
    path = f"/api/v1/diagnoses/{opened}"
    adviser = diagnostic.by("adviser", unit=UNIT)
    for step, body in STEPS:
        answer = adviser.post(f"{path}/{step}", body)
        assert answer.status_code == 200, answer.text
    return str(opened)


def test_each_version_tells_who_made_it_when_and_what_leaders_said_of_it(diagnostic: Served, case: str) -> None:
    adviser, leader = diagnostic.by("adviser", unit=UNIT), diagnostic.by("leader", unit=None, case=case)
    path = f"/api/v1/diagnoses/{case}"
    adviser.post(f"{path}/submission")
    leader.post(f"{path}/contestation", {"version": 4, "reason": "Les bénévoles sont oubliés."})
    adviser.post(f"{path}/axes", AXIS | {"axis": "governance"})
    adviser.post(f"{path}/submission")
    seen = adviser.get(path).json()["submission"]["content_hash"]
    leader.post(f"{path}/validation", {"version": 5, "content_hash": seen})
    adviser.post(f"{path}/other-schemes", {"name": "Fonds de confiance"})

    body = leader.get(f"{path}/versions").json()
    assert [version["version"] for version in body] == [1, 2, 3, 4, 5, 6]
    assert {version["made_by"] for version in body} == {Served.id_of("some-adviser")}
    assert [version["edit"] for version in body[:2]] == ["Séance de diagnostic", "Axe examiné"]
    assert body[0]["submitted_at"] is None
    assert [(decision["by"], decision["reason"]) for decision in body[3]["contested"]] == [
        (Served.id_of("some-leader"), "Les bénévoles sont oubliés.")
    ]
    assert body[3]["validated"] == []
    assert body[4]["content_hash"] == seen
    assert [decision["by"] for decision in body[4]["validated"]] == [Served.id_of("some-leader")]
    assert body[4]["voided_at"] == body[5]["made_at"]


def test_a_version_is_read_as_it_was(diagnostic: Served, case: str) -> None:
    adviser, path = diagnostic.by("adviser", unit=UNIT), f"/api/v1/diagnoses/{case}"
    adviser.post(f"{path}/axes", AXIS | {"rating": 4})
    before, after = (adviser.get(f"{path}/versions/{n}").json()["content"] for n in (4, 5))
    assert before["axes"]["business_model"]["rating"] == 2
    assert after["axes"]["business_model"]["rating"] == 4
    assert after == adviser.get(path).json()["content"]
    assert before["sessions"][0]["participants"][0]["name"] == "Maëlle Kerdoncuff"


def test_the_difference_says_in_french_what_was_added_changed_and_removed(diagnostic: Served, case: str) -> None:
    adviser, path = diagnostic.by("adviser", unit=UNIT), f"/api/v1/diagnoses/{case}"
    adviser.post(f"{path}/axes", AXIS | {"rating": 3, "strengths": ["Clientèle fidèle", "Vente en ligne"]})
    adviser.post(f"{path}/employment", EMPLOYMENT | {"cdi": 10})
    body = adviser.get(f"{path}/versions/6/changes", since=4).json()
    assert [(c["kind_label"], c["label"], c["before"], c["after"]) for c in body["changes"]] == [
        ("Modifié", "Modèle économique\u00a0: note sur 5", 2, 3),
        ("Ajouté", "Modèle économique\u00a0: point fort", None, "Vente en ligne"),
        ("Retiré", "Modèle économique\u00a0: point fort", "Terrain prêté", None),
        ("Modifié", "Salarié·es en CDI", 9, 10),
    ]
    assert [c["section_label"] for c in body["changes"]] == [*["Axes examinés"] * 3, "Emploi"]


def test_without_a_since_the_difference_is_with_the_version_just_before(diagnostic: Served, case: str) -> None:
    adviser, path = diagnostic.by("adviser", unit=UNIT), f"/api/v1/diagnoses/{case}"
    last = adviser.get(f"{path}/versions/4/changes").json()
    assert (last["since"], {change["section"] for change in last["changes"]}) == (3, {"problem"})
    whole = adviser.get(f"{path}/versions/4/changes", since=0).json()["changes"]
    assert {change["kind"] for change in whole} == {"added"}
    assert {change["section"] for change in whole} == {"sessions", "axes", "employment", "problem"}
    assert adviser.get(f"{path}/versions/4/changes", since=4).json()["changes"] == []


def test_versions_are_read_by_who_may_read_the_diagnosis(diagnostic: Served, case: str) -> None:
    path = f"/api/v1/diagnoses/{case}/versions"
    for url in (path, f"{path}/1", f"{path}/2/changes"):
        for role in ("committee", "resource_centre", "pilot", "ops", "dpo"):
            assert diagnostic.by(role).get(url).status_code == 403, role
        assert diagnostic.by("provider", case=case).get(url).status_code == 403
        assert diagnostic.by("leader", case=str(uuid7())).get(url).status_code == 403
        assert diagnostic.by("leader", case=case).get(url).status_code == 200


def test_a_version_that_was_never_made_is_not_found(diagnostic: Served, case: str) -> None:
    adviser, path = diagnostic.by("adviser", unit=UNIT), f"/api/v1/diagnoses/{case}/versions"
    for url, since in (("5", {}), ("5/changes", {}), ("4/changes", {"since": 5})):
        answer = adviser.get(f"{path}/{url}", **since)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "unknown-version")
    assert adviser.get(f"/api/v1/diagnoses/{uuid7()}/versions").status_code == 404
