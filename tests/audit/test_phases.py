"""Audit calls the services over TLS as other programs do: it trusts the authorities of DLA_CA_FILE and no other."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import ClassVar
from uuid import uuid4

import pytest
from tests.support.servers.certificate_authority import Authority

from audit import phase_services, phases
from audit.bundle.collect import ServiceUnavailable, fetch_contents
from audit.names import fetch_names
from audit.phase_services import PhaseServices
from audit.phases import ServiceQuestion, ask_services
from shared.web.http import ProblemError

CASE = uuid4()
ANSWER = b'{"names": {}, "events": [], "schemas": {}, "items": [], "next": null}'
QUESTION = {"intake": ServiceQuestion("/api/v1/caseload")}


class Intake(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connections: ClassVar[set[object]] = set()

    def do_GET(self) -> None:
        self.connections.add(self.client_address)
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def addresses(authority: Authority) -> Iterator[dict[str, str]]:
    """Intake behind a certificate that only this authority signed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Intake)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.server())
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield {"intake": f"https://127.0.0.1:{server.server_port}"}
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_call_trusts_the_authorities_of_the_deployment(authority: Authority, addresses: dict[str, str]) -> None:
    services = PhaseServices(addresses, ssl.create_default_context(cafile=authority.file))
    assert fetch_names(services, CASE, [], {}) == {}
    assert fetch_contents("intake", services=services, case=CASE, reader={}).answer.shown
    assert ask_services(services, QUESTION, {}).pages["intake"]["items"] == []


def test_calls_that_follow_one_another_take_one_connection(authority: Authority, addresses: dict[str, str]) -> None:
    services = PhaseServices(addresses, ssl.create_default_context(cafile=authority.file))
    Intake.connections.clear()
    for _ in range(3):
        assert ask_services(services, QUESTION, {}).pages["intake"]["items"] == []
        assert fetch_names(services, CASE, [], {}) == {}
    assert len(Intake.connections) == 1


def test_no_call_trusts_an_authority_that_the_deployment_does_not_name(addresses: dict[str, str]) -> None:
    services = PhaseServices(addresses)
    assert fetch_names(services, CASE, [], {}) is None
    with pytest.raises(ServiceUnavailable):
        fetch_contents("intake", services=services, case=CASE, reader={})
    with pytest.raises(ProblemError) as refused:
        ask_services(services, QUESTION, {})
    assert refused.value.slug == "service-unavailable"


class Endless(BaseHTTPRequestHandler):
    over: ClassVar[Event]

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while not self.over.wait(0.02):
            self.wfile.write(b" ")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endless() -> Iterator[str]:
    """The address of a service that sends its answer byte by byte and never ends it."""
    Endless.over = Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Endless.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_service_that_never_ends_its_answer_takes_no_thread_of_another(
    authority: Authority, addresses: dict[str, str], endless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phase_services, "MAX_THREADS", 1)
    monkeypatch.setattr(phases, "TIMEOUT_SECONDS", 1.0)
    services = PhaseServices(addresses | {"parcours": endless}, ssl.create_default_context(cafile=authority.file))
    questions = dict.fromkeys(("parcours", "diagnostic", "intake"), QUESTION["intake"])
    for _ in range(2):
        answers = ask_services(services, questions, {})
        assert list(answers.pages) == ["intake"]
        assert [each.service for each in answers.unavailable] == ["parcours", "diagnostic"]
