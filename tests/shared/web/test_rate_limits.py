"""Rate limits and slow senders: only the client that exceeds a limit is affected."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from tests.support.samples.sample_services import eventually
from tests.support.servers.in_process_client import InProcessClient
from tests.support.servers.served_service import Served, listening, ready, served
from tests.support.servers.stopped_clock import StoppedClock, stop_windows

from embedded.processes.nats import Nats
from intake.main import service
from shared.runtime.process_role import ProcessRole
from shared.settings import Settings
from shared.web.http import problems
from shared.web.limits import connections, fair_use

Serving = Callable[..., AbstractContextManager[Served]]
ME = "/api/v1/me"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> StoppedClock:
    monkeypatch.setattr(fair_use, "UNIT_SECONDS", math.inf)  # a busy machine must not make anything cost more
    return stop_windows(monkeypatch)


@pytest.fixture
def serving(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Serving:
    return partial(served, service, database, nats, tmp_path, ProcessRole.API)


def told_to_wait(answer: Any) -> int:
    assert answer.status_code == 429, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "private, no-store"
    problem = answer.json()
    assert problem["type"] == problems.TYPES + "too-many-requests"
    assert problem["title"] == "Trop de demandes"
    seconds = int(answer.headers["Retry-After"])
    assert f"dans {seconds}\u00a0secondes" in problem["detail"]
    return seconds


def test_a_person_who_asks_too_often_waits_and_another_does_not(serving: Serving) -> None:
    with serving(rate_person="3/minute") as intake:
        hasty, calm = intake.by("adviser", subject="hasty"), intake.by("adviser", subject="calm")
        assert [hasty.get(ME).status_code for _ in range(3)] == [200, 200, 200]
        assert 1 <= told_to_wait(hasty.get(ME)) <= 61
        told_to_wait(hasty.get("/api/v1/requests"))
        told_to_wait(intake.by("manager", subject="hasty").get(ME))
        assert calm.get(ME).status_code == 200
        assert hasty.get("/livez").status_code == 200


def test_after_the_wait_one_is_answered_again(serving: Serving, clock: StoppedClock) -> None:
    with serving(rate_person="2/minute") as intake:
        hasty = intake.by("adviser")
        assert [hasty.get(ME).status_code for _ in range(2)] == [200, 200]
        seconds = told_to_wait(hasty.get(ME))
        clock.now += seconds - 1
        told_to_wait(hasty.get(ME))
        clock.now += 1
        assert hasty.get(ME).status_code == 200


def test_the_services_feeds_are_never_starved(serving: Serving) -> None:
    with serving(rate_person="2/minute", rate_address="2/minute") as intake:
        audit = intake.by("service", subject="service:audit")
        assert {audit.get("/events").status_code for _ in range(10)} == {200}


def test_whoever_says_no_name_is_limited_by_address(serving: Serving) -> None:
    with serving(rate_address="2/minute") as intake:
        here, elsewhere = (InProcessClient(intake.web, client=(address, 5000)) for address in ("10.0.0.1", "10.0.0.2"))
        question = "/api/v1/self-checks/questions"
        assert [here.get(question).status_code for _ in range(2)] == [200, 200]
        told_to_wait(here.get(question))
        assert elsewhere.get(question).status_code == 200
        assert {here.get("/readyz").status_code for _ in range(5)} == {200}
        assert intake.by("adviser").get(ME).status_code == 200


def test_of_ipv6_a_whole_network_counts_as_one(serving: Serving) -> None:
    with serving(rate_address="2/minute") as intake:
        of_one = [InProcessClient(intake.web, client=(f"2001:db8:0:1::{n}", 5000)) for n in range(3)]
        assert [http.get("/docs").status_code for http in of_one] == [200, 200, 429]
        assert InProcessClient(intake.web, client=("2001:db8:0:2::1", 5000)).get("/docs").status_code == 200


def asking(intake: Served, address: str, token: str = "", path: str = ME) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return InProcessClient(intake.web, client=(address, 5000)).get(path, headers=headers)


def test_who_guesses_tokens_is_told_to_wait_and_a_colleagues_new_token_is_good(serving: Serving) -> None:
    """Access tokens last minutes: who could stop new ones from an address would lock out an office."""
    with serving(rate_failures="3/minute") as intake:
        known, late = (intake.issuer.mint("adviser", subject=subject) for subject in ("known", "late"))
        assert asking(intake, "10.0.0.1", known).status_code == 200
        assert [asking(intake, "10.0.0.1", f"guess {n}").status_code for n in range(3)] == [401, 401, 401]
        told_to_wait(asking(intake, "10.0.0.1", "another guess"))
        assert asking(intake, "10.0.0.1", late).status_code == 200
        told_to_wait(asking(intake, "10.0.0.1", "another guess"))
        assert asking(intake, "10.0.0.1", known).status_code == 200
        assert asking(intake, "10.0.0.2", "first guess").status_code == 401


QUESTIONS = "/api/v1/self-checks/questions"


def test_a_header_lifts_no_limit_of_what_is_public(serving: Serving) -> None:
    """900 of 900 went through with a token that nobody looked at."""
    with serving(rate_address="3/minute", rate_person="3/minute") as intake:
        answers = [asking(intake, "10.0.0.1", f"x{n % 2}", QUESTIONS).status_code for n in range(5)]
        assert answers == [200, 200, 200, 429, 429]
        told_to_wait(asking(intake, "10.0.0.1", path=QUESTIONS))
        colleague = intake.issuer.mint("adviser", subject="colleague")
        assert [asking(intake, "10.0.0.1", colleague, QUESTIONS).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_nothing_is_recorded_of_what_came_too_often(serving: Serving) -> None:
    with serving(rate_person="1/minute") as intake:
        adviser = intake.by("adviser")
        adviser.get(ME)
        told_to_wait(adviser.post("/api/v1/requests", {}))
        assert intake.application.recorder.max_notification_id() is None


@pytest.mark.parametrize(
    ("proxies", "believed"), [(("127.0.0.0/8",), True), ((), False)], ids=["a named proxy", "anybody"]
)
def test_an_address_that_is_told_is_believed_of_a_named_proxy_only(
    proxies: tuple[str, ...], believed: bool, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with listening(service, database, nats, tmp_path, proxies=proxies, rate_address="2/minute") as intake:
        asked = [intake.http.get("/docs", headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(4)]
        assert asked == ([200] * 4 if believed else [200, 200, 429, 429])


def test_a_rate_that_cannot_be_read_is_refused(database: Callable[..., str], nats: Nats, tmp_path: Path) -> None:
    settings, _ = ready(service, database, nats, tmp_path)
    with pytest.raises(ValidationError, match="600/minute"):
        Settings(**(settings.model_dump() | {"rate_person": "often"}))


# Slow senders

WHOLE = b"GET /livez HTTP/1.1\r\nHost: here\r\n\r\n"


@pytest.fixture
def intake(
    database: Callable[..., str], nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    monkeypatch.setattr(connections, "HEADER_TIMEOUT_SECONDS", 0.3)
    with listening(service, database, nats, tmp_path) as running:
        yield running


def closed_after(intake: Served, *sent: bytes) -> float:
    """Seconds until the service closes a connection on which only this is said, each part once the one before is
    answered."""
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", intake.settings.port), timeout=20) as connection:
        for part in sent[:-1]:
            connection.sendall(part)
            connection.recv(65536)
        connection.sendall(sent[-1])
        while connection.recv(65536):
            pass
    return time.monotonic() - begin


@pytest.mark.parametrize(
    "said",
    [[b""], [WHOLE.removesuffix(b"\r\n") + b"X-Slow: "], [WHOLE, b"GET /"]],
    ids=["nothing", "half of its headers", "half of a second request"],
)
def test_headers_that_do_not_come_are_not_waited_for(intake: Served, said: list[bytes]) -> None:
    assert 0.2 < closed_after(intake, *said) < 4


def test_whoever_takes_their_time_between_requests_or_over_a_body_is_not_cut_off(intake: Served) -> None:
    with httpx.Client(base_url=intake.http.base_url) as http:
        assert http.get("/livez").status_code == 200
        end = time.monotonic() + 0.6
        eventually(lambda: time.monotonic() > end)
        assert http.get("/livez").status_code == 200
    with socket.create_connection(("127.0.0.1", intake.settings.port), timeout=20) as slow:
        slow.sendall(b"POST /api/v1/self-checks HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n")
        slow.sendall(b'Content-Length: 15\r\n\r\n{"answers"')
        end = time.monotonic() + 0.6
        eventually(lambda: time.monotonic() > end)
        slow.sendall(b": {}}")
        assert b" 200 " in slow.recv(200).splitlines()[0]
