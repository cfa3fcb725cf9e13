"""The feed of a partner: the events of the cases that its right covers, resumed where it stopped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.generated.api_surface import REQUEST
from tests.support.generated.golden_samples import SERVICES, service
from tests.support.histories import confidential_case
from tests.support.histories.audit_events import commit_to_ledger
from tests.support.samples.existing_resources import standing
from tests.support.samples.sample_services import eventually
from tests.support.servers.served_service import Client, Served, listening
from tests.support.servers.taken_over_service import PlayedService

from embedded.processes.nats import Nats
from shared.access import ProtectedCase
from shared.contracts.intake import (
    CaseAccessChanged,
    CaseErasureOrdered,
    NameRecorded,
    PersonErasureOrdered,
    RightGranted,
    RightRevoked,
)
from shared.kernel import Role, uuid7
from shared.messaging import Feed, Inbox
from shared.web.auth import Authenticator

FOLLOW = Path(__file__).parents[3] / "deploy" / "partners" / "follow.py"
NUMBERS = {"dla-44": "73282932000074", "dla-49": "55208131766522", "dla-75": "35600000000048"}
WITHDRAWN = {"reason": "La structure préfère attendre."}


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    with listening(service("intake"), database, nats, tmp_path) as running:
        yield running


@pytest.fixture
def cases(intake: Served) -> dict[str, str]:
    """One of each unit, two events each, mixed in the log; the one of dla-49 is confidential."""
    opened = {}
    for unit, siret in NUMBERS.items():
        adviser, structure = intake.by("adviser", unit=unit), REQUEST["structure"] | {"siret": siret}
        opened[unit] = adviser.post("/api/v1/requests", REQUEST | {"structure": structure}).json()["id"]
    for unit, case in opened.items():
        path = f"/api/v1/requests/{case}"
        step, body = ("/confidentiality", confidential_case.REASONS) if unit == "dla-49" else ("/withdrawal", WITHDRAWN)
        assert intake.by("adviser", unit=unit).post(f"{path}{step}", body).status_code == 200
    return opened


def followed(client: Client, limit: int = 500, after: int = 0) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    while True:
        answer = client.get("/events", after=after, limit=limit)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        events += page["events"]
        if page["next"] is None:
            return events
        assert page["next"] > after
        after = page["next"]


def seen(client: Client, **asked: int) -> set[str]:
    return {each["header"]["case"] for each in followed(client, **asked)}


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_a_partner_follows_the_cases_that_its_right_covers_and_that_are_not_confidential(
    intake: Served, cases: dict[str, str], limit: int
) -> None:
    for role, unit, units, covered in (
        ("adviser", "dla-44", (), {"dla-44"}),
        ("manager", "dla-75", (), {"dla-75"}),
        ("regional", "dla-44", ("dla-49", "dla-75"), {"dla-44", "dla-75"}),
        ("auditor", None, ("dla-44", "dla-49"), {"dla-44", "dla-49"}),
        ("partner", None, ("dla-44", "dla-49"), {"dla-44"}),
        ("manager", "dla-49", (), {"dla-49"}),
        ("adviser", "dla-10", (), set()),
    ):
        client = intake.by(role, unit=unit, units=units, subject=f"a-partner-{role}")
        assert seen(client, limit=limit) == {cases[each] for each in covered}, role


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_shows_a_partner_the_cases_of_its_right_and_of_a_confidential_one_nothing_that_is_said(
    name: str, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with standing(name, database, nats, tmp_path) as (running, known):
        case, region = next(known[kind] for kind in confidential_case.CASES if kind in known), ("dla-44", "dla-49")
        receive_the_register(name, running, UUID(case))
        check_that_pages_go_on_past_what_is_no_case(running, case)
        manager, auditor = running.by("manager"), running.by("auditor", unit=None, units=region)
        colleague, regional = running.by("adviser", subject="a-colleague"), running.by("regional", units=region)
        in_charge, partner = running.by("adviser"), running.by("partner", unit=None, units=region)
        for client in (in_charge, colleague, manager, regional, auditor, partner):
            assert case in seen(client)
        for role in ("adviser", "manager", "regional", "auditor", "partner"):
            assert seen(running.by(role, unit="dla-75", units=("dla-75",))) == set(), role

        confidential_case.make_confidential(running, name, case, "some-adviser")
        assert case not in seen(colleague) | seen(regional) | seen(partner)
        assert case in seen(manager) & seen(in_charge)
        headers = [each for each in followed(auditor) if each["header"]["case"] == case]
        assert headers
        assert [(each["body"], each["contract"]) for each in headers] == [(None, None)] * len(headers)


def check_that_pages_go_on_past_what_is_no_case(running: Served, case: str) -> None:
    """Each service has its own copy of a right, a link, a name, an erasure in its log, beside its cases."""
    everything = len(followed(running.by("service")))
    for role, units in (("adviser", ()), ("manager", ()), ("auditor", ("dla-44",))):
        client = running.by(role, units=units)
        cases = {each["header"]["case"] for each in followed(client, limit=2)}
        assert case in cases
        assert not {each for each in cases if kind_of(running, each) is None}
        assert len(followed(client)) < everything


def receive_the_register(name: str, running: Served, case: UUID) -> None:
    """What intake publishes of people, and of a case that is nowhere else; intake has a register of its own."""
    intake, inbox = PlayedService("intake"), Inbox(running.application, service(name).reactions, Feed({}, ""))
    identity, link, person, elsewhere = uuid4(), uuid4(), uuid4(), uuid7()
    for holder, said in (
        (identity, RightGranted(right=uuid4(), role="adviser", unit="dla-44")),
        (identity, RightGranted(right=uuid4(), role="regional", units=("dla-44", "dla-49"))),
        (link, RightGranted(right=uuid4(), role="leader", case=case, person=person)),
        (identity, RightRevoked(right=uuid4())),
        (identity, NameRecorded(id=identity, kind="person", ciphertext="bm90aGluZw==")),
        (person, PersonErasureOrdered(person=uuid4(), units=("dla-44",))),
        (elsewhere, CaseAccessChanged(adviser="somebody", confidential=False)),
        (elsewhere, CaseErasureOrdered(retention="closed")),
    ):
        message = intake.record(said, holder)
        if name != "intake":
            inbox.receive(message, "intake")
    commit_to_ledger(running.application)


def kind_of(running: Served, id: str) -> ProtectedCase | None:  # noqa: A002
    """What the service's own policy takes it for."""
    authenticator: Authenticator = running.web.state.authenticator
    known = authenticator.find_case(running.application, UUID(id))
    return None if known and known.register else known


def test_headers_and_bodies_are_those_that_services_read_byte_for_byte(intake: Served, cases: dict[str, str]) -> None:
    services = {each["header"]["id"]: each for each in followed(intake.by("service"))}
    assert len(services) == 6
    raw = intake.by("service").get("/events").text
    shown = followed(intake.by("regional", units=list(NUMBERS), unit=None))
    assert len(shown) == 4
    for each in shown:
        assert each == services[each["header"]["id"]]
        header = json.dumps(each["header"], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        assert header in raw, "what is proved is the header's bytes"


def test_of_a_confidential_case_auditors_follow_the_headers_alone(intake: Served, cases: dict[str, str]) -> None:
    auditor, manager = intake.by("auditor", unit=None, units=["dla-49"]), intake.by("manager", unit="dla-49")
    assert [each["body"] for each in followed(auditor)] == [None, None]
    assert [each["contract"] for each in followed(auditor)] == [None, None]
    told = [each for each in followed(manager) if each["body"]]
    assert [each["body"]["confidential"] for each in told] == [True]
    assert [each["header"] for each in followed(auditor)] == [each["header"] for each in followed(manager)]


def test_a_page_may_be_empty_and_still_lead_on_and_work_is_bounded(intake: Served, cases: dict[str, str]) -> None:
    page = intake.by("adviser", unit="dla-75").get("/events", limit=2).json()
    assert (page["events"], page["next"]) == ([], 2)
    page = intake.by("adviser", unit="dla-75").get("/events", limit=4, after=2).json()
    assert {each["header"]["case"] for each in page["events"]} == {cases["dla-75"]}
    assert page["next"] == 6
    assert intake.by("adviser").get("/events", limit=4, after=6).json()["next"] is None


def test_who_has_no_such_right_does_not_follow(intake: Served, cases: dict[str, str]) -> None:
    for role in set(Role) - {Role.ADVISER, Role.MANAGER, Role.REGIONAL, Role.AUDITOR, Role.PARTNER, Role.SERVICE}:
        bound = role in (Role.LEADER, Role.PROVIDER)
        client = intake.by(role, unit=None if bound else "dla-44", case=cases["dla-44"] if bound else None)
        assert client.get("/events").status_code == 403, role
    assert intake.anonymous().get("/events").status_code == 401


def test_the_register_and_what_a_service_keeps_for_itself_are_of_no_case(intake: Served, cases: dict[str, str]) -> None:
    right = {"identity": str(uuid4()), "role": "adviser", "unit": "dla-44", "reason": "Arrivée dans l’équipe."}
    assert intake.by("manager").post("/api/v1/identities/rights", right).status_code == 201
    assert len(followed(intake.by("service"))) == 7
    assert seen(intake.by("manager")) == {cases["dla-44"]}


@pytest.mark.parametrize("after", [-1, 7, 10**12])
def test_a_cursor_that_this_log_never_gave_is_told_so(intake: Served, cases: dict[str, str], after: int) -> None:
    answer = intake.by("adviser").get("/events", after=after)
    assert (answer.status_code, answer.json()["type"].rsplit("/")[-1], answer.json()["last"]) == (
        422,
        "wrong-cursor",
        6,
    )
    assert intake.by("adviser").get("/events", partition=0).status_code == 422
    assert intake.by("adviser").get("/events", after=10**30).status_code == 422
    assert intake.by("adviser").get("/events", after=6).json() == {
        "events": [],
        "next": None,
        "log_id": str(intake.application.recorder.identity().log_id),
        "ancestors": {},
        "since": 0,
    }


def test_a_cursor_from_another_log_is_told_where_the_two_part(intake: Served, cases: dict[str, str]) -> None:
    adviser, log = intake.by("adviser"), intake.application.recorder.identity().log_id
    assert adviser.get("/events", after=2, log=str(log)).status_code == 200
    answer = adviser.get("/events", after=2, log=str(uuid4()))
    told = answer.json()
    assert (answer.status_code, told["type"].rsplit("/")[-1], told["log_id"], told["since"]) == (
        409,
        "another-log",
        str(log),
        0,
    )


def test_an_event_that_cannot_be_read_stops_nobody_whose_case_it_is_not(intake: Served, cases: dict[str, str]) -> None:
    altered = "UPDATE {events} SET state = %s WHERE case_id = %s AND originator_version = 2"
    intake.application.recorder.fetch(altered, (b"{}", UUID(cases["dla-75"])))
    assert seen(intake.by("adviser")) == {cases["dla-44"]}
    assert intake.by("adviser", unit="dla-75").get("/events").json()["type"].endswith("/unreadable-event")


# The program that a partner may copy


def program(intake: Served, file: Path, role: str, **right: Any) -> subprocess.Popen[str]:
    token = intake.issuer.mint(role, subject="a-partner", **right)
    command = [sys.executable, str(FOLLOW), str(intake.http.base_url), str(file), "--limit", "1"]
    return subprocess.Popen(command, env={**os.environ, "DLA_TOKEN": token}, stderr=subprocess.PIPE, text=True)


def kept(file: Path) -> list[dict[str, Any]]:
    return [told for line in file.read_bytes().splitlines() if "header" in (told := json.loads(line))]


def test_killed_between_two_pages_it_resumes_where_it_stopped(
    intake: Served, cases: dict[str, str], tmp_path: Path
) -> None:
    adviser, path = intake.by("adviser"), f"/api/v1/requests/{cases['dla-44']}"
    orientation = {"target": "codefi", "reason": "Une difficulté passagère."}
    for _ in range(20):
        assert adviser.post(f"{path}/orientations", orientation).status_code == 201
    expected = followed(intake.by("adviser"))
    file, kills = tmp_path / "events.jsonl", 0
    while True:
        running = program(intake, file, "adviser", unit="dla-44")
        before = file.stat().st_size if file.exists() else 0
        eventually(lambda: running.poll() is not None or (file.exists() and file.stat().st_size > before + 500))  # noqa: B023
        if running.poll() is not None:
            break
        running.kill()
        running.wait()
        kills += 1
    assert running.returncode == 0, running.stderr and running.stderr.read()
    assert kills > 3
    assert kept(file) == expected


def test_a_file_cut_at_any_byte_is_made_whole_again(intake: Served, cases: dict[str, str], tmp_path: Path) -> None:
    sys.path.insert(0, str(FOLLOW.parent))
    try:
        import follow  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    file, token = tmp_path / "events.jsonl", intake.issuer.mint("adviser", subject="a-partner", unit="dla-44")
    follow.follow(str(intake.http.base_url), file, token, 2)
    whole, expected = file.read_bytes(), kept(file)
    assert len(expected) == 2

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, len(whole)))
    def cut(at: int) -> None:
        file.write_bytes(whole[:at])
        follow.follow(str(intake.http.base_url), file, token, 2)
        assert kept(file) == expected, sha256(whole[:at]).hexdigest()

    cut()


def test_it_says_why_it_was_refused(intake: Served, cases: dict[str, str], tmp_path: Path) -> None:
    running = program(intake, tmp_path / "events.jsonl", "pilot", unit="dla-44")
    _, said = running.communicate(timeout=30)
    assert running.returncode == 1
    assert said.startswith("403: ")
