"""The erasure list: ids of destroyed keys, in an append-only file outside the database, so that no restored back-up
brings them back."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID


class ErasureListDamaged(Exception):
    """A line of the list is no id. The service does not start: it could show erased data."""


class ErasureList:
    """A file of ids, one per line, synced to disk before an erasure is confirmed. It contains no name."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def ids(self) -> set[UUID]:
        """Raises ErasureListDamaged. A last line that a crash cut short was never confirmed, so it is ignored."""
        try:
            text = self._file.read_text(encoding="ascii", errors="replace")
        except FileNotFoundError:
            return set()
        found = set()
        lines = text.split("\n")
        for n, line in enumerate(lines, 1):
            try:
                if line:
                    found.add(UUID(line))
            except ValueError:
                if n < len(lines):
                    raise ErasureListDamaged(f"{self._file}, line {n}: {line[:40]!r} is not the id of a key") from None
        return found

    def add(self, ids: Iterable[UUID]) -> None:
        """Appends the ids that are missing, under a file lock. Raises OSError."""
        is_new = not self._file.exists()
        with os.fdopen(os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            missing = sorted(set(ids) - self.ids())
            if not missing:
                return
            whole, _, cut = file.read().rpartition(b"\n")
            if cut:
                file.truncate(len(whole) + 1 if whole else 0)
            file.write(b"".join(f"{each}\n".encode() for each in missing))
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            folder = os.open(self._file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
