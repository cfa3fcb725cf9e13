"""The client of the public directory: its answers are hints, and everything works without it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from tests.support.servers.intake_deployments import intake_service
from tests.support.servers.served_service import served

from embedded.processes.nats import Nats
from intake.domain.structure import Prefill
from intake.reference.directory import CACHE_SECONDS, Directory
from shared.testing.scenarios import NOW

SIREN = "732829320"
COMPANY = {
    "siren": SIREN,
    "nom_complet": "LES JARDINS DE L'ERDRE (JARDINS)",
    "nom_raison_sociale": "LES JARDINS DE L'ERDRE",
    "nature_juridique": "9220",
    "activite_principale": "88.99B",
    "tranche_effectif_salarie": "NN",
    "siege": {"siret": "73282932000074", "commune": "44109"},
    "complements": {"est_ess": False, "est_association": True, "est_siae": False},
}
PAGE = json.dumps({"results": [COMPANY], "total_results": 1}).encode()


class StandIn:
    """Behaves as told, one way after the other, and then the last way for good."""

    def __init__(self) -> None:
        self.ways: list[tuple[int, bytes, dict[str, str]]] = [(200, PAGE, {})]
        self.requests: list[str] = []
        self.slow, self.awake = False, Event()
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stand_in.requests.append(self.path)
                if stand_in.slow:
                    stand_in.awake.wait(5)
                    return
                status, body, headers = stand_in.ways.pop(0) if len(stand_in.ways) > 1 else stand_in.ways[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    there = StandIn()
    thread = Thread(target=there.server.serve_forever, args=(0.01,))
    thread.start()
    yield there
    there.awake.set()
    there.server.shutdown()
    thread.join()
    there.server.server_close()


def test_the_hints_are_codes_and_flags_with_source_and_time(stand_in: StandIn) -> None:
    entry = Directory(stand_in.url).find(SIREN, NOW)
    assert entry is not None
    assert (entry.siren, entry.name) == (SIREN, "LES JARDINS DE L'ERDRE")
    assert entry.hints == Prefill(
        stand_in.url,
        NOW,
        legal_category="9220",
        naf="88.99B",
        commune_code="44109",
        headcount_band="NN",
        is_ess=False,
        is_association=True,
        is_siae=False,
    )
    assert stand_in.requests == [f"/search?q={SIREN}&page=1&per_page=1"]


@pytest.mark.parametrize(
    "person",
    [
        {"nature_juridique": "1000"},
        {"nature_juridique": None},
        {"nature_juridique": "9220", "nom_raison_sociale": None},
    ],
)
def test_a_sole_traders_name_is_never_read(stand_in: StandIn, person: dict[str, Any]) -> None:
    stand_in.ways = [(200, json.dumps({"results": [COMPANY | person]}).encode(), {})]
    entry = Directory(stand_in.url).find(SIREN, NOW)
    assert entry is not None
    assert entry.name is None


def test_a_company_that_is_not_there_is_no_error(stand_in: StandIn) -> None:
    stand_in.ways = [(200, b'{"results": []}', {})]
    assert Directory(stand_in.url).find(SIREN, NOW) is None
    stand_in.ways = [(200, PAGE, {})]
    assert Directory(stand_in.url).find("356000000", NOW) is None


def test_an_answer_is_remembered_for_a_day_and_an_absence_too(stand_in: StandIn) -> None:
    now = 0.0
    directory = Directory(stand_in.url, monotonic=lambda: now)
    first = directory.find(SIREN, NOW)
    assert directory.find(SIREN, NOW) == first
    directory.find("356000000", NOW)
    directory.find("356000000", NOW)
    assert len(stand_in.requests) == 2
    now = CACHE_SECONDS
    directory.find(SIREN, NOW)
    assert len(stand_in.requests) == 3


def test_a_directory_that_stumbles_is_asked_again(stand_in: StandIn) -> None:
    stand_in.ways = [(503, b"", {}), (200, PAGE, {})]
    assert Directory(stand_in.url).find(SIREN, NOW) is not None


def test_one_that_asks_to_wait_is_obeyed_or_left_in_peace(stand_in: StandIn) -> None:
    stand_in.ways = [(429, b"", {"Retry-After": "1"}), (200, PAGE, {})]
    began = time.monotonic()
    assert Directory(stand_in.url).find(SIREN, NOW) is not None
    assert time.monotonic() - began >= 1
    stand_in.requests.clear()
    stand_in.ways = [(429, b"", {"Retry-After": "60"})]
    assert Directory(stand_in.url).find("356000000", NOW) is None
    assert len(stand_in.requests) == 1


@pytest.mark.parametrize(
    "way", [(500, b"", {}), (200, b"<html>", {}), (200, b'{"results": 3}', {}), (404, b"", {}), (429, b"", {})]
)
def test_a_broken_directory_is_of_no_help_and_not_remembered(stand_in: StandIn, way: Any) -> None:
    stand_in.ways = [way]
    directory = Directory(stand_in.url, timeout_seconds=1)
    assert directory.find(SIREN, NOW) is None
    stand_in.ways = [(200, PAGE, {})]
    assert directory.find(SIREN, NOW) is not None


def test_a_slow_directory_keeps_nobody_waiting(stand_in: StandIn) -> None:
    stand_in.slow = True
    began = time.monotonic()
    assert Directory(stand_in.url, timeout_seconds=0.4).find(SIREN, NOW) is None
    assert time.monotonic() - began < 3


def test_a_directory_that_is_gone_is_of_no_help() -> None:
    assert Directory("http://127.0.0.1:1", timeout_seconds=0.5).find(SIREN, NOW) is None


@pytest.mark.parametrize("asks", [True, False])
def test_a_request_keeps_what_the_directory_said_and_is_received_without_it(
    stand_in: StandIn,
    database: Callable[..., str],
    nats: Nats,
    tmp_path: Path,
    asks: bool,
) -> None:
    service = intake_service(prefill_url=stand_in.url) if asks else intake_service()
    structure = {"name": "Les Jardins", "legal_form": "ess_company", "department": "44", "siret": "73282932000074"}
    body = {"structure": structure, "contact": {"name": "Maëlle"}, "need": "Une seule subvention."}
    with served(service, database, nats, tmp_path) as intake:
        received = intake.by("adviser").post("/api/v1/requests", body)
        assert received.status_code == 201, received.text
        prefill = intake.by("adviser").get(received.headers["Location"]).json()["prefill"]
        looked_up = intake.by("adviser").get(f"/api/v1/directory/{SIREN}")
        unknown = intake.by("adviser").get("/api/v1/directory/356000000")
        as_leader = intake.by("leader", case=received.json()["id"]).get(f"/api/v1/directory/{SIREN}")
    assert looked_up.status_code == (200 if asks else 404)
    assert (unknown.status_code, unknown.json()["type"].rpartition("/")[2]) == (404, "unknown-company")
    assert as_leader.status_code == 403
    if asks:
        found = looked_up.json()
        assert (found["name"], found["commune"], found["department"]) == ("LES JARDINS DE L'ERDRE", "Nantes", "44")
        assert found["postcode"] is None, "Nantes has several"
        stand_in.requests = stand_in.requests[:1]
    assert (prefill is not None, len(stand_in.requests)) == (asks, int(asks))
    if asks:
        assert (prefill["is_ess"], prefill["headcount_band"]) == (False, "NN")


@pytest.mark.parametrize(
    ("answer", "hints"),
    [
        ({"siege": {"commune": "[NON-DIFFUSIBLE]"}}, {"commune_code": None, "legal_category": "9220"}),
        ({"siege": None}, {"commune_code": None, "legal_category": "9220"}),
        ({"complements": None, "siege": {"commune": "44109"}}, {"commune_code": "44109", "is_ess": None}),
        ({"complements": {"est_ess": "[NON-DIFFUSIBLE]", "est_siae": True}}, {"is_ess": None, "is_siae": True}),
        ({"siege": "[NON-DIFFUSIBLE]"}, {"commune_code": None, "legal_category": "9220"}),
        ({"nature_juridique": ["9220"]}, {"legal_category": None}),
        ({"etat_administratif": "C"}, {"is_closed": True}),
        ({"etat_administratif": "A", "siege": {"etat_administratif": "F"}}, {"is_closed": True}),
        ({"etat_administratif": "A", "siege": {"etat_administratif": "A"}}, {"is_closed": False}),
        ({}, {"is_closed": None}),
    ],
)
def test_a_hint_that_cannot_be_read_costs_no_other(
    stand_in: StandIn, answer: dict[str, Any], hints: dict[str, Any]
) -> None:
    company = {"siren": SIREN, "nature_juridique": "9220"} | answer
    stand_in.ways = [(200, json.dumps({"results": [company]}).encode(), {})]
    entry = Directory(stand_in.url).find(SIREN, NOW)
    assert entry and {name: getattr(entry.hints, name) for name in hints} == hints
