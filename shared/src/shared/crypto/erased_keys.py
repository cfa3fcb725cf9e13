"""Which keys were destroyed, whatever back-up the database is restored from? A list outside it, only ever added to."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID


class ErasureListDamaged(Exception):
    """A line of the list that is no id: somebody must look, before anything that was erased is shown again."""


class ErasureList:
    """A file of ids, one a line, on the disk before anybody is told that it is done. It names nobody."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def ids(self) -> set[UUID]:
        """Raises ListDamaged. A last line that a crash cut short was never answered for, and counts for nothing."""
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
        """Those that are not there yet; several processes take turns."""
        made = not self._file.exists()
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
        if made:
            folder = os.open(self._file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
