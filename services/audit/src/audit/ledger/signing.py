"""When may a checkpoint be signed? When the ledger still holds all that was signed before."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from audit.ledger import tree
from audit.ledger.checkpoint import Checkpoint, verified
from audit.ledger.note import Signer, text_of
from audit.ledger.store import Ledger
from audit.ledger.tree import Unproven
from shared.eventlog.application import ServiceApplication


class Why(StrEnum):
    """What the ledger's state contradicts."""

    OTHER_KEY = "other-key"
    OLDER = "older-database"
    ALTERED = "altered-ledger"
    TILES = "tiles-missing"
    MEMORY = "memory-unreadable"


class NotSigned(Exception):
    """The ledger is not what was signed before. Nothing more is signed until somebody has looked; nothing is lost."""

    def __init__(self, why: Why, said: str) -> None:
        super().__init__(said)
        self.why = why


class Signing:
    """`memory`: where the last checkpoint signed here is kept outside the database, so that a ledger restored from a
    back-up, or begun anew, shows."""

    def __init__(self, signer: Signer, memory: Path | None) -> None:
        self._signer, self._memory = signer, memory

    def sign(self, app: ServiceApplication) -> Checkpoint | None:
        """Signs what is integrated, if it is more than what is signed. Raises NotSigned.

        Remembered, then stored, then served: what anybody has seen is never forgotten."""
        ledger = Ledger(app.recorder)
        with app.recorder.datastore.get_connection() as connection, connection.transaction():
            row = connection.execute("SELECT size FROM ledger FOR UPDATE").fetchone()
            assert row is not None
            size = row["size"]
            last = ledger.newest()
            if last and last.key != str(self._signer.verifier):
                raise NotSigned(
                    Why.OTHER_KEY, f"the last checkpoint was signed with {last.key}, not with {self._signer.verifier}"
                )
            if last:
                self._check(ledger, size, last.note, "the database")
            if remembered := self._remembered():
                self._check(ledger, size, remembered, str(self._memory))
            if last and last.size == size:
                return None
            told = Checkpoint(self._signer.verifier.name, size, _root(ledger, size))
            note = self._signer.signed(str(told))
            self._remember(note)
            connection.execute(
                "INSERT INTO checkpoints (size, note, key) VALUES (%s, %s, %s)",
                (size, note, str(self._signer.verifier)),
            )
        return told

    def _check(self, ledger: Ledger, size: int, note: str, where: str) -> None:
        try:
            before = verified(note, [self._signer.verifier])
        except Unproven as error:
            raise NotSigned(
                Why.OTHER_KEY, f"the checkpoint kept in {where} was not signed with our key: {error}"
            ) from error
        if before.size > size:
            raise NotSigned(
                Why.OLDER,
                f"the ledger has {size} leaves, and the checkpoint kept in {where} signed {before.size}:"
                " the database is older than what was signed",
            )
        if _root(ledger, before.size) != before.root:
            raise NotSigned(
                Why.ALTERED, f"the first {before.size} leaves are not those of the checkpoint kept in {where}"
            )

    def _remembered(self) -> str | None:
        if self._memory is None or not self._memory.exists():
            return None
        try:
            return text_of(self._memory.read_bytes())
        except Unproven as error:
            raise NotSigned(Why.MEMORY, f"{self._memory} is no checkpoint: {error}") from error

    def _remember(self, note: str) -> None:
        if self._memory is None:
            return
        draft = self._memory.with_name(f"{self._memory.name}.{os.getpid()}")
        with draft.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._memory)
        folder = os.open(self._memory.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _root(ledger: Ledger, size: int) -> bytes:
    try:
        return ledger.asked(lambda subtree: tree.root(size, subtree))
    except KeyError as error:
        raise NotSigned(Why.TILES, f"tiles of the first {size} leaves are missing: {error}") from error
