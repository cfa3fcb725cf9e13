"""A lock file that names a pid: who holds it lives, or has left a child that does."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from embedded.faults import EmbeddedError, writing_in
from embedded.private import opened, private_folder

PATIENCE = 10.0
"""Seconds which a process has to stop by itself before it is killed."""

POLL = 0.02


class ClaimedError(EmbeddedError):
    """`pid` is as the holder wrote it: empty if it has not yet."""

    def __init__(self, path: Path, pid: str) -> None:
        super().__init__(f"{path} is still held by process {pid or '(unknown)'}, which must end first.")
        self.pid = pid


class Claim:
    """Held by an open file and by each process that inherits it: unlike a pid, it never comes to mean somebody else."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def taken(self) -> Iterator[IO[str]]:
        """The open file, to be signed; the claim goes with the last process that has it open."""
        with writing_in(self.path):
            private_folder(self.path.parent)
            file = opened(self.path, "a+")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ClaimedError(self.path, self._pid()) from error
            file.truncate(0)
            yield file

    def sign(self, file: IO[str], pid: int) -> None:
        with writing_in(self.path):
            file.write(str(pid))
            file.flush()

    def end_holder(self) -> None:
        """End what a launcher that was killed left running under this claim, if anything is."""
        # SIGINT stops PostgreSQL without waiting for its clients; the other programs take it as they do SIGTERM.
        for how in (signal.SIGINT, signal.SIGKILL):
            if not self._held():
                return
            if pid := self._pid():
                with suppress(ProcessLookupError):  # it is gone, and only children of its own are still leaving
                    os.kill(int(pid), how)
            self._wait_until_free()

    def _wait_until_free(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while self._held() and time.monotonic() < deadline:
            time.sleep(POLL)

    def _held(self) -> bool:
        if not self.path.exists():
            return False
        with self.path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _pid(self) -> str:
        return self.path.read_text().strip()


def end_all(folder: Path) -> None:
    for path in sorted(folder.glob("*.pid")):
        Claim(path).end_holder()
