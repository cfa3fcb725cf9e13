"""SIGTERM: first not ready, then no more connections, then an end in order."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import httpx
import pytest
from httpx._config import DEFAULT_LIMITS
from tests.support import ROOT
from tests.support.processes.drained_program import answer
from tests.support.samples.sample_services import eventually

from embedded.processes import ports
from shared.settings import ServerSettings
from shared.web.limits import build_server
from shared.web.limits.server import TICK_SECONDS

Start = Callable[[float], tuple["subprocess.Popen[bytes]", httpx.Client]]


@pytest.fixture
def start() -> Iterator[Start]:
    """`start(seconds)`: a program that drains for so long, once it answers, and a client with connections that stay."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(seconds: float) -> tuple[subprocess.Popen[bytes], httpx.Client]:
        port = ports.choose_ports({"drained": None})["drained"]
        command = [sys.executable, "-m", "tests.support.processes.drained_program", str(port), str(seconds)]
        environment = os.environ | {"DLA_MODE": "development"}
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        http = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20)
        eventually(lambda: answers(http))
        return started[-1], http

    yield begin
    for process in started:
        process.kill()
        process.wait()


def answers(http: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        return http.get("/readyz").is_success
    return False


def test_a_program_that_drains_says_so_and_answers_on_until_its_time_is_over(start: Start) -> None:
    process, http = start(3)
    with closing(http):
        assert "Connection" not in http.get("/").headers
        process.send_signal(signal.SIGTERM)
        eventually(lambda: http.get("/readyz").status_code == 503)
        refused = http.get("/readyz")
        assert refused.json()["type"] == "/problems/not-ready"
        answered = http.get("/")  # on a new connection: its server still listens
        assert (answered.status_code, answered.headers["Connection"]) == (200, "close")
        assert http.get("/livez").status_code == 200, "nobody may kill what drains"
        assert process.poll() is None
        assert process.wait(timeout=20) == 0


def test_what_is_in_progress_is_answered_and_the_exit_code_is_0(start: Start) -> None:
    process, http = start(0)
    with closing(http), ThreadPoolExecutor() as callers:
        slow = callers.submit(http.get, "/slow")
        eventually(slow.running)
        http.get("/")  # behind it, so that the slow one has arrived
        process.send_signal(signal.SIGTERM)
        assert slow.result().text == "/slow"
        assert process.wait(timeout=20) == 0
        with pytest.raises(httpx.ConnectError):
            http.get("/")


def test_a_second_signal_shortens_the_wait(start: Start) -> None:
    process, http = start(60)
    with closing(http):
        process.send_signal(signal.SIGTERM)
        eventually(lambda: http.get("/readyz").status_code == 503)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_a_server_without_work_looks_at_the_time_once_a_second_and_ends_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = build_server(answer, ServerSettings(), drain_seconds=60)
    waited = list[float | None]()

    def timeout(seconds: float | None) -> asyncio.Timeout:
        waited.append(seconds)
        if len(waited) == 3:  # as another thread does
            threading.Timer(0, setattr, (server, "should_exit", True)).start()
        return asyncio.Timeout(None if len(waited) == 3 else asyncio.get_running_loop().time())

    monkeypatch.setattr(asyncio, "timeout", timeout)
    asyncio.run(asyncio.wait_for(server.main_loop(), 10))
    assert waited == [TICK_SECONDS, TICK_SECONDS, TICK_SECONDS]


def test_a_server_that_drains_looks_when_its_time_is_over() -> None:
    server = build_server(answer, ServerSettings(), drain_seconds=0)
    server.handle_exit(signal.SIGTERM, None)
    asyncio.run(asyncio.wait_for(server.main_loop(), TICK_SECONDS / 2))
    assert server.should_exit


def test_an_idle_connection_stays_longer_than_clients_keep_it() -> None:
    """Both gave it up after five seconds: now and then a request was sent to a connection that had just ended."""
    kept = DEFAULT_LIMITS.keepalive_expiry
    assert kept and build_server(answer, ServerSettings()).config.timeout_keep_alive >= kept + 10
