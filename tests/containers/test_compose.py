"""The whole system in containers: from nothing, again on what it recorded, and then with each role apart."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.support.guides.page_commands import answers_of, blocks_of, commands_of
from tests.support.samples.sample_services import eventually
from tests.support.servers.compose import PROJECT, REGION_GUIDE, SERVICES, START_SECONDS, Compose, remove_leftovers

from embedded.demo.placeholders import fictional_numbers

pytestmark = pytest.mark.containers

KILLED = 137
REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "732 829 320 00074",
        "headcount": 12,
        "fte": 9.5,
    },
    "contact": {"name": "Maëlle Kerdoncuff", "function": "Présidente", "email": "maelle@example.org"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}


@pytest.fixture(scope="module")
def guided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Compose, list[str], Path]]:
    """The system, what the region's guide printed while it made it, and the folder of the back-up."""
    remove_leftovers()
    system, backup = Compose(f"{PROJECT}{os.getpid()}"), tmp_path_factory.mktemp("backup")
    try:
        yield system, system.follow_guide(backup), backup
    finally:
        system.remove()


@pytest.fixture(scope="module")
def system(guided: tuple[Compose, list[str], Path]) -> Compose:
    return guided[0]


def test_a_region_installs_backs_up_and_upgrades_as_its_guide_says(guided: tuple[Compose, list[str], Path]) -> None:
    _, printed, backup = guided
    blocks = blocks_of(REGION_GUIDE)
    assert len(printed) == len(commands_of(blocks))
    for answer in answers_of(blocks):
        assert answer.matches(printed[answer.number]), printed[answer.number]
    kept = {str(file.relative_to(backup)): file.stat().st_size for file in backup.rglob("*") if file.is_file()}
    assert kept.keys() == {f"databases/{service}.dump" for service in SERVICES} | {
        "secrets/secrets.tar",
        "files/intake-erased.tar",
        "files/ledger.tar",
    }
    assert min(kept.values()) > 1000


def test_a_personal_link_leads_to_the_console(system: Compose) -> None:
    adviser = system.do("run", "--rm", "token", "--role", "adviser", "--unit", "dla-44").strip()
    with system.caller("intake", adviser) as intake:
        structure = REQUEST["structure"] | {"siret": "380 129 866 46850"}
        request = intake.post("/api/v1/requests", json=REQUEST | {"structure": structure}).headers["Location"]
        told = {"role": "leader", "name": "Maëlle Kerdoncuff", "reason": "Présidente de la structure."}
        given = intake.post(f"{request}/access-links", json=told)
        assert given.status_code == 201, given.text
        assert given.json()["address"] == "http://127.0.0.1:0/acces", "the port that was asked for"


def test_the_console_stands_before_the_services(system: Compose) -> None:
    """Somebody comes in with a token of the deployment's own development issuer, and is shown what it opens."""
    auditor = system.do("run", "--rm", "token", "--role", "auditor", "--units", "dla-44").strip()
    with httpx.Client(base_url=f"http://{system.do('port', 'console', '8000').strip()}", trust_env=False) as browser:
        shown = browser.get("/connexion")
        csrf = re.search(r'name="csrf" value="([^"]+)"', shown.text)
        assert csrf, shown.text
        form = {"csrf": csrf[1], "jeton": auditor, "vers": "/registre"}
        answer = browser.post("/connexion/jeton", data=form, follow_redirects=True)
        assert answer.status_code == 200 and "Retard sur chaque service" in answer.text, answer.text


def signed_size(audit: httpx.Client) -> int:
    checkpoint = audit.get("/tlog/checkpoint")
    return int(checkpoint.text.split("\n")[1]) if checkpoint.is_success else -1


def another_structure() -> dict[str, Any]:
    return REQUEST | {"structure": REQUEST["structure"] | {"name": "L’Atelier du Marais", "siret": "80055501300013"}}


def heard(audit: httpx.Client, case: str) -> list[str]:
    timeline = audit.get(f"/api/v1/cases/{case}/timeline")
    return [happened["event"] for happened in timeline.json()["events"]] if timeline.is_success else []


def test_nothing_is_open_to_other_machines(system: Compose) -> None:
    lines = system.do("ps", "--format", "json").splitlines()
    published = {
        each["Service"]: {port["URL"] for port in each["Publishers"] or () if port["PublishedPort"]}
        for each in map(json.loads, lines)
    }
    open_here = {service: {"127.0.0.1"} for service in (*SERVICES, "console")}
    assert published == open_here | {"postgres": set(), "nats": set(), "witness": set()}


def test_each_service_is_given_secrets_of_its_own(system: Compose) -> None:
    def told(service: str, secret: str) -> str:
        return system.do("exec", service, "cat", f"/run/secrets/{secret}")

    assert len({told(service, "DLA_SEALING_KEY") for service in SERVICES}) == len(SERVICES)
    assert len({told(service, "DLA_IDENTITY_KEY") for service in SERVICES}) == 1
    assert len({told(service, "DLA_TRANSIT_KEYS") for service in SERVICES if service != "audit"}) == 1
    for service in SERVICES:
        assert told(service, "DLA_DATABASE_URL").startswith(f"postgresql://dla_{service}_serve:")
        assert "owner" not in system.do("exec", service, "ls", "/run"), "the deploy step alone owns the tables"


PACE_SECONDS = 0.1
"""Between two requests, within what a service allows one person."""


class Adviser(Thread):
    """Receives requests and records meetings through the load balancer, and never sends anything twice itself."""

    def __init__(self, http: httpx.Client) -> None:
        super().__init__(name="adviser")
        self._http, self._numbers = http, fictional_numbers(os.getpid())
        self.stopping = Event()
        self.errors: list[str] = []
        self.recorded: dict[str, list[str]] = {}

    def run(self) -> None:
        while not self.stopping.is_set():
            siret, _ = next(self._numbers)
            received = self._post("/api/v1/requests", REQUEST | {"structure": REQUEST["structure"] | {"siret": siret}})
            if received is None:
                continue
            case = str(received["id"])
            self.recorded[case] = ["request-received"]
            meeting = {"held_on": "2026-11-02", "participants": [{"name": "Maëlle Kerdoncuff"}], "notes": "Au siège."}
            for _ in range(3):
                if self._post(f"/api/v1/requests/{case}/meetings", meeting) is not None:
                    self.recorded[case].append("meeting-recorded")
                self._answers(lambda case=case: self._http.get(f"/api/v1/requests/{case}"))  # type: ignore[misc]

    def _post(self, path: str, body: Any) -> Any:
        headers = {"Idempotency-Key": str(uuid4())}
        answer = self._answers(lambda: self._http.post(path, json=body, headers=headers))
        return answer.json() if answer is not None else None

    def _answers(self, ask: Callable[[], httpx.Response]) -> httpx.Response | None:
        self.stopping.wait(PACE_SECONDS)
        try:
            answer = ask()
        except httpx.TransportError as error:
            self.errors.append(repr(error))
            return None
        if not answer.is_success:
            self.errors.append(f"{answer.status_code} {answer.text}")
            return None
        return answer


TWO = {"intake_api": 2, "intake_worker": 2, "intake_relay": 2}
ROLES_APART = [f"{service}-{role}" for service in ("intake", "audit") for role in ("api", "worker", "relay")]


class Scaled:
    """The roles of intake and audit in containers of their own; what is started is waited for by what it answers, as
    the health of a container says less on a busy machine."""

    def __init__(self, system: Compose) -> None:
        self._system = system

    def up(self, **replicas: int) -> None:
        """`intake_api=2`: so many containers. Those that run stay."""
        scale = [f"--scale={name.replace('_', '-')}={number}" for name, number in replicas.items()]
        self._system.do("up", "--detach", "--no-recreate", *scale, "balancer", *ROLES_APART)

    def wait_until_ready(self, intake: int, audit: int = 1) -> None:
        """Until so many containers of the role api answer, and the load balancer sends to them. It counts a container
        that it has not asked yet."""
        for service, number in (("intake-api", intake), ("audit-api", audit)):
            eventually(lambda service=service, number=number: self._ready(service) == number, START_SECONDS)  # type: ignore[misc]
        eventually(lambda: (answering := self._answering())[0] == intake and answering[4] == audit, START_SECONDS)

    def _ready(self, service: str) -> int:
        containers = self._system.do("ps", "--quiet", service).split()
        ask = [
            subprocess.run(["docker", "exec", each, "dla-ready"], check=False, capture_output=True)
            for each in containers
        ]
        return sum(done.returncode == 0 for done in ask)

    def _answering(self) -> list[int]:
        ask = "exec 3<>/dev/tcp/127.0.0.1/8404; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
        return [int(each) for each in self._system.do("exec", "balancer", "bash", "-c", ask).splitlines()[-1].split()]

    @contextmanager
    def callers(self) -> Iterator[tuple[httpx.Client, httpx.Client]]:
        """An adviser's to intake and audit, through the load balancer."""
        token = self._system.do("run", "--rm", "token", "--role", "adviser", "--unit", "dla-44").strip()
        with (
            self._system.caller("balancer", token, 8001) as intake,
            self._system.caller("balancer", token, 8005) as audit,
        ):
            yield intake, audit

    def remembered_ledger_size(self) -> int:
        checkpoint = self._system.do("exec", "audit-worker", "cat", "/home/dla/ledger/checkpoint")
        return int(checkpoint.split("\n")[1])

    def kill(self, service: str) -> None:
        subprocess.run(["docker", "kill", "--signal", "KILL", self._one(service)], check=True, capture_output=True)

    def stop(self, service: str) -> int:
        """In order. The exit code."""
        container = self._one(service)
        subprocess.run(["docker", "stop", "--time", "60", container], check=True, capture_output=True)
        asked = ["docker", "inspect", "--format", "{{.State.ExitCode}}", container]
        return int(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)

    def _one(self, service: str) -> str:
        return self._system.do("ps", "--quiet", service).split()[0]


@dataclass(frozen=True)
class Stopped:
    """What was recorded before the system was stopped and its containers were removed, and how they ended."""

    request: str
    case: str
    ledger_size: int
    ledger_key: str
    exit_codes: dict[str, int]


@pytest.fixture(scope="module")
def stopped(system: Compose) -> Stopped:
    adviser = system.do("run", "--rm", "token", "--role", "adviser", "--unit", "dla-44").strip()
    with system.caller("intake", adviser) as intake, system.caller("audit", adviser) as audit:
        before = signed_size(audit)
        received = intake.post("/api/v1/requests", json=REQUEST)
        assert received.status_code == 201, received.text
        request, case = received.headers["Location"], received.json()["id"]
        eventually(lambda: heard(audit, case) == ["request-received"])
        eventually(lambda: signed_size(audit) == before + 1)
        key = audit.get("/tlog/key").text
    system.do("stop")
    codes = system.exit_codes()
    system.do("down")
    return Stopped(request, case, ledger_size=before + 1, ledger_key=key, exit_codes=codes)


def test_all_stop_in_order_when_they_are_asked_to(stopped: Stopped) -> None:
    assert KILLED not in stopped.exit_codes.values()
    assert {stopped.exit_codes[name] for name in (*SERVICES, "console", "witness")} == {0}


@pytest.fixture(scope="module")
def scaled(system: Compose, stopped: Stopped) -> Scaled:
    """Started on what `stopped` has left. The other services would only take longer to start."""
    scaled = Scaled(system.under("scaled"))
    scaled.up(**TWO)
    scaled.wait_until_ready(intake=2)
    return scaled


def test_what_was_recorded_is_still_there_after_a_new_start(scaled: Scaled, stopped: Stopped) -> None:
    with scaled.callers() as (intake, audit):
        assert intake.get(stopped.request).json()["contact"]["name"] == "Maëlle Kerdoncuff"
        assert heard(audit, stopped.case) == ["request-received"]
        assert (signed_size(audit), audit.get("/tlog/key").text) == (stopped.ledger_size, stopped.ledger_key)
        assert intake.post("/api/v1/requests", json=another_structure()).status_code == 201
        eventually(lambda: signed_size(audit) == stopped.ledger_size + 1)
    assert scaled.remembered_ledger_size() == stopped.ledger_size + 1, "outside the database too"


def test_replicas_of_every_role_come_and_go_and_no_caller_sees_an_error(scaled: Scaled) -> None:
    with scaled.callers() as (intake, audit):
        adviser = Adviser(intake)
        adviser.start()
        try:
            eventually(lambda: len(adviser.recorded) > 2)
            for end in (scaled.stop, scaled.kill):
                scaled.up(**TWO)
                scaled.wait_until_ready(intake=2)
                for service in ("intake-worker", "intake-relay", "intake-api"):
                    assert end(service) in (0, None), service
                    so_far = len(adviser.recorded)
                    eventually(lambda so_far=so_far: len(adviser.recorded) > so_far)  # type: ignore[misc]
        finally:
            adviser.stopping.set()
            adviser.join()
        assert adviser.errors == []
        for case, recorded in adviser.recorded.items():
            eventually(lambda case=case, recorded=recorded: heard(audit, case) == recorded)  # type: ignore[misc]
