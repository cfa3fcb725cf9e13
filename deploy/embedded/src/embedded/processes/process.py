"""One server or service of the stack, as a process: its log, its last words, its end."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from embedded.errors import (
    DiedError,
    DiskFullError,
    EmbeddedError,
    NotReadyError,
    PortUnusableError,
    explain_write_errors,
    find_no_space_line,
    is_nearly_full,
)
from embedded.private_files import OWNER_ONLY_UMASK, open_private, private_folder
from embedded.processes import ports
from embedded.processes.interruption import delay_signals
from embedded.processes.pid_lock import POLL_SECONDS, STOP_TIMEOUT_SECONDS, PidLock


class Process:
    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        port: int | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        stop_timeout: float = STOP_TIMEOUT_SECONDS,
    ) -> None:
        """`stop_timeout`: the seconds it has to stop by itself before it is killed."""
        self.name = name
        self.port = port
        self.log = folder / "logs" / f"{name}.log"
        self._folder = folder
        self._lock = PidLock(folder / "run" / f"{name}.pid")
        self._stop_signal = stop_signal
        self._stop_timeout = stop_timeout
        self._kill_at: float | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
        self._lock.end_holder()
        if self.port and (why := ports.port_obstacle(self.port)):
            raise PortUnusableError(self.name, self.port, why)
        with self._lock.acquire() as lock_file, self._fresh_log() as log, delay_signals():
            self._child = subprocess.Popen(
                [str(part) for part in command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                umask=OWNER_ONLY_UMASK,
                start_new_session=True,  # a Ctrl-C in the terminal is for the launcher, which stops all in order
                pass_fds=[lock_file.fileno()],
            )
            self._kill_at = None
            self._lock.sign(lock_file, self._child.pid)

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def check_alive(self) -> None:
        if (code := self._exit_code()) is not None:
            raise self._explain(DiedError(self.name, code, self.log, self.last_words()))

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            code = self._exit_code()  # before `ready` is called: a process that ends well meanwhile is no fault
            if ready():
                return
            if code is not None:
                raise self._explain(DiedError(self.name, code, self.log, self.last_words()))
            if time.monotonic() > deadline:
                raise self._explain(NotReadyError(self.name, seconds, self.log, self.last_words()))
            time.sleep(POLL_SECONDS)

    def wait_until_done(self, seconds: float) -> None:
        """For what has one thing to do and ends: it must end well."""
        self.wait_until(lambda: self._exit_code() == 0, seconds)

    def last_words(self, lines: int = 8) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def ask_to_stop(self) -> None:
        """Once: some programs take a second signal for haste."""
        if self._child and self._kill_at is None:
            self._kill_at = time.monotonic() + self._stop_timeout
            self._child.send_signal(self._stop_signal)

    def stop(self) -> int | None:
        """Asks it to stop, unless that was done; after the time-out, kills it with all that it started. Its exit code,
        null when it does not run."""
        self.ask_to_stop()
        if self._child is None or self._kill_at is None:
            return None
        try:
            code = self._child.wait(max(0.0, self._kill_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.killpg(self._child.pid, signal.SIGKILL)
            code = self._child.wait()
        self._child = None
        return code

    def _fresh_log(self) -> IO[bytes]:
        """An empty log file; that of the previous start is renamed."""
        with explain_write_errors(self.log):
            private_folder(self.log.parent)
            if self.log.exists():
                self.log.replace(self.log.with_name(self.log.name + ".1"))
            return open_private(self.log, "wb")

    def _exit_code(self) -> int | None:
        return self._child.poll() if self._child else None

    def _explain(self, otherwise: EmbeddedError) -> EmbeddedError:
        """The error nearest to the cause, as far as its log tells."""
        said = self.last_words(50)
        if line := find_no_space_line(said):
            return DiskFullError(self._folder, f"{self.name} said “{line}”")
        if is_nearly_full(self._folder):
            return DiskFullError(self._folder, f"{self.name} has no room left to write")
        if self.port and "address already in use" in said.lower():
            return PortUnusableError(self.name, self.port, "it is already taken")
        return otherwise
