"""Erasure on the whole stack: no byte of an erased person can be read, though two services are killed meanwhile."""

from __future__ import annotations

import base64
import json
import os
import signal
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.support.samples.sample_services import eventually

from embedded.stack import Stack
from shared.crypto import ERASED_TEXT
from shared.crypto.transit import NONCE_BYTES

REASON = {"reason": "Demande reçue par courrier, identité vérifiée."}
STRUCTURE = {"legal_form": "association", "department": "44"}
CONTACT = {"name": "Bleuenn Zorrilla-Marec", "function": "Trésorière", "email": "b.zorrilla@example.org"}
ATTENDEE = "Corentin Wazabi-Riec"
MET_AS = "Cheffe d’atelier Kouign"
LEADER = "Yvonnig Kozhdero-Plouz"
SAID = (*CONTACT.values(), MET_AS, ATTENDEE, LEADER, "Zorrilla", "Wazabi", "Kozhdero")
CONTROL = "Les Jardins de Kergrist-Moëlou"
"""A structure's name is no personal value: it stands in clear, and the search must find it."""


class Running:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def call(self, role: str, service: str, method: str, path: str, body: Any = None) -> Any:
        token = self.stack.issuer.mint(role, subject=f"some-{role}", unit="dla-44")
        address = f"{self.stack.addresses[service]}/api/v1{path}"
        headers = {"Authorization": f"Bearer {token}", "DLA-Reason": "Une%20demande%20par%20courrier."}
        answer = httpx.request(method, address, json=body, headers=headers, timeout=30, trust_env=False)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json()

    def post(self, service: str, path: str, body: Any) -> Any:
        return self.call("adviser", service, "POST", path, body)

    def get(self, service: str, path: str, role: str = "adviser") -> Any:
        return self.call(role, service, "GET", path)

    def found(self, service: str, words: str) -> str:
        (somebody,) = self.call("dpo", service, "POST", "/people/search", {"words": words})
        return str(somebody["person"])

    def search(self, service: str, words: str) -> dict[str, set[str]]:
        """By id, the fields of a person's data."""
        people = self.call("dpo", service, "POST", "/people/search", {"words": words})
        return {each["person"]: {value["path"] for value in each["values"]} for each in people}

    def erase(self, person: str, also: list[str] | None = None) -> Any:
        return self.call("dpo", "intake", "DELETE", f"/people/{person}", REASON | {"also": also or []})

    def made_later(self, case: str) -> dict[str, bytes]:
        """What the system makes of a request when it is asked: state, history, stored events, paper, and the bundle."""
        intake, audit = self.stack.addresses["intake"], self.stack.addresses["audit"]
        path = f"{intake}/api/v1/requests/{case}"
        addresses = {
            "state": path,
            "history": f"{path}/history",
            "stored": f"{path}/stored",
            "paper": f"{path}/documents/fiche-d-accueil.html",
        }
        token = self.stack.issuer.mint("adviser", subject="some-adviser", unit="dla-44")
        headers = {"Authorization": f"Bearer {token}"}
        made = {
            what: httpx.get(address, headers=headers, timeout=30, trust_env=False).raise_for_status().content
            for what, address in addresses.items()
        }
        bundle = f"{audit}/api/v1/cases/{case}/bundle"

        def download() -> httpx.Response:
            return httpx.get(bundle, headers=headers, timeout=60, trust_env=False)

        eventually(lambda: download().is_success, 60)
        with ZipFile(BytesIO(download().content)) as archive:
            return made | {"bundle": b"".join(archive.read(name) for name in archive.namelist())}

    def certificate(self, person: str) -> Any:
        return self.get("intake", f"/people/{person}/erasure", "dpo")

    def kill(self, *names: str) -> None:
        for each in self._processes(names):
            assert each.pid
            os.kill(each.pid, signal.SIGKILL)
        for each in self._processes(names):
            assert each._child
            each._child.wait()

    def start_again(self, *names: str) -> None:
        for each in self._processes(names):
            command = [*self.stack._program(each.name), "serve", "--role", "all"]
            each.start(command, self.stack.environments[each.name])
        eventually(lambda: all(self._ready(name) for name in names), 60)

    def _ready(self, name: str) -> bool:
        try:
            return httpx.get(f"{self.stack.addresses[name]}/readyz", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def _processes(self, names: tuple[str, ...]) -> list[Any]:
        return [each for each in self.stack._services if each.name in names]

    def key_of(self, service: str, person: str) -> tuple[bytes, bytes]:
        """As it is stored, and as it would open everything."""
        with psycopg.connect(self.stack.postgres.url(f"dla_{service}")) as connection:
            row = connection.execute("SELECT wrapped FROM data_keys WHERE key_id = %s", (person,)).fetchone()
        assert row is not None
        deployment = base64.b64decode((self.stack.folder / "secrets" / f"{service}.sealing").read_text())
        wrapped = bytes(row[0])
        return wrapped, AESGCM(deployment).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], UUID(person).bytes)

    def settled(self) -> None:
        """What PostgreSQL had in memory only is in its files too."""
        with psycopg.connect(self.stack.postgres.superuser_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def holding(self, *wanted: bytes) -> list[set[str]]:
        """Where each is, of all that the stack has on its disk: tables and WAL, JetStream, logs, secrets, lists."""
        self.settled()
        found: list[set[str]] = [set() for _ in wanted]
        for path in filter(Path.is_file, self.stack.folder.rglob("*")):
            content = _bytes_of(path)
            for each, where in zip(wanted, found, strict=True):
                if each in content:
                    where.add(path.relative_to(self.stack.folder).parts[0])
        return found


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # PostgreSQL has removed it meanwhile
        return b""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Stack(tmp_path_factory.mktemp("erasure") / ".dla") as stack:
        yield Running(stack)


def admitted(running: Running, siret: str) -> str:
    structure = STRUCTURE | {"name": "Le Fournil partagé", "siret": siret, "headcount": 4}
    asked = {"structure": structure, "contact": {"name": "Nolwenn Pichon"}, "need": "Consolider l’équipe."}
    case = str(running.post("intake", "/requests", asked)["id"])
    running.post(
        "intake", f"/requests/{case}/meetings", {"held_on": "2026-03-02", "participants": [{"name": "la présidente"}]}
    )
    for criterion in ("existing", "employer", "ess"):
        judged = {"criterion": criterion, "verdict": "met", "evidence": "Vu sur pièces."}
        running.post("intake", f"/requests/{case}/criteria", judged)
    running.post("intake", f"/requests/{case}/admission", {})
    return case


def opened(running: Running, service: str, path: str) -> bool:
    try:
        return bool(running.get(service, path))
    except AssertionError:
        return False


def test_nothing_is_left_to_read_of_who_was_forgotten_though_services_die_meanwhile(running: Running) -> None:
    need = {"need": "Un besoin.", "structure": STRUCTURE | {"name": CONTROL, "siret": "55208131766522"}}
    request = running.post("intake", "/requests", need | {"contact": CONTACT})["id"]
    asked = running.get("intake", f"/requests/{request}")["contact"]["person"]
    met = [{"person": asked}, {"name": CONTACT["name"], "function": MET_AS}]
    running.post("intake", f"/requests/{request}/meetings", {"held_on": "2026-03-02", "participants": met})
    running.post("intake", f"/requests/{request}/withdrawal", {"reason": "Elle n’en a plus besoin."})
    case = admitted(running, "73282932000074")
    eventually(lambda: opened(running, "diagnostic", f"/diagnoses/{case}"))
    session = {"held_on": "2026-03-02", "participants": [{"name": ATTENDEE, "quality": "employee"}]}
    running.post("diagnostic", f"/diagnoses/{case}/sessions", session)

    link = {"role": "leader", "name": LEADER, "reason": "Elle dirige l’association."}
    leader = str(running.post("intake", f"/requests/{case}/access-links", link)["id"])
    eventually(lambda: list(running.search("diagnostic", "kozhdero")) == [leader])
    travelled = running.holding(b"Fournil", b"Kozhdero", b"name-recorded:v1")
    assert [sorted(where) for where in travelled] == [["postgres"], [], ["nats", "postgres"]], "no name but encrypted"

    before = running.made_later(request)
    assert all(CONTACT["name"].encode() in each for each in before.values()), "each says it, as long as it may"
    found = running.search("intake", "zorrilla")
    contact, again = sorted(found, key=lambda each: len(found[each]), reverse=True)
    assert (contact, found[again]) == (asked, {"participants.1.name", "participants.1.function"})
    attendee = running.found("diagnostic", "wazabi")
    keys = {"intake": running.key_of("intake", contact), "diagnostic": running.key_of("diagnostic", attendee)}
    controls = running.holding(CONTROL.encode(), request.encode(), *(wrapped for wrapped, _ in keys.values()))
    stored_in = [sorted(where - {"logs"}) for where in controls]  # audit logs whose bundle it made, by id
    assert stored_in == [["postgres"], ["nats", "postgres"], ["postgres"], ["postgres"]]

    left = {"reason": "Elle quitte l’association."}
    running.post("intake", f"/requests/{case}/access-links/{leader}/revocation", left)
    assert set(running.erase(contact, also=[again])["persons"]) == {contact, again}
    running.erase(leader)
    running.kill("diagnostic", "parcours")
    assert "diagnostic" in running.erase(attendee)["outstanding"]
    running.start_again("diagnostic", "parcours")
    eventually(lambda: all(running.certificate(person)["complete_at"] for person in (contact, attendee, leader)), 60)

    for what, content in running.made_later(request).items():
        assert not [each for each in SAID if each.encode() in content], what
    shown = running.get("intake", f"/requests/{request}")["contact"]
    assert {shown["name"], shown["function"], shown["email"]} == {ERASED_TEXT}
    participants = running.get("diagnostic", f"/diagnoses/{case}")["content"]["sessions"][0]["participants"]
    assert [each["name"] for each in participants] == [ERASED_TEXT]

    secret = [said.encode() for said in SAID] + [key for _, key in keys.values()]
    secret += [base64.b64encode(each) for each in secret]
    assert dict(zip(secret, running.holding(*secret), strict=True)) == {each: set() for each in secret}

    lines = [json.loads(line) for line in running.stack.run("intake", "check-rebuild").splitlines()]
    assert lines
    assert all(line["matches"] for line in lines)
    running.stack.run("audit", "reconcile")  # which fails when a service is not as the ledger has it
    for service, person in (("intake", contact), ("diagnostic", attendee)):
        assert person in (running.stack.folder / "erased" / service).read_text()
