"""The calendar feed: made, shown again to its owner, renewed and ended; and what it opens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.support.servers.served_service import Client, Serve, Served

from intake import caseload
from intake.mail import waiting_tasks
from intake.main import service
from shared.kernel import PHASE_SERVICES
from shared.projections import Projector

LINK, TASKS = "/api/v1/calendar-feed", "/api/v1/calendar-tasks"
OTHERS = {name: f"http://{name}.test" for name in PHASE_SERVICES if name != "intake"}
REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "rna": "W442000001",
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Nous ne payons plus nos fournisseurs.",
}


@pytest.fixture
def silent() -> set[str]:
    return set()


@pytest.fixture
def intake(serve: Serve, silent: set[str], monkeypatch: pytest.MonkeyPatch) -> Served:
    """The other services answer two tasks each, on two pages, unless they are silent."""
    served = serve(service, feeds=OTHERS)
    served.web.state.addresses = OTHERS
    client = httpx.Client

    def answer(request: httpx.Request) -> httpx.Response:
        name = request.url.host.removesuffix(".test")
        if name in silent:
            raise httpx.ConnectError("silent", request=request)
        is_second = request.url.params.get("after") == "the second page"
        case = f"0199aaaa-0000-7000-8000-00000000000{2 if is_second else 1}"
        task = {
            "id": f"{case}/task",
            "case": case,
            "what": "task",
            "label": f"À faire ({name})",
            "due_on": "2031-03-04",
        }
        return httpx.Response(200, json={"items": [task], "next": None if is_second else "the second page"})

    def through(**options: Any) -> httpx.Client:
        return client(**options | {"transport": httpx.MockTransport(answer)})

    monkeypatch.setattr(httpx, "Client", through)
    return served


@pytest.fixture
def adviser(intake: Served) -> Iterator[Client]:
    identity = intake.id_of("calendar-owner")
    right = {"identity": identity, "role": "adviser", "unit": "dla-44", "reason": "Prise de poste."}
    granted = intake.by("manager").post("/api/v1/identities/rights", right)
    assert granted.status_code in (200, 201), granted.text
    yield intake.by("adviser", subject="calendar-owner")


def test_a_link_is_made_shown_again_renewed_and_ended(intake: Served, adviser: Client) -> None:
    anybody = intake.anonymous()
    assert adviser.get(LINK).json() == {"token": None}
    first = adviser.post(f"{LINK}/renewal", {}).json()["token"]
    assert adviser.get(LINK).json() == {"token": first}
    assert intake.by("adviser", subject="another").get(LINK).json() == {"token": None}
    assert anybody.post(TASKS, {"token": first}).status_code == 200
    second = adviser.post(f"{LINK}/renewal", {}).json()["token"]
    assert anybody.post(TASKS, {"token": first}).status_code == 404
    assert anybody.post(TASKS, {"token": second}).status_code == 200
    for _ in range(2):
        assert adviser.post(f"{LINK}/revocation", {}).json() == {"token": None}
    assert anybody.post(TASKS, {"token": second}).status_code == 404
    for stored in (first, second):
        assert stored not in str(intake.everything())


def test_it_opens_what_waits_in_all_services_without_a_name(intake: Served, adviser: Client) -> None:
    assert adviser.post("/api/v1/requests", REQUEST).status_code == 201
    Projector(intake.application, (caseload.projection,)).catch_up()
    token = adviser.post(f"{LINK}/renewal", {}).json()["token"]
    answer = intake.anonymous().post(TASKS, {"token": token})
    assert {task["service"] for task in answer.json()} == set(PHASE_SERVICES)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Jardins" not in answer.text and "Maëlle" not in answer.text


def test_it_opens_every_page_of_every_service(intake: Served, adviser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_tasks, "PAGE_TASKS", 2)
    for number in range(3):
        structure = REQUEST["structure"] | {"rna": f"W44200000{number}"}
        assert adviser.post("/api/v1/requests", REQUEST | {"structure": structure}).status_code == 201
    Projector(intake.application, (caseload.projection,)).catch_up()
    token = adviser.post(f"{LINK}/renewal", {}).json()["token"]
    found = Counter(task["service"] for task in intake.anonymous().post(TASKS, {"token": token}).json())
    assert found == {"intake": 6, **dict.fromkeys(OTHERS, 2)}, "each request is to be triaged and met"


def test_a_silent_service_makes_no_calendar_rather_than_an_incomplete_one(
    intake: Served, adviser: Client, silent: set[str]
) -> None:
    token = adviser.post(f"{LINK}/renewal", {}).json()["token"]
    silent.add("parcours")
    answer = intake.anonymous().post(TASKS, {"token": token})
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (503, "calendar-incomplete")
