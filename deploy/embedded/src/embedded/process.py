"""One server or service of the stack, as a process: its log, its last words, its end."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from embedded import ports
from embedded.claim import PATIENCE, POLL, Claim
from embedded.faults import (
    DiedError,
    DiskFullError,
    EmbeddedError,
    NotReadyError,
    PortUnusableError,
    line_telling_no_space,
    nearly_full,
    writing_in,
)
from embedded.interruption import held_back
from embedded.private import MASK, opened, private_folder


class Process:
    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        port: int | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        patience: float = PATIENCE,
    ) -> None:
        """`patience`: the seconds it has to stop by itself before it is killed."""
        self.name = name
        self.port = port
        self.log = folder / "logs" / f"{name}.log"
        self._folder = folder
        self._claim = Claim(folder / "run" / f"{name}.pid")
        self._stop_signal = stop_signal
        self._patience = patience
        self._kill_at: float | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
        self._claim.end_holder()
        if self.port and (why := ports.obstacle(self.port)):
            raise PortUnusableError(self.name, self.port, why)
        with self._claim.taken() as claim, self._fresh_log() as log, held_back():
            self._child = subprocess.Popen(
                [str(part) for part in command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                umask=MASK,
                start_new_session=True,  # a Ctrl-C in the terminal is for the launcher, which stops all in order
                pass_fds=[claim.fileno()],
            )
            self._kill_at = None
            self._claim.sign(claim, self._child.pid)

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def check_alive(self) -> None:
        if (code := self._exit_code()) is not None:
            raise self._fault(DiedError(self.name, code, self.log, self.last_words()))

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            code = self._exit_code()  # before it is asked: what ends well meanwhile is no fault
            if ready():
                return
            if code is not None:
                raise self._fault(DiedError(self.name, code, self.log, self.last_words()))
            if time.monotonic() > deadline:
                raise self._fault(NotReadyError(self.name, seconds, self.log, self.last_words()))
            time.sleep(POLL)

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
            self._kill_at = time.monotonic() + self._patience
            self._child.send_signal(self._stop_signal)

    def stop(self) -> None:
        """Ask it to stop, unless it was asked already; when patience is over, kill it with all that it started."""
        self.ask_to_stop()
        if self._child is None or self._kill_at is None:
            return
        try:
            self._child.wait(max(0.0, self._kill_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
        self._child = None

    def _fresh_log(self) -> IO[bytes]:
        """Empty; the one of the start before stays beside it."""
        with writing_in(self.log):
            private_folder(self.log.parent)
            if self.log.exists():
                self.log.replace(self.log.with_name(self.log.name + ".1"))
            return opened(self.log, "wb")

    def _exit_code(self) -> int | None:
        return self._child.poll() if self._child else None

    def _fault(self, otherwise: EmbeddedError) -> EmbeddedError:
        """What its log lets one say that is nearer to the cause."""
        said = self.last_words(50)
        if line := line_telling_no_space(said):
            return DiskFullError(self._folder, f"{self.name} said “{line}”")
        if nearly_full(self._folder):
            return DiskFullError(self._folder, f"{self.name} has no room left to write")
        if self.port and "address already in use" in said.lower():
            return PortUnusableError(self.name, self.port, "it is already taken")
        return otherwise
