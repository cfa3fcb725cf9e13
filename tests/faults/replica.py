"""One process of a service, in one of its roles, which a supervisor starts again whenever it has ended."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock

import httpx

from embedded.processes.process import Process

RESTART_SECONDS = 1.0
"""Between an end and the next start, as an orchestrator waits too."""
READY_TIMEOUT_SECONDS = 600.0


def program(code: Path, service: str) -> list[str]:
    """The command line of a service; in older checkouts its module is `main`."""
    is_package = (code / "services" / service / "src" / service / "__main__.py").exists()
    return [sys.executable, "-m", service if is_package else f"{service}.main"]


def python_path(code: Path) -> str:
    """Where the packages of a checkout are found before the installed ones."""
    return os.pathsep.join(map(str, [code / "shared" / "src", *sorted((code / "services").glob("*/src"))]))


class Replica:
    def __init__(
        self, name: str, service: str, role: str, *, folder: Path, port: int, environment: Mapping[str, str], code: Path
    ) -> None:
        """`code`: the checkout that it runs."""
        self.name, self.service, self.role, self.port = name, service, role, port
        self.starts = 0
        self._folder, self._code = folder, code
        self._environment = {**environment, "DLA_PORT": str(port)}
        self._lock = Lock()
        self._process = Process(self.name, folder, port=port)
        self._ended_at: float | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self._lock:
            self._start()

    def restart_if_ended(self) -> None:
        """What an orchestrator does, whatever the reason for the end."""
        with self._lock:
            if not self._is_ended():
                self._ended_at = None
            elif self._ended_at is None:
                self._ended_at = time.monotonic()
            elif time.monotonic() > self._ended_at + RESTART_SECONDS:
                self._start()

    def kill(self) -> None:
        """At any moment, without a word; the supervisor brings it back."""
        self._signal(signal.SIGKILL)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        """An orderly stop and a new start."""
        self.upgrade(self._code)

    def upgrade(self, code: Path) -> int | None:
        """An orderly stop and a new start of another checkout, as a release does. The exit code of the old one."""
        with self._lock:
            ended = self._process.stop()
            self._code = code
            self._start()
            return ended

    def stop(self) -> None:
        with self._lock:
            self._process.stop()

    def drain(self) -> int | None:
        """An orderly stop for good. The exit code; null when it had ended by itself before."""
        with self._lock:
            return None if self._is_ended() else self._process.stop()

    def ask_to_stop(self) -> None:
        self._process.ask_to_stop()

    def is_ready(self, http: httpx.Client) -> bool:
        try:
            return http.get(f"{self.address}/readyz").is_success
        except httpx.TransportError:
            return False

    def wait_until_ready(self, http: httpx.Client, *, seconds: float = READY_TIMEOUT_SECONDS) -> None:
        """Raises TimeoutError. It may end and be started again meanwhile."""
        end = time.monotonic() + seconds
        while not self.is_ready(http):
            if time.monotonic() > end:
                raise TimeoutError(f"{self.name} is not ready after {seconds:.0f} s:\n{self._process.last_words(30)}")
            time.sleep(0.1)

    def _start(self) -> None:
        if self._process.log.exists():  # the logs of all starts are kept: they are the trace
            shutil.move(self._process.log, self._process.log.with_suffix(f".{self.starts}.log"))
        command = [*program(self._code, self.service), "serve", "--role", self.role]
        self._process.start(command, self._environment | {"PYTHONPATH": python_path(self._code)})
        self.starts += 1
        self._ended_at = None

    def _is_ended(self) -> bool:
        if (pid := self._process.pid) is None:
            return True
        return _has_exited(pid)

    def _signal(self, number: signal.Signals) -> None:
        with self._lock, suppress(ProcessLookupError):
            if (pid := self._process.pid) is not None and not _has_exited(pid):
                os.kill(pid, number)


def _has_exited(pid: int) -> bool:
    """Without reaping it: the process's own object does that."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # reaped already
        return True
