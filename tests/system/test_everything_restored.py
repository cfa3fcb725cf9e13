"""A region that lost everything: each database is restored from one back-up, on another machine, with an empty NATS.

The back-ups are an hour old and of different instants, as they are in life. What was recorded since is named, and a
ledger that is older than what it signed gives way to another."""

from __future__ import annotations

import asyncio
import shutil
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from tests.support.samples.sample_services import eventually
from tests.support.servers.backup_place import BackupPlace
from tests.support.servers.running_server import up
from tests.support.servers.served_service import Client, Served

from audit.ledger.signing import SigningRefusal
from audit.main import service as audit_service
from audit.reconcile.finding import FindingKind
from audit.reconcile.run import Reconciler, begin_reconciliation, follow_restored_log
from diagnostic.main import service as diagnostic_service
from embedded.identity.issuer import Issuer
from embedded.processes import ports
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.main import service as intake_service
from shared.messaging import (
    Feed,
    effects_without_cause,
    find_restored_log,
    follow_restored,
    halted_publishers,
    topology,
)
from shared.runtime.process_role import ProcessRole
from shared.settings import NatsAccess

PHASES = {"intake": intake_service, "diagnostic": diagnostic_service}
SERVICES = PHASES | {"audit": audit_service}
REASON = "Salle des machines perdue, sauvegardes de la nuit."
NUMBERS = count(1)
CRITERIA = ("existing", "employer", "ess", "employment_need")


@dataclass(frozen=True)
class Region:
    """What runs of a region, and what is kept of it outside of its databases."""

    running: Mapping[str, Served]
    feed: Feed

    def play(self) -> UUID:
        """A case, from the request to the diagnosis; all of it is in the ledger at the end."""
        case = self.begin()
        eventually(lambda: self.diagnoses(case))
        eventually(lambda: self.leaves() == sum(self.events(phase) for phase in PHASES))
        return case

    def begin(self) -> UUID:
        """A case that was admitted."""
        return play_case(self.running["intake"].by("adviser"), next(NUMBERS))

    def diagnoses(self, case: UUID) -> int:
        statement = "SELECT count(*) AS number FROM {events} WHERE case_id = %s AND topic LIKE 'diagnosis-opened:%%'"
        return self._number("diagnostic", statement, case)

    def events(self, service: str) -> int:
        return self._number(service, "SELECT count(*) AS number FROM {events}")

    def leaves(self) -> int:
        return self._number("audit", "SELECT size AS number FROM {schema}.ledger")

    def differences(self) -> list[tuple[FindingKind, str, int | None]]:
        app = self.running["audit"].application
        found = Reconciler(app, self.feed, begin_reconciliation(app, "Inès", [*PHASES])).findings()
        return [(each.kind, each.service, each.position) for each in found]

    def _number(self, service: str, statement: str, *values: Any) -> int:
        (row,) = self.running[service].application.recorder.fetch(statement, values)
        return int(row["number"])


def play_case(adviser: Client, number: int) -> UUID:
    structure = {"name": f"Les Jardins {number}", "legal_form": "association", "department": "44"}
    structure |= {"rna": f"W44{number:07}"}
    request = {"structure": structure, "contact": {"name": "Maëlle Ker"}, "need": "Diversifier nos ressources."}
    received = adviser.post("/api/v1/requests", request)
    assert received.status_code == 201, received.text
    case = received.json()["id"]
    meeting = {"held_on": "2026-03-02", "participants": [{"name": "la présidente"}]}
    steps = [("meetings", meeting)]
    steps += [("criteria", {"criterion": each, "verdict": "met", "evidence": "Vu sur pièces."}) for each in CRITERIA]
    for path, body in [*steps, ("admission", {"reason": "Besoin clair."})]:
        answer = adviser.post(f"/api/v1/requests/{case}/{path}", body)
        assert answer.status_code == 200, answer.text
    return UUID(case)


@contextmanager
def serve(places: Mapping[str, BackupPlace], issuer: Issuer) -> Iterator[Region]:
    """All three, with relay and subscriptions. Each phase's feed is known to those that start after it."""
    with ExitStack() as stack:
        feeds: dict[str, str] = {}
        running: dict[str, Served] = {}
        for name, place in places.items():
            token = issuer.mint("service", subject=f"service:{name}")
            deployed = {"jwks": str(issuer.jwks), "service_token": SecretStr(token), "feeds": dict(feeds)}
            running[name] = each = stack.enter_context(place.serve(part=ProcessRole.ALL, **deployed))
            each.issuer = issuer
            feeds[name] = str(each.http.base_url)
        feed = stack.enter_context(closing(Feed(feeds, issuer.mint("service", subject="service:audit"))))
        yield Region(running, feed)


class Machine:
    """A NATS and a database for each service. `before`: the machine whose place it takes, with the same keys."""

    def __init__(self, postgres: Postgres, folder: Path, before: Machine | None = None) -> None:
        folder.mkdir()
        self._seeds = folder / "nats" / "secrets"
        if before:
            shutil.copytree(before._seeds, self._seeds)
        self.nats = Nats(folder / "nats", ports.choose_ports({"nats": None})["nats"])
        self._postgres, self._folder = postgres, folder
        self.places = {name: self.place(name) for name in SERVICES}

    def place(self, name: str) -> BackupPlace:
        """An empty database of a service."""
        key = name.encode().ljust(32, b".")
        return BackupPlace(SERVICES[name], self._postgres, self.nats, self._folder, sealing_key=key)

    async def install(self) -> None:
        """The deploy step."""
        access = NatsAccess(self.nats.url, self.nats.deployer_seed)
        for name, service in SERVICES.items():
            whole = service.reactions.reads_whole_logs
            await topology.install(access, "local", name, service.reactions.publishers, whole_log=whole)

    def back_up(self, name: str, region: Region, backup: Path) -> None:
        self.places[name].run("pg_dump", region.running[name], backup)

    def restore(self, region: Region, backup: Path, *, is_older: bool) -> None:
        """`region`: for the settings that the programs had. `is_older`: something was recorded since the back-up."""
        for name, place in self.places.items():
            place.run("pg_restore", region.running[name], backup)
            if is_older:
                place.run("dla-intake declare-restored", region.running[name], backup)


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    issuer = Issuer(tmp_path / "issuer")
    issuer.publish()
    return issuer


def sign_as(monkeypatch: pytest.MonkeyPatch, folder: Path, origin: str) -> None:
    """The ledger's key, and what is kept of its last checkpoint, are in no database."""
    folder.mkdir()
    (folder / "key").touch(0o600)
    (folder / "key").write_text(b64encode(token_bytes(32)).decode())
    monkeypatch.setenv("DLA_MODE", "development")
    monkeypatch.setenv("DLA_AUDIT_LEDGER_ORIGIN", origin)
    monkeypatch.setenv("DLA_AUDIT_LEDGER_KEY_FILE", str(folder / "key"))


def refusal(region: Region) -> str | None:
    """Why the ledger signs nothing."""
    health = region.running["audit"].by("ops").get("/api/v1/ledger/health").json()
    return (health["refusal"] or {}).get("reason")


def is_halted(region: Region, name: str, publisher: str) -> bool:
    """Whether a service receives nothing more from a publisher, whose log is another one now."""
    return publisher in halted_publishers(region.running[name].application.recorder)


def follow(region: Region, name: str, publisher: str) -> None:
    """As an operator does by `follow-restored`."""
    app = region.running[name].application
    if name == "audit":
        follow_restored_log(app, region.feed, publisher, "Inès", REASON)
    else:
        follow_restored(app, find_restored_log(app, region.feed, publisher), "Inès", REASON)


@dataclass(frozen=True)
class Losses:
    """`kept`: a case that every back-up has; `half_kept`: one that intake's has not, and the others' have. `lost`:
    positions of intake's log between its back-up and audit's. `signed`: leaves of the ledger at the end."""

    kept: UUID
    half_kept: UUID
    lost: range
    signed: int


def lose_everything(machine: Machine, issuer: Issuer, backup: Path) -> tuple[Region, Losses]:
    with up(machine.nats):
        asyncio.run(machine.install())
        with serve(machine.places, issuer) as region:
            kept = region.play()
            machine.back_up("intake", region, backup)
            first_lost = region.events("intake") + 1
            half_kept = region.play()
            for name in ("diagnostic", "audit"):
                machine.back_up(name, region, backup)
            lost = range(first_lost, region.events("intake") + 1)
            region.play()
            eventually(lambda: signed_size(region) == region.leaves())
            return region, Losses(kept, half_kept, lost=lost, signed=region.leaves())


def signed_size(region: Region) -> int:
    """The leaves of the last checkpoint."""
    return int(region.running["audit"].anonymous().get("/tlog/checkpoint").text.split("\n")[1])


def test_what_was_lost_is_named_and_the_region_goes_on_and_moves(
    postgres: Postgres, tmp_path: Path, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_as(monkeypatch, tmp_path / "ledger", "region.example/one")
    old = Machine(postgres, tmp_path / "old")
    before, losses = lose_everything(old, issuer, tmp_path)
    new = Machine(postgres, tmp_path / "new", old)
    with up(new.nats):
        new.restore(before, tmp_path, is_older=True)
        with serve(new.places, issuer) as region:
            check_what_was_lost(region, losses)
            check_that_it_goes_on(region, losses)
        sign_as(monkeypatch, tmp_path / "another-ledger", "region.example/two")
        new.places["audit"] = new.place("audit")
        with serve(new.places, issuer) as region:
            check_another_ledger(region)
    for name in SERVICES:
        new.back_up(name, region, tmp_path)
    moved = Machine(postgres, tmp_path / "moved", new)
    with up(moved.nats):
        moved.restore(region, tmp_path, is_older=False)
        with serve(moved.places, issuer) as region:
            check_that_nothing_differs(region)


def check_what_was_lost(region: Region, losses: Losses) -> None:
    assert [region.diagnoses(each) for each in (losses.kept, losses.half_kept)] == [1, 1]
    found = region.differences()
    assert {position for kind, of, position in found if (kind, of) == (FindingKind.LOST, "intake")} == {*losses.lost}
    assert {(kind, of) for kind, of, _ in found} == {
        (FindingKind.RESTORED, "intake"),
        (FindingKind.LOST, "intake"),
        (FindingKind.RESTORED, "diagnostic"),
    }
    diagnostic = region.running["diagnostic"].application
    effects = effects_without_cause(diagnostic, region.feed, ["intake"])
    assert {effect.case for effect in effects} == {losses.half_kept}, "its diagnosis stays, and its request is gone"
    eventually(lambda: refusal(region) == SigningRefusal.OLDER_DATABASE)
    assert region.leaves() < losses.signed


def check_that_it_goes_on(region: Region, losses: Losses) -> None:
    case = region.begin()
    for name in ("diagnostic", "audit"):
        eventually(partial(is_halted, region, name, "intake"))
        follow(region, name, "intake")
    eventually(lambda: region.diagnoses(case) == 1)
    for name in ("intake", "audit"):
        eventually(partial(is_halted, region, name, "diagnostic"))
        follow(region, name, "diagnostic")
    eventually(lambda: region.leaves() == len(losses.lost) + sum(region.events(phase) for phase in PHASES))
    assert region.differences() == []


def check_another_ledger(region: Region) -> None:
    """In an empty database, under another origin and another key: it receives everything that the services have."""
    eventually(lambda: region.leaves() == sum(region.events(phase) for phase in PHASES))
    eventually(lambda: signed_size(region) == region.leaves())
    assert (refusal(region), region.differences()) == (None, [])


def check_that_nothing_differs(region: Region) -> None:
    """On another machine, from back-ups made while nothing ran."""
    assert region.differences() == []
    case = region.play()
    eventually(lambda: signed_size(region) == region.leaves())
    assert (region.diagnoses(case), refusal(region), region.differences()) == (1, None, [])
