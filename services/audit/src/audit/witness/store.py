"""What has this witness cosigned last, of each log? One file a log, on disk before anybody is told."""

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
    marker.keep("What stands here was cosigned. A witness that has lost it is retired, and another one begins.\n")
    return True


class Store:
    """`with Store(folder, own) as store:` — one process at a time. What it holds bears our own cosignature."""

    def __init__(self, folder: Path, own: WitnessKey) -> None:
        self._folder, self._own = folder, own

    def __enter__(self) -> Store:
        marker = self._folder / MARKER
        if not marker.exists():
            raise StoreUnusable(
                f"no witness began in {self._folder}: `dla-audit witness begin` makes an empty store, once"
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
        """The last checkpoint cosigned of a log, with the log's signature and ours; None when there was none.

        Raises StoreUnusable when what stands there is not what we cosigned."""
        return self.note_of(store_name(origin))

    def note_of(self, name: str) -> str | None:
        raw = self._memory(name).read()
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

    def keep(self, origin: str, note: str) -> None:
        self._memory(store_name(origin)).keep(note)

    def _memory(self, name: str) -> DurableFile:
        return DurableFile(self._folder / f"{name}.checkpoint")


def store_name(origin: str) -> str:
    """Under which a witness serves a log's checkpoint."""
    return sha256(origin.encode()).hexdigest()
