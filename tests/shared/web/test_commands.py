"""Commands over HTTP: repeated under one key, answered without links, and waited for by the reads that follow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.support.samples.existing_resources import caught_up
from tests.support.servers.served_service import Client, Serve, Served

from diagnostic.main import service as diagnostic_service
from intake.main import service as intake_service
from shared.messaging import Feed, Inbox, messages_of
from shared.web.requests import read_after_write

REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
        "headcount": 12,
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}


def slug(answer: Any) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


def admissible(adviser: Client) -> str:
    """The address of a request that has been met and examined."""
    case: str = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    adviser.post(f"{case}/meetings", {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff"}]})
    for criterion in ("existing", "employer", "ess"):
        adviser.post(f"{case}/criteria", {"criterion": criterion, "verdict": "met", "evidence": "Statuts lus."})
    return case


def test_a_repeated_admission_gets_its_first_answer_although_a_check_would_refuse_it_now(serve: Serve) -> None:
    adviser = serve(intake_service).by("adviser")
    case = admissible(adviser)
    first = adviser.post(f"{case}/admission", {"reason": "Besoin clair."}, Idempotency_Key="K")
    assert first.status_code == 200, first.text
    adviser.post(f"{case}/difficulty", {"level": "critical", "nature": "structural", "causes": ["cash"]})
    assert slug(adviser.post(f"{case}/admission", {"reason": "Besoin clair."})) in (
        "crisis-not-oriented",
        "outcome-given",
    )
    again = adviser.post(f"{case}/admission", {"reason": "Besoin clair."}, Idempotency_Key="K")
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert {name: again.json()[name] for name in ("id", "version", "events", "created")} == {
        name: first.json()[name] for name in ("id", "version", "events", "created")
    }
    assert again.headers["DLA-Position"] == first.headers["DLA-Position"]
    other = adviser.post(f"{case}/admission", {"reason": "Tout autre chose."}, Idempotency_Key="K")
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")


def test_links_are_left_out_on_request(serve: Serve) -> None:
    adviser = serve(intake_service).by("adviser")
    minimal = adviser.sending(Prefer="respond-async, return=minimal")
    received = minimal.post("/api/v1/requests", REQUEST)
    assert received.headers["Preference-Applied"] == "return=minimal"
    assert received.json().keys() == {"id", "version", "events", "created"}
    case = received.headers["Location"]
    assert "links" not in minimal.get(case).json()
    assert adviser.get(case).json()["links"]
    assert (
        "links"
        not in minimal.post(f"{case}/meetings", {"held_on": "2026-03-02", "participants": [{"name": "Elle"}]}).json()
    )
    assert "links" not in minimal.get(f"{case}/meetings/1").json()
    plain = adviser.sending(Prefer="return=representation").get(case)
    assert ("Preference-Applied" in plain.headers, "links" in plain.json()) == (False, True)


def test_a_list_waits_until_it_shows_what_was_written(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = serve(intake_service)
    adviser = intake.by("adviser")
    received = adviser.post("/api/v1/requests", REQUEST)
    waiting = adviser.sending(DLA_Wait_For=received.headers["DLA-Position"])
    assert waiting.get(received.headers["Location"]).status_code == 200, "read from the log, it waits for nothing"
    monkeypatch.setattr(read_after_write, "WAIT_SECONDS", 0.2)
    early = waiting.get("/api/v1/requests")
    assert (early.status_code, slug(early), early.headers["Retry-After"]) == (503, "not-here-yet", "1")
    monkeypatch.setattr(read_after_write, "WAIT_SECONDS", 20.0)
    with ThreadPoolExecutor() as pool:
        shown = pool.submit(waiting.get, "/api/v1/requests")
        caught_up(intake, "intake")
        assert [row["id"] for row in shown.result().json()["items"]] == [received.json()["id"]]
    assert waiting.get("/api/v1/caseload").status_code == 200
    for unreadable in ("", "intake", "intake:9:1", "intake:3:-1", "; DROP"):
        refused = adviser.sending(DLA_Wait_For=unreadable).get("/api/v1/requests")
        assert (refused.status_code, slug(refused)) == (400, "malformed-request"), unreadable


def test_a_read_of_the_next_phase_waits_for_the_admission(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    intake, diagnostic = serve(intake_service), serve(diagnostic_service)
    adviser = intake.by("adviser")
    admitted = adviser.post(f"{admissible(adviser)}/admission", {"reason": "Besoin clair."})
    position, case = admitted.headers["DLA-Position"], admitted.json()["id"]
    waiting = diagnostic.by("adviser").sending(DLA_Wait_For=position)
    monkeypatch.setattr(read_after_write, "WAIT_SECONDS", 0.2)
    assert slug(waiting.get(f"/api/v1/diagnoses/{case}")) == "not-here-yet"
    monkeypatch.setattr(read_after_write, "WAIT_SECONDS", 20.0)
    with ThreadPoolExecutor() as pool:
        opened = pool.submit(waiting.get, f"/api/v1/diagnoses/{case}")
        delivered(intake, diagnostic)
        assert opened.result().json()["status"] == "open"
    caught_up(diagnostic, "diagnostic")
    assert [row["id"] for row in waiting.get("/api/v1/diagnoses").json()["items"]] == [case]


def delivered(publisher: Served, consumer: Served) -> None:
    """What NATS does: the events of the one reach the other."""
    log = publisher.application
    inbox = Inbox(consumer.application, diagnostic_service.reactions, Feed({}, ""))
    entries = log.recorder.select_notifications(0, 1000, inclusive_of_start=False)
    for message in messages_of(log, intake_service.to_integration_event, entries):
        inbox.receive(message, "intake")
