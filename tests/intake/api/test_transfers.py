"""Transfer, earlier requests and corrections over HTTP, in a deployment with its own table of competence."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.support.servers.intake_deployments import intake_service
from tests.support.servers.served_service import Client, Served, served

from embedded.processes.nats import Nats
from shared.runtime.service import ProcessRole

# Over HTTP


REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
        "scope": "regional",
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Une seule subvention.",
}


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "competence.toml").write_text('[regions]\n"52" = "dla-regional-52"\n')
    with served(
        intake_service(competence=tmp_path / "competence.toml"), database, nats, tmp_path, ProcessRole.ALL
    ) as running:
        yield running


def slug(answer: Any) -> str:
    return str(answer.json()["type"]).rsplit("/", 1)[1]


def wait_for_requests(client: Client, count: int, status: str | None = None) -> list[dict[str, Any]]:
    end = time.monotonic() + 10
    parameters = {"status": status} if status else {}
    while len(items := client.get("/api/v1/requests", **parameters).json()["items"]) != count:
        assert time.monotonic() < end, items
    return list(items)


def test_a_request_of_regional_scope_goes_to_the_regional_dla_and_keeps_its_history(intake: Served) -> None:
    adviser, regional = intake.by("adviser"), intake.by("regional", unit="dla-regional-52")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    competence = adviser.get(case).json()["extra"]["competence"]
    assert competence == {"unit": "dla-regional-52", "here": False}
    adviser.post(f"{case}/difficulty", {"level": "proven"})
    origin = {"origin": case.rsplit("/", 1)[1]}
    assert slug(regional.post("/api/v1/requests/transfers", origin)) == "not-transferred"
    adviser.post(f"{case}/transfer", {"to_unit": "dla-regional-52", "reason": "Réseau de trois départements."})
    assert wait_for_requests(regional, 1, "transferred")[0]["to_unit"] == "dla-regional-52"
    assert slug(adviser.post("/api/v1/requests/transfers", origin)) == "not-the-receiving-unit"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: regional.post("/api/v1/requests/transfers", origin), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (received,) = [answer for answer in answers if answer.status_code == 201]
    taken_over = regional.get(received.headers["Location"]).json()
    assert (taken_over["origin"], taken_over["status"]) == (origin["origin"], "received")
    assert (taken_over["need"], taken_over["extra"]["difficulty"]["level"]) == ("Une seule subvention.", "proven")
    assert taken_over["extra"]["competence"]["here"] is True
    assert [event["event"] for event in regional.get(f"{case}/history").json()][-1] == "request-transferred"


def test_a_structure_that_comes_back_is_linked_to_its_earlier_requests_of_the_unit(intake: Served) -> None:
    adviser = intake.by("adviser")
    first = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    adviser.post(f"{first}/non-admission", {"reason": "Trop tôt.", "no_orientation_reason": "Elle a déjà ses appuis."})
    wait_for_requests(adviser, 1, "not_admitted")
    assert intake.by("adviser", unit="dla-35").post("/api/v1/requests", REQUEST).status_code == 201
    again = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    assert adviser.get(again).json()["earlier"] == [first.rsplit("/", 1)[1]]


def test_a_correction_takes_effect_on_its_own_day(intake: Served) -> None:
    adviser = intake.by("adviser")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    structure = REQUEST["structure"] | {"headcount": 14}
    correction = {"structure": structure, "effective_on": "2026-01-05", "reason": "Embauches de janvier."}
    assert adviser.post(f"{case}/corrections", correction).status_code == 200
    assert adviser.get(case).json()["structure"]["headcount"] == 14
    received, corrected = adviser.get(f"{case}/history").json()
    assert received["data"]["structure"]["headcount"] is None
    assert corrected["effective_at"] == "2026-01-04T23:00:00Z", "the day begins in Paris"


def test_the_reference_data_names_its_source(intake: Served) -> None:
    shipped = intake.by("adviser").get("/api/v1/reference").json()
    assert shipped.pop("criteria")["items"].keys() == {"S", "P", "D"}
    assert all(each["source"].startswith("INSEE, ") for each in shipped.values())
    assert shipped["legal_categories"]["items"]["9"] == "Groupement de droit privé"
