"""Structures in a crisis over HTTP: orientation before admission, and chasing of orientations."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.servers.served_service import Client, Serve, Served

from intake.domain.reference.targets import TARGETS
from intake.main import service
from shared.runtime.process_role import ProcessRole

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


def wait_for_chases(adviser: Client, count: int) -> list[dict[str, Any]]:
    end = time.monotonic() + 10
    while len(chases := adviser.get("/api/v1/requests/chases", unit="dla-44").json()) != count:
        assert time.monotonic() < end, chases
    return list(chases)


def test_a_structure_in_cessation_of_payments_is_oriented_at_once_and_its_orientation_chased(intake: Served) -> None:
    adviser = intake.by("adviser")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    cessation = datetime.now().astimezone().date() - timedelta(days=10)
    triage = {"level": "insolvent", "nature": "structural", "causes": ["cash"], "cessation_on": cessation.isoformat()}
    assert adviser.post(f"{case}/difficulty", triage).json()["events"] == ["difficulty-triaged"]
    shown = adviser.get(case).json()["extra"]["difficulty"]
    assert shown["legal_deadline"] == (cessation + timedelta(days=45)).isoformat()
    assert shown["disclaimer"].startswith("Date indicative")

    adviser.post(
        f"{case}/meetings", {"held_on": cessation.isoformat(), "participants": [{"name": "Maëlle Kerdoncuff"}]}
    )
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

    (waiting,) = wait_for_chases(adviser, 1)
    assert (waiting["orientation"], waiting["difficulty"], waiting["overdue"]) == (
        proposed.json()["id"],
        "insolvent",
        False,
    )
    assert waiting["legal_deadline"] == shown["legal_deadline"]
    (listed,) = adviser.get("/api/v1/requests", difficulty="insolvent").json()["items"]
    assert listed["legal_deadline"] == shown["legal_deadline"]
    (sent,) = adviser.get(f"{case}/orientations").json()
    assert (sent["id"], sent["status"], sent["target"][:6]) == (waiting["orientation"], "sent", "CODEFI")
    assert adviser.get("/api/v1/requests/chases", unit="dla-35").json() == []
    assert adviser.get("/api/v1/requests/chases", unit="dla\0").status_code == 422
    sent_at = adviser.get(orientation, version=3).json()["replayed"]["recorded_at"]
    chase = {"channel": "phone", "said": "Le greffe cherche le dossier."}
    assert adviser.post(f"{orientation}/chases", chase).status_code == 200
    end = time.monotonic() + 10
    while (now := wait_for_chases(adviser, 1)[0])["chases"] == 0:
        assert time.monotonic() < end
    assert now["due_at"] > waiting["due_at"]
    read = adviser.get(orientation).json()
    assert (read["chases"][0]["said"], read["dates"].keys()) == (chase["said"], {"proposed", "consented", "sent"})
    adviser.post(f"{orientation}/acknowledgment")
    assert wait_for_chases(adviser, 0) == []
    (then,) = adviser.get("/api/v1/requests/chases", as_of=sent_at).json()
    assert then["orientation"] == waiting["orientation"], "it was waited for then"


def test_a_structure_that_does_not_enter_has_an_orientation_that_was_not_declined(intake: Served) -> None:
    adviser = intake.by("adviser")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    ids = []
    for target in ("cress", "La banque de quartier"):
        proposed = adviser.post(f"{case}/orientations", {"target": target, "reason": "Réseau."})
        adviser.post(f"{proposed.headers['Location']}/refusal", {"reason": "Déjà essayé."})
        ids.append(proposed.json()["id"])
    first, second = adviser.get(f"{case}/orientations").json()
    assert [first["id"], second["id"]] == ids
    assert (first["status_label"], second["target"]) == ("déclinée", None), "another target may be a person"
    outcome = {"reason": "Hors du cadre du DLA.", "orientations": ids}
    refused = adviser.post(f"{case}/orientation", outcome)
    assert (slug(refused), "déclinées" in refused.json()["detail"]) == ("no-orientation", True)
    because = {"reason": "Hors du cadre du DLA.", "no_orientation_reason": "La structure a tout décliné."}
    assert adviser.post(f"{case}/non-admission", because).json()["events"] == ["request-not-admitted"]
    assert adviser.get(case).json()["status"] == "not_admitted"


def test_a_structure_with_an_orientation_under_way_is_oriented(intake: Served) -> None:
    adviser = intake.by("adviser")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    proposed = adviser.post(f"{case}/orientations", {"target": "cress", "reason": "Réseau."}).json()["id"]
    nobody = {"reason": "Hors du cadre du DLA.", "no_orientation_reason": "Personne."}
    assert slug(adviser.post(f"{case}/non-admission", nobody)) == "orientation-under-way"
    outcome = {"reason": "Hors du cadre du DLA.", "orientations": [proposed]}
    assert adviser.post(f"{case}/orientation", outcome).status_code == 200


def test_the_list_of_targets_is_data_in_french(intake: Served) -> None:
    listed = intake.by("adviser").get("/api/v1/orientation-targets").json()
    assert {each["code"] for each in listed} == {target.code for target in TARGETS}
    assert {"kind", "territory", "name"} <= listed[0].keys()
