"""Cosigning by witnesses, those that are down or answer nonsense included."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from pydantic import SecretBytes
from tests.support.histories.audit_events import receive_events
from tests.support.samples import sample_bundle
from tests.support.samples.sample_services import eventually
from tests.support.servers.reconciled_intake import sql
from tests.support.servers.running_witness import COSIGNER, ELEVEN, ORIGIN, SIGNER
from tests.support.servers.running_witness import serve_witness as served_witness
from tests.support.servers.served_service import Served

from audit.bundle.archive import pack
from audit.bundle.write import build_entries
from audit.health import FAULT_ADVICE
from audit.ledger.integrator import integrate
from audit.ledger.settings import LedgerSettings
from audit.ledger.signing import CheckpointSigner
from audit.ledger.witnesses import NotCosigned, WitnessFault, WitnessWorkers, register_witnesses, request_cosignature
from audit.tlog import Checkpoint, Cosigner, find_cosignatures, find_signers, parse_proof, verify_checkpoint
from audit.verify import main
from shared.eventlog import ServiceApplication

OWN = COSIGNER.witness_key


def grow(app: ServiceApplication, checkpoint_signer: CheckpointSigner, count: int, first: int) -> None:
    receive_events(app, count, first=first)
    integrate(app)
    checkpoint_signer.sign(app)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def address(store: Path) -> Iterator[str]:
    with served_witness(store) as running:
        yield running


@pytest.fixture
def ledger(app: ServiceApplication, checkpoint_signer: CheckpointSigner) -> ServiceApplication:
    """Of five leaves, which asks one witness."""
    register_witnesses(app, [OWN], 1)
    grow(app, checkpoint_signer, 5, 1)
    return app


def ask(app: ServiceApplication, address: str) -> None:
    with httpx.Client(base_url=address, trust_env=False, timeout=5) as http:
        request_cosignature(app, OWN, http)


def health(audit: Served) -> Any:
    return audit.by("ops").get("/api/v1/ledger/health").json()


def test_a_checkpoint_is_served_with_what_its_witness_says(
    audit: Served, ledger: ServiceApplication, checkpoint_signer: CheckpointSigner, address: str
) -> None:
    ask(ledger, address)
    grow(ledger, checkpoint_signer, 3, 6)
    ask(ledger, address)
    note = audit.anonymous().get("/tlog/checkpoint").text
    assert verify_checkpoint(note, [SIGNER.verifier]).size == 8
    assert audit.anonymous().get("/tlog/witnesses").text == f"{OWN}\n"
    assert [each.timestamp() for each in find_cosignatures(note, [OWN]).values()] == [ELEVEN]
    (report,) = health(audit)["witnesses"]
    assert (report["name"], report["size"], report["fault"], report["behind"]) == ("temoin.example/un", 8, None, False)
    shown = audit.anonymous().get("/tlog/consistency", old=5).text
    with httpx.Client(base_url=address, trust_env=False) as http:  # what it shows is what a witness takes
        assert http.post("/add-checkpoint", content=shown.encode()).text == "8\n"


def test_proofs_rest_on_a_checkpoint_that_was_cosigned(
    audit: Served, ledger: ServiceApplication, checkpoint_signer: CheckpointSigner, address: str
) -> None:
    """As long as one holds the event: the newest is cosigned a moment after it is signed."""
    ask(ledger, address)
    grow(ledger, checkpoint_signer, 3, 6)
    rows = ledger.recorder.fetch("SELECT event_id FROM {schema}.leaves ORDER BY index")
    for index, cosignatures in ((0, 1), (7, 0)):
        text = audit.by("auditor").get(f"/api/v1/events/{rows[index]['event_id']}/proof").text
        assert len(find_cosignatures(parse_proof(text).checkpoint, [OWN])) == cosignatures


def test_a_witness_that_is_down_is_caught_up(
    audit: Served, ledger: ServiceApplication, checkpoint_signer: CheckpointSigner, store: Path
) -> None:
    with pytest.raises(NotCosigned) as refused:
        ask(ledger, "http://127.0.0.1:9")
    assert refused.value.fault is WitnessFault.UNREACHABLE
    for first in (6, 7, 8):
        grow(ledger, checkpoint_signer, 1, first)
    (report,) = health(audit)["witnesses"]
    assert (report["fault"], report["advice"]) == ("unreachable", FAULT_ADVICE[WitnessFault.UNREACHABLE])
    with served_witness(store) as address:
        workers = WitnessWorkers(ledger, {OWN: address}, 1, 0.02)
        workers.start()
        try:
            eventually(lambda: health(audit)["witnesses"][0]["size"] == 8)
            grow(ledger, checkpoint_signer, 1, 9)
            eventually(lambda: health(audit)["witnesses"][0]["size"] == 9)
        finally:
            workers.stop()


def test_replicas_that_ask_at_once_disturb_nobody(
    audit: Served, ledger: ServiceApplication, checkpoint_signer: CheckpointSigner, address: str
) -> None:
    replicas = [WitnessWorkers(ledger, {OWN: address}, 1, 0.01) for _ in range(3)]
    for replica in replicas:
        replica.start()
    try:
        for first in range(6, 26):
            grow(ledger, checkpoint_signer, 1, first)
        eventually(lambda: health(audit)["witnesses"][0]["size"] == 25)
        assert health(audit)["witnesses"][0]["fault"] is None
    finally:
        for replica in replicas:
            replica.stop()


def test_what_a_witness_saw_before_we_asked_is_where_one_begins(
    ledger: ServiceApplication, checkpoint_signer: CheckpointSigner, address: str
) -> None:
    """Its answer was lost, or another replica asked: it says how far it is."""
    ask(ledger, address)
    sql(ledger, "DELETE FROM {schema}.cosignatures")
    grow(ledger, checkpoint_signer, 3, 6)
    ask(ledger, address)


# -- what only a witness sees


def test_a_fork_is_seen(audit: Served, ledger: ServiceApplication, address: str, checkpoint_file: Path) -> None:
    """Another history under the same key: the database was replaced, and the file outside it."""
    ask(ledger, address)
    for table in ("leaves", "tiles", "checkpoints", "cosignatures"):
        sql(ledger, f"DELETE FROM {{schema}}.{table}")
    sql(ledger, "UPDATE {schema}.ledger SET size = 0, position = 0")
    checkpoint_file.unlink()
    grow(ledger, CheckpointSigner(SIGNER, checkpoint_file), 4, 6)
    with pytest.raises(NotCosigned) as refused:
        ask(ledger, address)
    report = health(audit)
    assert (refused.value.fault, report["healthy"]) == (WitnessFault.FORK, False)
    assert f"temoin.example/un\u00a0: {FAULT_ADVICE[WitnessFault.FORK]}" in report["advice"]


def test_a_ledger_restored_from_an_older_back_up_is_seen(
    audit: Served, ledger: ServiceApplication, checkpoint_signer: CheckpointSigner, address: str, checkpoint_file: Path
) -> None:
    grow(ledger, checkpoint_signer, 3, 6)
    ask(ledger, address)
    sql(ledger, "DELETE FROM {schema}.checkpoints WHERE size > 5")
    sql(ledger, "DELETE FROM {schema}.cosignatures")
    with pytest.raises(NotCosigned) as refused:
        ask(ledger, address)
    assert (refused.value.fault, health(audit)["healthy"]) == (WitnessFault.AHEAD, False)


def test_a_witness_restored_from_an_older_back_up_is_seen_and_believed_no_more(
    audit: Served, ledger: ServiceApplication, checkpoint_signer: CheckpointSigner, store: Path, tmp_path: Path
) -> None:
    """It would cosign a fork from there on."""
    with served_witness(store) as address:
        ask(ledger, address)
        shutil.copytree(store, tmp_path / "back-up")
        grow(ledger, checkpoint_signer, 3, 6)
        ask(ledger, address)
    shutil.rmtree(store)
    (tmp_path / "back-up").rename(store)
    grow(ledger, checkpoint_signer, 1, 9)
    with served_witness(store) as address, pytest.raises(NotCosigned) as refused:
        ask(ledger, address)
    assert (refused.value.fault, health(audit)["healthy"]) == (WitnessFault.STATE_LOST, False)


# -- nonsense


@contextmanager
def saying(status: int, body: bytes) -> Iterator[str]:
    class Says(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Says)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


TEXT = str(Checkpoint(ORIGIN, 5, root=bytes(32)))


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (200, b"", "refuses"),
        (200, b"\xff\xfe\n", "refuses"),
        (200, COSIGNER.cosign(TEXT, ELEVEN).encode(), "refuses"),
        (200, Cosigner("autre.example", bytes(32)).cosign(TEXT, ELEVEN).encode(), "refuses"),
        (200, b"x" * 100_000, "refuses"),
        (409, b"beaucoup\n", "refuses"),
        (409, b"9" * 30, "refuses"),
        (409, b"-1\n", "refuses"),
        (409, b"0\n", "unreachable"),
        (409, b"400000\n", "ahead"),
        (403, b"no", "refuses"),
        (404, b"no", "refuses"),
        (302, b"", "refuses"),
        (500, b"", "unreachable"),
        (503, b"", "unreachable"),
    ],
)
def test_nonsense_is_noted_and_changes_nothing(
    audit: Served, ledger: ServiceApplication, status: int, body: bytes, fault: str
) -> None:
    with saying(status, body) as address, pytest.raises(NotCosigned):
        ask(ledger, address)
    (report,) = health(audit)["witnesses"]
    assert (report["fault"], report["size"]) == (fault, None)
    assert find_signers(audit.anonymous().get("/tlog/checkpoint").text, [OWN])[1] == []


# -- how many


def test_too_few_witnesses_make_the_ledger_unwell_after_a_while(
    audit: Served, ledger: ServiceApplication, checkpoint_signer: CheckpointSigner, address: str
) -> None:
    assert health(audit)["healthy"]
    sql(ledger, "UPDATE {schema}.checkpoints SET signed_at = signed_at - interval '2 minutes'")
    report = health(audit)
    assert (report["healthy"], report["witnesses"][0]["behind"]) == (False, True)
    assert report["advice"][0].startswith("Moins de 1 témoins")
    ask(ledger, address)
    grow(ledger, checkpoint_signer, 1, 6)  # signed just now: there is time to have it cosigned
    assert (health(audit)["healthy"], health(audit)["quorum"]) == (True, 1)
    register_witnesses(ledger, [], 0)
    assert (health(audit)["healthy"], health(audit)["witnesses"]) == (True, [])


def test_a_deployment_names_its_witnesses(tmp_path: Path) -> None:
    report: Callable[..., LedgerSettings] = lambda **more: LedgerSettings(  # noqa: E731
        origin=ORIGIN, key=SecretBytes(sha256(b"k").digest()), checkpoint_file=tmp_path / "checkpoint", **more
    )
    workers = report(witnesses={str(OWN): "https://temoin.example/"}, quorum=1).witness_addresses()
    assert workers == {OWN: "https://temoin.example/"}
    for wrong in (
        {"witnesses": {str(SIGNER.verifier): "https://temoin.example"}},
        {"witnesses": {str(OWN): "temoin"}},
        {"quorum": 1},
        {"quorum": -1},
    ):
        with pytest.raises(ValueError, match=r"itness|quorum|WITNESSES"):
            report(**wrong)


# -- in a file


def test_a_file_says_who_has_cosigned_and_who_has_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = sample_bundle.bundle()
    text = whole.checkpoint.partition("\n\n")[0] + "\n"
    absent = Cosigner("absent.example", bytes(32)).witness_key
    note = whole.checkpoint + COSIGNER.cosign(text, ELEVEN)
    events = tuple(replace(event, proof=event.proof.replace(whole.checkpoint, note)) for event in whole.events)
    witnessed = replace(whole, checkpoint=note, events=events, witnesses=(str(absent), str(OWN)))
    file = tmp_path / "dossier.zip"
    file.write_bytes(pack(build_entries(witnessed)))
    assert main([str(file)]) == 0
    output = capsys.readouterr().out
    assert f"Témoin temoin.example/un ({OWN.key_id.hex()})\u00a0: a cosigné le 22/11/2026 à 11:00:00 UTC" in output
    assert f"Témoin absent.example ({absent.key_id.hex()})\u00a0: n’a PAS cosigné" in output
    assert f"que {OWN} est ce témoin" in output
    assert main([str(file), "--witness", str(OWN), "--key", str(SIGNER.verifier)]) == 0
    assert "est ce témoin" not in capsys.readouterr().out
    other = Cosigner("troisieme.example", b"3" * 32).witness_key
    assert main([str(file), "--witness", str(other)]) == 0
    assert "Témoin troisieme.example" in capsys.readouterr().out
    forged = note[:-10] + ("A" if note[-10] != "A" else "B") + note[-9:]
    file.write_bytes(pack(build_entries(replace(witnessed, checkpoint=forged))))
    assert main([str(file)]) == 1
    assert main([str(file), "--witness", "n’importe quoi"]) == 2
