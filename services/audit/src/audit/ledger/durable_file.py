"""What does a process remember outside the database? A text in a file, on disk before anybody is told of it."""

from __future__ import annotations

import os
from pathlib import Path


class DurableFile:
    """Whatever kills the process, the file holds the old text or the new one."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> bytes | None:
        return self.file.read_bytes() if self.file.exists() else None

    def keep(self, text: str) -> None:
        draft = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.file)
        folder = os.open(self.file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
