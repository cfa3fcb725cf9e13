"""When may a checkpoint be signed? When the ledger still holds all that was signed before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import psycopg

from audit.ledger.durable_file import Memory
from audit.ledger.store import Ledger, Signed
from audit.ledger.succession import chain
from audit.tlog import tree
from audit.tlog.checkpoint import Checkpoint, verified
from audit.tlog.note import Signer, Verifier, text_of, verifier
from audit.tlog.tree import Unproven
from shared.eventlog import ServiceApplication


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
        self._signer, self._memory = signer, Memory(memory) if memory else None

    def sign(self, app: ServiceApplication) -> Checkpoint | None:
        """Signs what is integrated, if it is more than what is signed. Raises NotSigned.

        Remembered, then stored, then served: what anybody has seen is never forgotten."""
        ledger = Ledger(app.recorder)
        with locked(app) as (connection, size):
            last = ledger.newest()
            if last and last.key != str(self._signer.verifier):
                raise NotSigned(
                    Why.OTHER_KEY, f"the last checkpoint was signed with {last.key}, not with {self._signer.verifier}"
                )
            if last:
                check(ledger, size, last.note, [self._signer.verifier], "the database")
            if self._memory and (remembered := remembered_in(self._memory)):
                check(ledger, size, remembered, self._keys(ledger), str(self._memory.file))
            if last and last.size == size:
                return None
            told = Checkpoint(self._signer.verifier.name, size, root=root(ledger, size))
            self._keep(connection, told)
        return told

    def succeed(self, app: ServiceApplication, taking_over: Callable[[Checkpoint], str], old: Signed) -> None:
        """Signs, as its first checkpoint, the last one of another key. `taking_over` gives the signed succession."""
        ledger = Ledger(app.recorder)
        with locked(app) as (connection, size):
            if ledger.newest() != old:
                raise NotSigned(Why.OTHER_KEY, "something was signed meanwhile: stop whoever signs with the old key")
            told = check(ledger, size, old.note, [verifier(old.key)], "the database")
            if self._memory and (remembered := remembered_in(self._memory)):
                check(ledger, size, remembered, [self._signer.verifier, verifier(old.key)], str(self._memory.file))
            connection.execute("INSERT INTO successions (note) VALUES (%s)", (taking_over(told),))
            self._keep(connection, told)

    def _keep(self, connection: psycopg.Connection[Any], told: Checkpoint) -> None:
        note = self._signer.signed(str(told))
        if self._memory:
            self._memory.keep(note)
        connection.execute(
            "INSERT INTO checkpoints (size, note, key) VALUES (%s, %s, %s)",
            (told.size, note, str(self._signer.verifier)),
        )

    def _keys(self, ledger: Ledger) -> list[Verifier]:
        """Our own, and those that it took over from by its own signature."""
        try:
            links = chain(ledger.successions(), self._signer.verifier)
        except Unproven as error:
            raise NotSigned(
                Why.OTHER_KEY, f"the successions kept in the database do not lead to our key: {error}"
            ) from error
        return [self._signer.verifier, *(link.old for link in links)]


@contextmanager
def locked(app: ServiceApplication) -> Iterator[tuple[psycopg.Connection[Any], int]]:
    """One transaction, alone with the ledger; its size."""
    with app.recorder.datastore.get_connection() as connection, connection.transaction():
        row = connection.execute("SELECT size FROM ledger FOR UPDATE").fetchone()
        assert row is not None
        yield connection, row["size"]


def check(ledger: Ledger, size: int, note: str, keys: Sequence[Verifier], where: str) -> Checkpoint:
    """That the ledger still holds what this checkpoint signed. Raises NotSigned."""
    try:
        before = verified(note, keys)
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
    if root(ledger, before.size) != before.root:
        raise NotSigned(Why.ALTERED, f"the first {before.size} leaves are not those of the checkpoint kept in {where}")
    return before


def remembered_in(memory: Memory) -> str | None:
    raw = memory.read()
    try:
        return None if raw is None else text_of(raw)
    except Unproven as error:
        raise NotSigned(Why.MEMORY, f"{memory.file} is no checkpoint: {error}") from error


def root(ledger: Ledger, size: int) -> bytes:
    try:
        return ledger.asked(lambda subtree: tree.root(size, subtree))
    except KeyError as error:
        raise NotSigned(Why.TILES, f"tiles of the first {size} leaves are missing: {error}") from error
