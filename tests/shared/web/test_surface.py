"""What a caller gets wrong, at the surface of any service: told as a French problem, with nothing recorded."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from tests.support.samples.sample_services import eventually
from tests.support.servers.served_service import Client, Served, served

from embedded.processes import ports
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.main import service
from shared.web.http import problems, request_body
from shared.web.http.request_body import UNIT_MARKS
from shared.web.limits import Payer

RECEIVED: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
        "headcount": 12,
        "fte": 9.5,
        "first_hire": False,
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}


@pytest.fixture(scope="module")
def intake(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    def database(name: str) -> str:
        return postgres.ensure_database(f"surface_{name}", connections=-1)

    with served(service, database, nats, tmp_path_factory.mktemp("surface")) as running:
        yield running


@pytest.fixture
def adviser(intake: Served) -> Client:
    return intake.by("adviser", unit=f"dla-{uuid4().hex[:8]}")


def told(answer: Any, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == problems.TYPES + slug
    assert problem["title"]
    assert problem["detail"]
    return problem


def of_structure(**changes: Any) -> dict[str, Any]:
    known = {key: value for key, value in RECEIVED["structure"].items() if key != "first_hire"}
    return {**RECEIVED, "structure": known | changes}


RECEIVED_PLAIN = of_structure()


# A type is a type


LABELS = {"headcount": "Structure › Nombre de salarié·es", "fte": "Structure › ETP", "name": "Structure › Nom"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"headcount": "12"}, "un nombre entier est attendu"),
        ({"headcount": True}, "un nombre entier est attendu"),
        ({"headcount": 12.5}, "un nombre entier est attendu"),
        ({"headcount": 10**30}, "doit être inférieur ou égal à 1000000"),
        ({"fte": "9.5"}, "un nombre est attendu"),
        ({"fte": True}, "un nombre est attendu"),
        ({"name": 44}, "un texte est attendu"),
        ({"name": ["Les Jardins"]}, "un texte est attendu"),
    ],
)
def test_a_number_is_no_text_and_true_is_no_number(adviser: Client, changes: dict[str, Any], said: str) -> None:
    problem = told(adviser.post("/api/v1/requests", of_structure(**changes)), 422, "invalid-request")
    (field,) = changes
    assert problem["errors"] == [{"pointer": f"/structure/{field}", "field": LABELS[field], "message": said}]


def test_what_json_has_no_type_for_comes_as_text(adviser: Client) -> None:
    path = adviser.post("/api/v1/requests", of_structure()).headers["Location"]
    meeting = {"held_on": "2026-03-02", "participants": [{"name": "Maëlle"}]}
    held_on: Any
    for held_on in (1772409600, 0, True, "2026-03-02T00:00:00", ["2026-03-02"]):
        answer = adviser.post(f"{path}/meetings", {**meeting, "held_on": held_on})
        (error,) = told(answer, 422, "invalid-request")["errors"]
        assert (error["pointer"], error["field"]) == ("/held_on", "Tenu le")
    assert adviser.post(f"{path}/meetings", meeting).status_code == 200


def test_answers_to_the_questionnaire_are_true_or_false(intake: Served) -> None:
    (question, *_) = intake.anonymous().get("/api/v1/self-checks/questions").json()
    wrong: Any
    for wrong in ("true", 1, "oui", []):
        answer = intake.anonymous().post("/api/v1/self-checks", {"answers": {question["code"]: wrong}})
        told(answer, 422, "invalid-request")
    assert intake.anonymous().post("/api/v1/self-checks", {"answers": {question["code"]: None}}).status_code == 200


# What cannot be read


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        (b"{", 422, "invalid-request"),
        (b'"\xe9"', 400, "malformed-request"),
        (b"[" * 1_000, 400, "malformed-request"),
        (b"[" * 100_000, 413, "body-too-large"),
        (b'{"need":' * 900 + b"1" + b"}" * 900, 400, "malformed-request"),
        (b'{"need":' * 17 + b"1" + b"}" * 17, 400, "malformed-request"),
        (b'{"need":' * 16 + b"1" + b"}" * 16, 422, "invalid-request"),
        (b'{"need": NaN}', 422, "invalid-request"),
        (b'{"need": -Infinity}', 422, "invalid-request"),
        (b'{"need": ' + b"9" * 5000 + b"}", 400, "malformed-request"),
        (b'{"need": 1e999}', 422, "invalid-request"),
        (b'{"need": "\\ud800"}', 422, "invalid-request"),
        (b'{"\\udfff": 1}', 422, "invalid-request"),
        (b'{"need": "\\u0000"}', 422, "invalid-request"),
        (b" " * 300_000, 413, "body-too-large"),
        (b"{%s}" % b",".join(b'"k%d":0' % n for n in range(20_000)), 413, "body-too-large"),
        (b'["",' + b'"",' * 60_000 + b"1]", 413, "body-too-large"),
    ],
)
def test_what_cannot_be_read_is_told(adviser: Client, content: bytes, status: int, slug: str) -> None:
    told(adviser.post_raw("/api/v1/requests", content), status, slug)


def test_of_many_faults_the_first_twenty_are_told(intake: Served) -> None:
    """28,000 unknown fields held the event loop for a second, and were answered with 1.5 MB."""
    answer = intake.anonymous().post("/api/v1/self-checks", {f"k{n}": 0 for n in range(900)})
    problem = told(answer, 422, "invalid-request")
    assert [each["pointer"] for each in problem["errors"]] == ["/answers", *(f"/k{n}" for n in range(19))]
    assert problem["more_errors"] == 900 - 19
    assert len(answer.content) < 4_000
    few = intake.anonymous().post("/api/v1/self-checks", {"answers": {}, "k": 0})
    assert "more_errors" not in told(few, 422, "invalid-request")


def test_a_long_body_costs_as_many_requests_as_it_takes(intake: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    charged: list[int] = []
    monkeypatch.setattr(Payer, "charge", lambda _payer, units: charged.append(units))
    many = {f"k{n}": "," * 20 for n in range(900)}
    intake.anonymous().post("/api/v1/self-checks", many)
    assert max(charged) >= 900 * 2 // UNIT_MARKS, "its keys and values, at least"
    charged.clear()
    intake.anonymous().post("/api/v1/self-checks", {"answers": {}})
    assert max(charged) == 0


def test_thousands_of_parameters_are_not_read(intake: Served) -> None:
    answer = intake.http.get("/api/v1/self-checks/questions?" + "&".join(f"a{n}" for n in range(2_000)))
    assert "errors" not in told(answer, 400, "malformed-request")
    told(intake.http.get("/api/v1/self-checks/questions?" + "&".join("ab")), 422, "invalid-request")


def test_a_long_text_with_many_commas_is_no_body_with_many_values(adviser: Client) -> None:
    need = "Trésorerie : tendue, gouvernance : à revoir, « [sic] », \\" + '"' * 3
    assert adviser.post("/api/v1/requests", RECEIVED_PLAIN | {"need": (need * 150)[:7_900]}).status_code == 201
    whole = json.dumps([need * 800, {"a": need * 800}]).encode()
    assert request_body.read_json(whole) == [need * 800, {"a": need * 800}]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data", ""]
)
def test_only_json_is_taken(intake: Served, adviser: Client, content_type: str) -> None:
    headers = adviser._headers | {"Content-Type": content_type}
    answer = intake.http.post("/api/v1/requests", content=json.dumps(of_structure()).encode(), headers=headers)
    told(answer, 415, "not-json")


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8", "application/a+json"])
def test_json_has_several_names(intake: Served, adviser: Client, content_type: str) -> None:
    headers = adviser._headers | {"Content-Type": content_type}
    body = json.dumps(of_structure()).encode()
    assert intake.http.post("/api/v1/requests", content=body, headers=headers).status_code == 201


# Where nothing answers


def test_a_method_that_an_address_does_not_take_is_told_with_those_it_takes(intake: Served, adviser: Client) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        answer = intake.http.request(method, "/api/v1/requests", headers=adviser._headers)
        told(answer, 405, "method-not-allowed")
        assert answer.headers["Allow"] == "GET, POST"
    head = intake.http.head("/api/v1/requests", headers=adviser._headers)
    assert (head.status_code, head.headers["Content-Type"]) == (405, "application/problem+json")


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/requests/", "//api/v1/requests", "/api/v1", "/api/v1/requests/%00/%2e%2e", "/%ff"]
)
def test_an_address_is_exact(intake: Served, adviser: Client, path: str) -> None:
    answer = intake.http.get(path, headers=adviser._headers, follow_redirects=False)
    told(answer, 404, "not-found")


# A body that never ends


def test_a_body_that_stalls_half_sent_is_cut(intake: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "BODY_TIMEOUT_SECONDS", 0.3)
    port = ports.choose_ports({"web": None})["web"]
    web: Any = intake.http.app  # type: ignore[attr-defined]
    config = uvicorn.Config(web, host="127.0.0.1", port=port, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = Thread(target=server.run)
    serving.start()
    try:
        eventually(lambda: server.started)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as caller:
            caller.sendall(
                b"POST /api/v1/self-checks HTTP/1.1\r\nHost: dla\r\nContent-Type: application/json\r\n"
                b'Content-Length: 100\r\n\r\n{"answers"'
            )
            received = b"".join(iter(lambda: caller.recv(4096), b""))
    finally:
        server.should_exit = True
        serving.join()
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in head
    assert json.loads(body)["type"] == problems.TYPES + "body-too-slow"
