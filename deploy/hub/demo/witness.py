"""The hub as a witness of the regions' ledgers: the program itself, and what it holds of each region."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self

import httpx

from audit.tlog import (
    AddCheckpointRequest,
    Checkpoint,
    Cosigner,
    Signer,
    WitnessKey,
    find_cosignatures,
    verify_checkpoint,
)
from audit.witness.store import store_name
from deploy.hub.demo.deployment import START_SECONDS
from embedded.private_files import keep_secret
from embedded.processes.process import Process

NAME = "national.dla.invalid/witness"


class RegionLedger(NamedTuple):
    """`signer`: holds the region's own key, with which somebody could sign another history."""

    origin: str
    signer: Signer


def region_ledger(region: str, folder: Path) -> RegionLedger:
    """The key is made here, or that with which the region signs already."""
    origin = f"{region}.dla.invalid/tlog"
    return RegionLedger(origin, Signer(origin, base64.b64decode(_key(folder / "secrets" / "audit.ledger"))))


class HubWitness:
    """`with HubWitness(…) as witness:` — serves on `port`. `ledgers`: those that it follows."""

    def __init__(self, folder: Path, port: int, ledgers: Sequence[RegionLedger]) -> None:
        self._folder, self._port = folder, port
        self._key_file, self._logs = folder / "secrets" / "witness", folder / "logs-of-regions"
        self.key: WitnessKey = Cosigner(NAME, base64.b64decode(_key(self._key_file))).witness_key
        self._logs.write_text("".join(f"{each.signer.verifier}\n" for each in ledgers))
        self._process = Process("witness", folder, port=port)
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10)

    def __enter__(self) -> Self:
        init = Process("witness-init", self._folder)
        init.start([sys.executable, "-m", "audit.witness", "init"], self._environment())
        init.wait_until_done(START_SECONDS)
        self._process.start([sys.executable, "-m", "audit.witness", "serve"], self._environment())
        self._process.wait_until(self._answers, START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._process.stop()

    def mirrored(self, ledger: RegionLedger) -> Checkpoint | None:
        """The last checkpoint of a region that the hub keeps, signed by the region and cosigned by the hub. Raises
        VerificationError."""
        response = self._http.get(f"/{store_name(ledger.origin)}/checkpoint")
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        note = response.raise_for_status().text
        checkpoint = verify_checkpoint(note, [ledger.signer.verifier])
        if not find_cosignatures(note, [self.key]):
            raise ValueError(f"{ledger.origin} is held without the hub's cosignature")
        return checkpoint

    def status_for_rewritten(self, ledger: RegionLedger) -> int:
        """What the hub answers to another history of the size that it keeps, signed with the region's own key."""
        checkpoint = self.mirrored(ledger)
        assert checkpoint is not None
        rewritten = ledger.signer.sign(str(Checkpoint(checkpoint.origin, checkpoint.size, root=bytes(32))))
        request = AddCheckpointRequest(checkpoint.size, (), note=rewritten)
        return self._http.post("/add-checkpoint", content=str(request)).status_code

    def _environment(self) -> dict[str, str]:
        return dict(os.environ) | {
            "DLA_MODE": "development",
            "DLA_WITNESS_NAME": NAME,
            "DLA_WITNESS_KEY_FILE": str(self._key_file),
            "DLA_WITNESS_STORE": str(self._folder / "witness"),
            "DLA_WITNESS_LOGS": str(self._logs),
            "DLA_WITNESS_PORT": str(self._port),
        }

    def _answers(self) -> bool:
        try:
            return self._http.get("/").status_code == httpx.codes.NOT_FOUND
        except httpx.TransportError:
            return False


def _key(file: Path) -> str:
    return keep_secret(file, lambda: base64.b64encode(secrets.token_bytes(32)).decode())
