"""The probe of the containers: what it asks, what it takes for yes, and how seldom it is started."""

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


WATCH = PROBE.with_name("dla-watch")


class Watched:
    """A command that writes down each run, and fails once a file is there; no rest between runs."""

    def __init__(self, folder: Path) -> None:
        self._runs, self.broken = folder / "runs", folder / "broken"
        self._script, self._known = folder / "watch", folder / "known"
        self._script.write_text(WATCH.read_text().replace("/tmp/dla-healthy", str(self._known)))
        self._command = folder / "command"
        self._command.write_text(f"echo run >>{self._runs}; test ! -e {self.broken}")

    def check(self) -> tuple[int, int]:
        """One health check: its exit code, and how often it asked."""
        self._runs.unlink(missing_ok=True)
        environment = {"PATH": os.environ["PATH"], "WATCH_SECONDS": "0", "WATCH_TIMES": "6"}
        done = subprocess.run(["sh", self._script, "sh", self._command], env=environment, check=False, timeout=30)
        return done.returncode, len(self._runs.read_text().splitlines())


def test_what_is_known_to_be_healthy_is_asked_many_times_by_one_check(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    assert watched.check() == (0, 1), "at the start one is not kept waiting"
    assert watched.check() == (0, 7)
    watched.broken.touch()
    assert [watched.check(), watched.check()] == [(1, 1), (1, 1)]
    watched.broken.unlink()
    assert [watched.check(), watched.check()] == [(0, 1), (0, 7)]
