"""A witness on a real socket, in this process, with a log that it follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import uvicorn
from tests.support.samples.sample_services import eventually

from audit.ledger.succession import PublishedKey
from audit.tlog import AddCheckpointRequest, Checkpoint, Cosigner, Signer, extend_tiles, leaf_hash, subtree_hashes, tree
from audit.witness.cosigning import CheckpointWitness
from audit.witness.store import Store, create_store
from audit.witness.web import build_web
from embedded.processes import ports

ORIGIN = "registre.example/dla"
SIGNER = Signer(ORIGIN, bytes(range(32)))
COSIGNER = Cosigner("temoin.example/un", b"w" * 32)
ELEVEN = 1_795_345_200


class Log:
    """A ledger of entries one chooses: two of them with one key are a fork."""

    def __init__(self, entries: Sequence[bytes], signer: Signer = SIGNER) -> None:
        self._subtrees = subtree_hashes(extend_tiles({}, 0, map(leaf_hash, entries)))
        self._signer = signer

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(self._signer.verifier.name, size, root=tree.root_hash(size, self._subtrees))

    def sign(self, size: int) -> str:
        return self._signer.sign(str(self.checkpoint(size)))

    def extension(self, old: int, size: int) -> AddCheckpointRequest:
        hashes = tree.consistency_proof(old, size, self._subtrees) if old <= size else []
        return AddCheckpointRequest(old, tuple(hashes), note=self.sign(size))

    def request(self, old: int, size: int) -> bytes:
        return str(self.extension(old, size)).encode()


@contextmanager
def open_witness(folder: Path, *keys: PublishedKey, cosigner: Cosigner = COSIGNER) -> Iterator[CheckpointWitness]:
    """The store is created when it is not there."""
    if not folder.exists():
        create_store(folder)
    with Store(folder, cosigner.witness_key) as store:
        yield CheckpointWitness(cosigner, keys or (PublishedKey(SIGNER.verifier),), store, lambda: ELEVEN)


@contextmanager
def serve_witness(
    folder: Path, *keys: PublishedKey, cosigner: Cosigner = COSIGNER, port: int | None = None
) -> Iterator[str]:
    """Its address."""
    with open_witness(folder, *keys, cosigner=cosigner) as witness:
        port = port or ports.choose_ports({"witness": None})["witness"]
        server = uvicorn.Server(
            uvicorn.Config(
                build_web(witness, witness._store), host="127.0.0.1", port=port, log_config=None, lifespan="off"
            )
        )
        thread = Thread(target=server.run, name="witness")
        thread.start()
        try:
            eventually(lambda: server.started)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()
