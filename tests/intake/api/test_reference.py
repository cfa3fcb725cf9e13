"""Reference data over HTTP, in a deployment with its own files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.support.servers.intake_deployments import intake_service
from tests.support.servers.served_service import Served, served

from embedded.processes.nats import Nats
from intake.domain.reference.targets import TARGETS
from shared.kernel import paris_date

FOLDER = Path(__file__).parents[3] / "services" / "intake"
OFFICIAL = """TYPECOM,COM,REG,DEP,CTCD,ARR,TNCC,NCC,NCCENR,LIBELLE,CAN,COMPARENT
COM,44109,52,44,44D,442,0,NANTES,Nantes,Nantes,4499,
COM,44999,52,44,44D,442,0,ERDRE NEUVE,Erdre-Neuve,Erdre-Neuve,4417,
COMD,44998,,,,,0,ERDRE VIEILLE,Erdre-Vieille,Erdre-Vieille,,44999
ARM,13201,93,13,13D,133,0,MARSEILLE 01,Marseille 1er,Marseille 1er Arrondissement,,13055
"""


def written(folder: Path, name: str, content: str) -> Path:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return file


VERSION = """[[versions]]
version = "{}"
since = {}
{}
[[versions.criteria]]
code = "ess"
label = "De l’ESS"
hard = true
source = "P"
"""


# Over HTTP, in a deployment of its own


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    tomorrow = paris_date(datetime.now().astimezone()) + timedelta(days=1)
    versions = VERSION.format("pays-1", "2002-01-01", "") + VERSION.format("pays-2", tomorrow, "").replace(
        "ess", "siae"
    )
    service = intake_service(
        criteria=written(tmp_path, "criteria.toml", versions),
        targets=FOLDER / "targets.example.toml",
        communes=written(tmp_path, "v_commune_2027.csv", OFFICIAL),
    )
    with served(service, database, nats, tmp_path) as running:
        yield running


def test_a_deployment_judges_by_its_own_criteria_and_an_old_version_stays_readable(intake: Served) -> None:
    adviser = intake.by("adviser")
    request = {
        "structure": {
            "name": "Les Jardins de l’Erdre",
            "legal_form": "association",
            "department": "44",
            "siret": "73282932000074",
            "commune_code": "44999",
            "naf": "88.99B",
        },
        "contact": {"name": "Maëlle Kerdoncuff"},
        "need": "Une seule subvention.",
    }
    received = adviser.post("/api/v1/requests", request)
    case = received.headers["Location"]
    shown = adviser.get(case).json()
    assert shown["structure"]["commune"] == "Erdre-Neuve"
    assert shown["extra"]["structure"] == {
        "region": "Pays de la Loire",
        "activity": "Action sociale sans hébergement n.c.a.",
    }
    assert shown["extra"]["assessment"]["missing"] == ["ess"]
    adviser.post(f"{case}/meetings", {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff"}]})
    unknown = adviser.post(f"{case}/criteria", {"criterion": "employer", "verdict": "met", "evidence": "DSN."})
    assert (unknown.status_code, unknown.json()["rules"]) == (422, "pays-1")
    adviser.post(f"{case}/criteria", {"criterion": "ess", "verdict": "met", "evidence": "Statuts."})
    assert adviser.post(f"{case}/admission").json()["events"] == ["request-admitted"]

    in_two_days = (datetime.now().astimezone() + timedelta(days=2)).isoformat()
    assert intake.by("ops").post("/api/v1/clock", {"now": in_two_days}).status_code == 200
    admitted = adviser.get(case).json()
    assert (admitted["rules"], admitted["extra"]["assessment"]["rules"]) == ("pays-1", "pays-1")
    assert [each["version"] for each in adviser.get("/api/v1/criteria").json()] == ["pays-1", "pays-2"]
    assert adviser.get("/api/v1/criteria/pays-1").json()["list"][0]["source"] == "P"
    assert adviser.get("/api/v1/criteria/2021-1").json()["list"][0]["code"] == "existing"
    assert adviser.get("/api/v1/criteria/2019-9").json()["title"] == "Critères inconnus"


def test_a_deployment_adds_its_own_targets_to_those_that_everybody_knows(intake: Served) -> None:
    listed = {each["code"]: each for each in intake.by("adviser").get("/api/v1/orientation-targets").json()}
    assert listed.keys() == {target.code for target in TARGETS} | {"fonds_urgence_44"}
    assert {each["source"] for each in listed.values()} == {"P", "D"}


def test_communes_and_activities_are_found_by_a_few_letters(intake: Served) -> None:
    adviser = intake.by("adviser")

    def names(**parameters: str) -> list[str]:
        return [each["name"] for each in adviser.get("/api/v1/communes", **parameters).json()]

    assert names(q="saint herblain") == names(q="44800") == ["Saint-Herblain"]
    assert names(q="ERDRE-n") == ["Erdre-Neuve"]
    assert "Saint-Nazaire" in names(q="St Nazaire", department="44")
    assert "L’Haÿ-les-Roses" in names(q="l'hay", department="94")
    assert names(q="l'hay", department="44") == []
    assert adviser.get("/api/v1/activities", q="jeunes enfants").json() == {"88.91A": "Accueil de jeunes enfants"}
    assert adviser.get("/api/v1/activities", q="8899b").json().keys() == {"88.99B"}
