"""Store of a witness: the last checkpoint it cosigned of each log, one file per log, on disk before it is returned."""

from __future__ import annotations

import fcntl
import os
from hashlib import sha256
from pathlib import Path

from audit.ledger.durable_file import DurableFile
from audit.tlog import Checkpoint, VerificationError, WitnessKey, decode_text, find_signers, parse_checkpoint

MARKER = "begun"


class StoreUnusable(Exception):
    """Nothing is cosigned: what was cosigned before is not known for sure."""


def create_store(folder: Path) -> bool:
    """An empty store, unless there is one. True when it is new."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    marker = DurableFile(folder / MARKER)
    if marker.read() is not None:
        return False
    if any(folder.iterdir()):
        raise StoreUnusable(f"{folder} holds something else, and no witness began there")
    marker.write(
        "The checkpoints here were cosigned. A witness that has lost them is retired, and another one begins.\n"
    )
    return True


class Store:
    """`with Store(folder, key) as store:` — one process at a time. What it holds bears our own cosignature."""

    def __init__(self, folder: Path, own: WitnessKey) -> None:
        self._folder, self._own = folder, own

    def __enter__(self) -> Store:
        marker = self._folder / MARKER
        if not marker.exists():
            raise StoreUnusable(
                f"no witness began in {self._folder}: `dla-audit witness init` makes an empty store, once"
            )
        self._lock = os.open(marker, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise StoreUnusable(f"another witness works in {self._folder}") from None
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def note(self, origin: str) -> str | None:
        """The last checkpoint cosigned of a log, with the log's signature and ours; None when there is none.

        Raises StoreUnusable when the file is not what we cosigned."""
        return self.note_named(store_name(origin))

    def note_named(self, name: str) -> str | None:
        raw = self._file(name).read()
        if raw is None:
            return None
        try:
            note = decode_text(raw)
            text, signers = find_signers(note, [self._own])
            if not signers or store_name(parse_checkpoint(text).origin) != name:
                raise StoreUnusable(f"{name} was not cosigned by {self._own}")
        except VerificationError as error:
            raise StoreUnusable(f"{name} is not what {self._own} cosigned: {error}") from error
        return note

    def last(self, origin: str) -> Checkpoint | None:
        note = self.note(origin)
        return None if note is None else parse_checkpoint(note.partition("\n\n")[0] + "\n")

    def write(self, origin: str, note: str) -> None:
        self._file(store_name(origin)).write(note)

    def _file(self, name: str) -> DurableFile:
        return DurableFile(self._folder / f"{name}.checkpoint")


def store_name(origin: str) -> str:
    """The name under which a witness stores and serves a log's checkpoint."""
    return sha256(origin.encode()).hexdigest()
