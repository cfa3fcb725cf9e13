"""Signing of checkpoints: only when the ledger still holds all that was signed before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from audit.ledger.durable_file import DurableFile
from audit.ledger.store import Ledger, SignedCheckpoint
from audit.ledger.succession import verify_chain
from audit.tlog import (
    Checkpoint,
    Signer,
    VerificationError,
    Verifier,
    decode_text,
    parse_verifier,
    root_hash,
    verify_checkpoint,
)
from shared.eventlog import ServiceApplication
from shared.kernel import LabelledEnum


class SigningRefusal(LabelledEnum):
    """Why nothing is signed."""

    OTHER_KEY = "other-key", "autre clé que celle qui a signé jusqu’ici"
    OLDER_DATABASE = "older-database", "base plus ancienne que ce qui a été signé"
    ALTERED_LEDGER = "altered-ledger", "lignes déjà signées modifiées"
    MISSING_TILES = "missing-tiles", "tuiles manquantes"
    UNREADABLE_FILE = "unreadable-checkpoint-file", "dernier point de contrôle illisible hors de la base"


class SigningRefused(Exception):
    """The ledger is not what was signed before. Nothing more is signed until an operator has acted; nothing is lost."""

    def __init__(self, reason: SigningRefusal, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class CheckpointSigner:
    """`checkpoint_file`: the last checkpoint signed here, outside the database. It reveals a ledger that was restored
    from an older back-up, or begun anew."""

    def __init__(self, signer: Signer, checkpoint_file: Path | None) -> None:
        self._signer, self._file = signer, DurableFile(checkpoint_file) if checkpoint_file else None

    def sign(self, app: ServiceApplication) -> Checkpoint | None:
        """Signs what is integrated, if it is more than what is signed. Raises SigningRefused.

        First written to the file, then stored, then served: what was seen outside is never forgotten."""
        ledger, own = Ledger(app.recorder), self._signer.verifier
        with lock_ledger(app) as (connection, size):
            last = ledger.newest_checkpoint()
            if last and last.key != str(own):
                raise SigningRefused(
                    SigningRefusal.OTHER_KEY, f"the last checkpoint was signed with {last.key}, not with {own}"
                )
            if last:
                check_still_holds(ledger, size, last.note, [own], "the database")
            self._check_file(ledger, size, lambda: self._own_keys(ledger))
            if last and last.size == size:
                return None
            checkpoint = Checkpoint(own.name, size, root=compute_root(ledger, size))
            self._store(connection, checkpoint)
        return checkpoint

    def take_over(
        self, app: ServiceApplication, sign_succession: Callable[[Checkpoint], str], old: SignedCheckpoint
    ) -> None:
        """Signs, as its first checkpoint, the last one of another key. `sign_succession` returns the signed note."""
        ledger, keys = Ledger(app.recorder), [self._signer.verifier, parse_verifier(old.key)]
        with lock_ledger(app) as (connection, size):
            if ledger.newest_checkpoint() != old:
                raise SigningRefused(
                    SigningRefusal.OTHER_KEY,
                    "something was signed meanwhile: stop the process that signs with the old key",
                )
            checkpoint = check_still_holds(ledger, size, old.note, keys[1:], "the database")
            self._check_file(ledger, size, lambda: keys)
            connection.execute("INSERT INTO successions (note) VALUES (%s)", (sign_succession(checkpoint),))
            self._store(connection, checkpoint)

    def _check_file(self, ledger: Ledger, size: int, keys: Callable[[], Sequence[Verifier]]) -> None:
        if self._file and (note := read_checkpoint_file(self._file)):
            check_still_holds(ledger, size, note, keys(), str(self._file.path))

    def _store(self, connection: psycopg.Connection[Any], checkpoint: Checkpoint) -> None:
        note = self._signer.sign(str(checkpoint))
        if self._file:
            self._file.write(note)
        connection.execute(
            "INSERT INTO checkpoints (size, note, key) VALUES (%s, %s, %s)",
            (checkpoint.size, note, str(self._signer.verifier)),
        )

    def _own_keys(self, ledger: Ledger) -> list[Verifier]:
        """Our own, and those that it took over from by its own signature."""
        try:
            links = verify_chain(ledger.successions(), self._signer.verifier)
        except VerificationError as error:
            raise SigningRefused(
                SigningRefusal.OTHER_KEY, f"the successions in the database do not lead to our key: {error}"
            ) from error
        return [self._signer.verifier, *(link.old for link in links)]


@contextmanager
def lock_ledger(app: ServiceApplication) -> Iterator[tuple[psycopg.Connection[Any], int]]:
    """One transaction that holds the ledger's lock; its size."""
    with app.recorder.datastore.get_connection() as connection, connection.transaction():
        row = connection.execute("SELECT size FROM ledger FOR UPDATE").fetchone()
        assert row is not None
        yield connection, row["size"]


def check_still_holds(ledger: Ledger, size: int, note: str, keys: Sequence[Verifier], source: str) -> Checkpoint:
    """Checks that the ledger, of this size, still holds what a checkpoint signed. Raises SigningRefused."""
    try:
        checkpoint = verify_checkpoint(note, keys)
    except VerificationError as error:
        raise SigningRefused(
            SigningRefusal.OTHER_KEY, f"the checkpoint kept in {source} was not signed with our key: {error}"
        ) from error
    if checkpoint.size > size:
        raise SigningRefused(
            SigningRefusal.OLDER_DATABASE,
            f"the ledger has {size} leaves, and the checkpoint kept in {source} signed {checkpoint.size}:"
            " the database is older than what was signed",
        )
    if compute_root(ledger, checkpoint.size) != checkpoint.root:
        raise SigningRefused(
            SigningRefusal.ALTERED_LEDGER,
            f"the first {checkpoint.size} leaves are not those of the checkpoint kept in {source}",
        )
    return checkpoint


def read_checkpoint_file(file: DurableFile) -> str | None:
    """Raises SigningRefused when it cannot be read."""
    raw = file.read()
    try:
        return None if raw is None else decode_text(raw)
    except VerificationError as error:
        raise SigningRefused(SigningRefusal.UNREADABLE_FILE, f"{file.path} is no checkpoint: {error}") from error


def compute_root(ledger: Ledger, size: int) -> bytes:
    try:
        return ledger.compute(lambda subtree: root_hash(size, subtree))
    except KeyError as error:
        raise SigningRefused(
            SigningRefusal.MISSING_TILES, f"tiles of the first {size} leaves are missing: {error}"
        ) from error
