"""The probe of the containers: what it asks, and what it takes for yes."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tests.support.servers.certificate_authority import ELSEWHERE, Authority

from embedded.processes import ports

PROBE = Path(__file__).parents[2] / "deploy/images/dla-ready"


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" and self.headers["Host"] else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@contextmanager
def server(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as serving:
        if context:
            serving.socket = context.wrap_socket(serving.socket, server_side=True)
        thread = Thread(target=serving.serve_forever)
        thread.start()
        yield serving.server_address[1]
        serving.shutdown()
        thread.join()


def says_yes(port: int, *words: str, **settings: str) -> bool:
    environment = {"PATH": os.environ["PATH"], "DLA_PORT": str(port)} | settings
    asked = subprocess.run(["bash", PROBE, *words], env=environment, capture_output=True, check=False, timeout=30)
    assert asked.stdout + asked.stderr == b""
    return asked.returncode == 0


def test_a_service_that_answers_200_is_ready_and_one_that_answers_503_is_not() -> None:
    with server() as port:
        assert says_yes(port)
        assert not says_yes(port, "/elsewhere")
        assert not says_yes(port, DLA_TLS_CERTIFICATE="certificate.pem"), "it speaks no TLS"


def test_a_service_that_speaks_tls_is_asked_over_tls(tmp_path: Path) -> None:
    certificate, key = Authority(tmp_path).server(ELSEWHERE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with server(context) as port:
        assert says_yes(port, DLA_TLS_CERTIFICATE="certificate.pem"), "whatever name its certificate has"
        assert not says_yes(port, "/elsewhere", DLA_TLS_CERTIFICATE="certificate.pem")


@pytest.mark.parametrize("tls", [{}, {"DLA_TLS_CERTIFICATE": "certificate.pem"}], ids=["plain", "tls"])
def test_nobody_there_and_a_service_that_says_nothing_are_not_ready(tls: dict[str, str]) -> None:
    assert not says_yes(ports.choose_ports({"nobody": None})["nobody"], **tls)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not says_yes(silent.getsockname()[1], **tls)
