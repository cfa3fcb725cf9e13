"""Interoperability: Go's own transparency-log code verifies the ledger unchanged."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from fastapi import FastAPI
from tests.support.histories.audit_events import receive_events
from tests.support.samples.sample_services import eventually
from tests.support.servers.running_witness import COSIGNER, ELEVEN
from tests.support.servers.served_service import Served

from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner
from audit.ledger.store import Ledger
from embedded.processes import ports
from shared.eventlog import ServiceApplication

GOPATH = Path("/usr/share/gocode")
"""Where Debian's golang-golang-x-mod-dev puts the sources."""

pytestmark = pytest.mark.skipif(
    shutil.which("go") is None or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir(),
    reason="Go or its x/mod sources are missing (Debian: golang-go, golang-golang-x-mod-dev)",
)


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built without a network."""
    folder = tmp_path_factory.mktemp("verifier")
    settings = {"GOPATH": str(GOPATH), "GO111MODULE": "off", "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    command = ["go", "build", "-o", str(folder / "verifier"), str(Path(__file__).with_name("verifier") / "main.go")]
    subprocess.run(command, env=os.environ | settings, check=True, timeout=300)
    return folder / "verifier"


@contextmanager
def on_a_port(audit: Served) -> Iterator[str]:
    app: FastAPI = audit.http.app  # type: ignore[attr-defined]
    port = ports.choose_ports({"tlog": None})["tlog"]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="off"))
    thread = Thread(target=server.run, name="tlog")
    thread.start()
    try:
        eventually(lambda: server.started)
        yield f"http://127.0.0.1:{port}/tlog"
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize(("before", "after"), [(1, 1), (3, 255), (200, 256), (256, 700)])
def test_go_verifies_checkpoint_tiles_entries_and_proofs(
    verifier: Path,
    audit: Served,
    app: ServiceApplication,
    checkpoint_signer: CheckpointSigner,
    tmp_path: Path,
    before: int,
    after: int,
) -> None:
    headers = receive_events(app, before)
    integrate(app)
    checkpoint_signer.sign(app)
    older = Ledger(app.recorder).newest_checkpoint()
    assert older is not None
    (tmp_path / "older").write_text(older.note)
    headers += receive_events(app, after - before, first=before + 1)
    integrate(app)
    checkpoint_signer.sign(app)
    cosigned = Ledger(app.recorder).newest_checkpoint()
    assert cosigned is not None
    text = cosigned.note.partition("\n\n")[0] + "\n"
    Ledger(app.recorder).add_cosignature(after, str(COSIGNER.witness_key), COSIGNER.cosign(text, ELEVEN))
    proofs = []
    for index in {0, before - 1, after // 2, after - 1}:
        proofs.append(tmp_path / f"{index}.tlog-proof")
        proofs[-1].write_text(audit.by("auditor").get(f"/api/v1/events/{headers[index].id}/proof").text)
    with on_a_port(audit) as url:
        witness = str(COSIGNER.witness_key)
        command = [str(verifier), url, older.key, witness, str(tmp_path / "older"), *map(str, proofs)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout.startswith(f"verified: {after} leaves, ")
        assert ran.stdout.endswith(f" {len(proofs)} proofs, from {before}\n")
        if before < after:
            app.recorder.fetch("UPDATE {schema}.tiles SET hashes = set_byte(hashes, 3, get_byte(hashes, 3) # 1)")
            refused = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
            assert refused.returncode == 1
            assert "inconsistent" in refused.stderr
