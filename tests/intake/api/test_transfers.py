"""Transfer, earlier requests and corrections over HTTP, in a deployment with its own table of competence."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.support.checks.projection_waits import days_pass
from tests.support.servers.intake_deployments import intake_service
from tests.support.servers.served_service import Client, Served, served

from embedded.processes.nats import Nats
from shared.runtime.process_role import ProcessRole

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


TAKE_OVER = ("transfer-received", "transfer-taken-over")


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


def bodies(client: Client) -> dict[str, Any]:
    """What the feed for partners says of take-overs."""
    events = client.get("/events").json()["events"]
    return {each["header"]["event"]: each["body"] for each in events if each["header"]["event"] in TAKE_OVER}


def test_a_request_of_regional_scope_goes_to_the_regional_dla_and_keeps_its_history(intake: Served) -> None:
    adviser, regional = intake.by("adviser"), intake.by("regional", unit="dla-regional-52")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    competence = adviser.get(case).json()["extra"]["competence"]
    assert competence == {"unit": "dla-regional-52", "here": False}
    adviser.post(f"{case}/difficulty", {"level": "proven"})
    origin = {"origin": case.rsplit("/", 1)[1]}
    assert slug(regional.post("/api/v1/requests/take-over", origin)) == "unknown-case"
    adviser.post(f"{case}/transfer", {"to_unit": "dla-regional-52", "reason": "Réseau de trois départements."})
    assert wait_for_requests(regional, 1, "transferred")[0]["to_unit"] == "dla-regional-52"
    assert slug(adviser.post("/api/v1/requests/take-over", origin)) == "not-the-receiving-unit"
    elsewhere = intake.by("adviser", subject="elsewhere", unit="dla-75")
    assert slug(elsewhere.post("/api/v1/requests/take-over", origin)) == "unknown-case"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: regional.post("/api/v1/requests/take-over", origin), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (received,) = [answer for answer in answers if answer.status_code == 201]
    taken_over = regional.get(received.headers["Location"]).json()
    assert (taken_over["origin"], taken_over["status"]) == (origin["origin"], "received")
    assert (taken_over["need"], taken_over["extra"]["difficulty"]["level"]) == ("Une seule subvention.", "proven")
    assert taken_over["extra"]["competence"]["here"] is True
    assert [event["event"] for event in regional.get(f"{case}/history").json()][-2:] == [
        "request-transferred",
        "transfer-taken-over",
    ]
    assert adviser.get(case).json()["taken_over_as"] == taken_over["id"]
    assert bodies(regional) == {
        "transfer-received": {"origin": origin["origin"]},
        "transfer-taken-over": {"request": taken_over["id"]},
    }
    assert bodies(adviser) == {"transfer-taken-over": None}, "a partner of the giving unit does not read the other case"
    assert slug(adviser.post(f"{case}/transfer/withdrawal", {"reason": "Trop tard."})) == "transfer-taken-over"


def test_a_request_goes_to_no_unit_that_nobody_knows(intake: Served) -> None:
    adviser = intake.by("adviser")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    refused = adviser.post(f"{case}/transfer", {"to_unit": "dla-regional-25", "reason": "Réseau."})
    assert (refused.status_code, slug(refused)) == (422, "unknown-unit")
    assert "dla-regional-52" in refused.json()["units"]
    assert adviser.get(case).json()["status"] == "received"


def test_a_transfer_is_a_task_of_the_unit_that_receives_it_and_later_of_the_other_too(intake: Served) -> None:
    adviser, regional = intake.by("adviser"), intake.by("regional", unit="dla-regional-52")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]

    def wait_for_tasks(client: Client, *expected: str) -> None:
        end = time.monotonic() + 10
        while (waiting := [task["what"] for task in client.get("/api/v1/caseload").json()["items"]]) != [*expected]:
            assert time.monotonic() < end, waiting

    meeting = {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff"}]}
    assert adviser.post(f"{case}/meetings", meeting).status_code == 200
    wait_for_tasks(adviser, "request_to_triage", "outcome_to_give")
    adviser.post(f"{case}/transfer", {"to_unit": "dla-regional-52", "reason": "Réseau de trois départements."})
    wait_for_tasks(regional, "transfer_to_take_over")
    (task,) = regional.get("/api/v1/caseload", unit="dla-regional-52").json()["items"]
    assert (task["unit"], task["adviser"], task["late"]) == ("dla-regional-52", None, False)
    wait_for_tasks(adviser)
    days_pass(intake, 8)
    wait_for_tasks(adviser, "transfer_not_taken_over")
    assert adviser.post(f"{case}/transfer/withdrawal", {"reason": "Le réseau se replie."}).status_code == 200
    wait_for_tasks(regional)
    wait_for_tasks(adviser, "request_to_triage", "outcome_to_give")
    assert regional.get(case).status_code == 404
    adviser.post(f"{case}/transfer", {"to_unit": "dla-regional-52", "reason": "Réseau de trois départements."})
    wait_for_tasks(regional, "transfer_to_take_over")
    taken = regional.post("/api/v1/requests/take-over", {"origin": case.rsplit("/", 1)[1]})
    assert taken.status_code == 201, taken.text
    assert len(regional.get(taken.headers["Location"]).json()["meetings"]) == 1
    wait_for_tasks(regional, "request_to_triage", "outcome_to_give")
    wait_for_tasks(adviser)


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
