"""A small disk in memory for the store of NATS, which a fault fills. Only root can mount one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE_MEGABYTES = 128


def can_mount() -> bool:
    return os.geteuid() == 0 and shutil.which("mount") is not None


class SmallDisk:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._filler = path / "filler"

    @contextmanager
    def mounted(self) -> Iterator[bool]:
        """Whether it is: a container's root may not mount anything."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        options = f"size={SIZE_MEGABYTES}m,mode=700"
        mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self._path)]
        mounted = can_mount() and subprocess.run(mount, capture_output=True, check=False).returncode == 0
        try:
            yield mounted
        finally:
            if mounted:
                subprocess.run(["umount", str(self._path)], check=True)

    def fill(self) -> None:
        """Leaves no byte free."""
        with self._filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(65_536))
            except OSError as error:
                if "No space left" not in str(error):
                    raise

    def empty(self) -> None:
        self._filler.unlink(missing_ok=True)
