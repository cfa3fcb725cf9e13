"""When may a checkpoint be signed? When the ledger still holds all that was signed before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
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
    tree,
    verify_checkpoint,
)
from shared.eventlog import ServiceApplication


class SigningRefusal(StrEnum):
    """What the ledger's state contradicts."""

    OTHER_KEY = "other-key"
    OLDER = "older-database"
    ALTERED = "altered-ledger"
    TILES = "tiles-missing"
    MEMORY = "memory-unreadable"


class SigningRefused(Exception):
    """The ledger is not what was signed before. Nothing more is signed until somebody has looked; nothing is lost."""

    def __init__(self, why: SigningRefusal, said: str) -> None:
        super().__init__(said)
        self.why = why


class CheckpointSigner:
    """`memory`: where the last checkpoint signed here is kept outside the database, so that a ledger restored from a
    back-up, or begun anew, shows."""

    def __init__(self, signer: Signer, memory: Path | None) -> None:
        self._signer, self._memory = signer, DurableFile(memory) if memory else None

    def sign(self, app: ServiceApplication) -> Checkpoint | None:
        """Signs what is integrated, if it is more than what is signed. Raises NotSigned.

        Remembered, then stored, then served: what anybody has seen is never forgotten."""
        ledger = Ledger(app.recorder)
        with lock_ledger(app) as (connection, size):
            last = ledger.newest()
            if last and last.key != str(self._signer.verifier):
                raise SigningRefused(
                    SigningRefusal.OTHER_KEY,
                    f"the last checkpoint was signed with {last.key}, not with {self._signer.verifier}",
                )
            if last:
                check_checkpoint(ledger, size, last.note, [self._signer.verifier], "the database")
            if self._memory and (remembered := read_remembered(self._memory)):
                check_checkpoint(ledger, size, remembered, self._keys(ledger), str(self._memory.file))
            if last and last.size == size:
                return None
            told = Checkpoint(self._signer.verifier.name, size, root=compute_root(ledger, size))
            self._keep(connection, told)
        return told

    def succeed(self, app: ServiceApplication, taking_over: Callable[[Checkpoint], str], old: SignedCheckpoint) -> None:
        """Signs, as its first checkpoint, the last one of another key. `taking_over` gives the signed succession."""
        ledger = Ledger(app.recorder)
        with lock_ledger(app) as (connection, size):
            if ledger.newest() != old:
                raise SigningRefused(
                    SigningRefusal.OTHER_KEY, "something was signed meanwhile: stop whoever signs with the old key"
                )
            told = check_checkpoint(ledger, size, old.note, [parse_verifier(old.key)], "the database")
            if self._memory and (remembered := read_remembered(self._memory)):
                check_checkpoint(
                    ledger, size, remembered, [self._signer.verifier, parse_verifier(old.key)], str(self._memory.file)
                )
            connection.execute("INSERT INTO successions (note) VALUES (%s)", (taking_over(told),))
            self._keep(connection, told)

    def _keep(self, connection: psycopg.Connection[Any], told: Checkpoint) -> None:
        note = self._signer.sign(str(told))
        if self._memory:
            self._memory.keep(note)
        connection.execute(
            "INSERT INTO checkpoints (size, note, key) VALUES (%s, %s, %s)",
            (told.size, note, str(self._signer.verifier)),
        )

    def _keys(self, ledger: Ledger) -> list[Verifier]:
        """Our own, and those that it took over from by its own signature."""
        try:
            links = verify_chain(ledger.successions(), self._signer.verifier)
        except VerificationError as error:
            raise SigningRefused(
                SigningRefusal.OTHER_KEY, f"the successions kept in the database do not lead to our key: {error}"
            ) from error
        return [self._signer.verifier, *(link.old for link in links)]


@contextmanager
def lock_ledger(app: ServiceApplication) -> Iterator[tuple[psycopg.Connection[Any], int]]:
    """One transaction, alone with the ledger; its size."""
    with app.recorder.datastore.get_connection() as connection, connection.transaction():
        row = connection.execute("SELECT size FROM ledger FOR UPDATE").fetchone()
        assert row is not None
        yield connection, row["size"]


def check_checkpoint(ledger: Ledger, size: int, note: str, keys: Sequence[Verifier], where: str) -> Checkpoint:
    """That the ledger still holds what this checkpoint signed. Raises NotSigned."""
    try:
        before = verify_checkpoint(note, keys)
    except VerificationError as error:
        raise SigningRefused(
            SigningRefusal.OTHER_KEY, f"the checkpoint kept in {where} was not signed with our key: {error}"
        ) from error
    if before.size > size:
        raise SigningRefused(
            SigningRefusal.OLDER,
            f"the ledger has {size} leaves, and the checkpoint kept in {where} signed {before.size}:"
            " the database is older than what was signed",
        )
    if compute_root(ledger, before.size) != before.root:
        raise SigningRefused(
            SigningRefusal.ALTERED, f"the first {before.size} leaves are not those of the checkpoint kept in {where}"
        )
    return before


def read_remembered(memory: DurableFile) -> str | None:
    raw = memory.read()
    try:
        return None if raw is None else decode_text(raw)
    except VerificationError as error:
        raise SigningRefused(SigningRefusal.MEMORY, f"{memory.file} is no checkpoint: {error}") from error


def compute_root(ledger: Ledger, size: int) -> bytes:
    try:
        return ledger.asked(lambda subtree: tree.root_hash(size, subtree))
    except KeyError as error:
        raise SigningRefused(SigningRefusal.TILES, f"tiles of the first {size} leaves are missing: {error}") from error
