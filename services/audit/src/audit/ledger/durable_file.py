"""A text in a file that survives a crash: the last checkpoint is kept so, outside the database."""

from __future__ import annotations

import os
from pathlib import Path


class DurableFile:
    """Whatever kills the process, the file holds the old text or the new one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> bytes | None:
        return self.path.read_bytes() if self.path.exists() else None

    def write(self, text: str) -> None:
        """The text is on disk when it returns."""
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
