"""Lock files that name a pid: whoever holds one is alive, or has left a child that is."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from embedded.errors import EmbeddedError, explain_write_errors
from embedded.private_files import open_private, private_folder

STOP_TIMEOUT_SECONDS = 10.0
"""How long a process has to stop by itself before it is killed."""

POLL_SECONDS = 0.02


class PidLockHeldError(EmbeddedError):
    """`pid` is as the holder wrote it: empty if it has not yet."""

    def __init__(self, path: Path, pid: str) -> None:
        super().__init__(f"{path} is still held by process {pid or '(unknown)'}, which must end first.")
        self.pid = pid


class PidLock:
    """Held by an open file and by each process that inherits it: unlike a pid, it never comes to mean somebody else."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def acquire(self) -> Iterator[IO[str]]:
        """The open file, to be signed; the lock goes with the last process that has it open."""
        with explain_write_errors(self.path):
            private_folder(self.path.parent)
            file = open_private(self.path, "a+")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise PidLockHeldError(self.path, self._pid()) from error
            file.truncate(0)
            yield file

    def sign(self, file: IO[str], pid: int) -> None:
        with explain_write_errors(self.path):
            file.write(str(pid))
            file.flush()

    def end_holder(self) -> None:
        """Ends what a killed launcher left running under this lock, if anything is."""
        # SIGINT stops PostgreSQL without waiting for its clients; the other programs take it as they do SIGTERM.
        for how in (signal.SIGINT, signal.SIGKILL):
            if not self._is_held():
                return
            if pid := self._pid():
                with suppress(ProcessLookupError):  # it is gone, and only children of its own are still leaving
                    os.kill(int(pid), how)
            self._wait_until_free()

    def _wait_until_free(self) -> None:
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        while self._is_held() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    def _is_held(self) -> bool:
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


def end_all_holders(folder: Path) -> None:
    for path in sorted(folder.glob("*.pid")):
        PidLock(path).end_holder()
