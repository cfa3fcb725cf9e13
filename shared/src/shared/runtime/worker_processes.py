"""Several processes of one program that answer on one port, and a parent that starts them and ends them together.

Each process has a listening socket of its own on the port (SO_REUSEPORT); the kernel shares out connections among them.
The parent keeps all of them open: connections to a process that died wait for its successor."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread

log = logging.getLogger(__name__)

MIN_RESTART_SECONDS, MAX_RESTART_SECONDS = 0.5, 30.0
"""Before a process is started again: twice as long each time, until one has lived for a while."""
LIVED_SECONDS = 60.0
MISCONFIGURED = 2
"""The exit code of a process that starting again cannot help."""
SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
Mask = set[int | signal.Signals]
Serve = Callable[[int, socket.socket, Callable[[Callable[[], None]], None]], int]
"""(place, socket, call_when_parent_ends) to the exit code, in a process of its own."""


@dataclass(slots=True)
class Slot:
    """The place of one process. `pid`: null while none runs; `starts_at`: when the next one does, monotonic."""

    listener: socket.socket
    pid: int | None = None
    started_at: float = 0.0
    starts_at: float = 0.0
    delay: float = MIN_RESTART_SECONDS


class WorkerProcesses:
    """`run` returns once all have ended. It must be called before the program has threads, as it forks."""

    def __init__(self, number: int, host: str, port: int, backlog: int, serve: Serve) -> None:
        self._serve = serve
        self._slots = [Slot(listen(host, port, backlog)) for _ in range(number)]
        self._alive, self._end_of_parent = os.pipe()
        self._stopping = False
        self._code = 0

    def run(self) -> int:
        """The exit code: 0 after SIGTERM or SIGINT, else that of a process that starting again cannot help."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            while not self._stopping or any(slot.pid for slot in self._slots):
                self._start_due(before)
                received = signal.sigtimedwait(SIGNALS, self._seconds_to_next_start())
                if received is not None and received.si_signo != signal.SIGCHLD:
                    self._stop()
                self._collect()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return self._code

    def _start_due(self, mask: Mask) -> None:
        for slot in self._slots:
            if not self._stopping and slot.pid is None and time.monotonic() >= slot.starts_at:
                slot.started_at = time.monotonic()
                slot.pid = os.fork()
                if slot.pid == 0:
                    self._be_a_worker(slot, mask)

    def _be_a_worker(self, slot: Slot, mask: Mask) -> None:
        """Never returns: what the parent would do on its way out is not the worker's to do."""
        code = 1
        try:
            os.close(self._end_of_parent)
            for other in self._slots:
                if other is not slot:
                    other.listener.close()
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            code = self._serve(self._slots.index(slot), slot.listener, self._call_when_parent_ends)
        except Exception:
            log.exception("a worker process failed")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _call_when_parent_ends(self, stop: Callable[[], None]) -> None:
        def wait() -> None:
            os.read(self._alive, 1)  # nobody writes: it returns when the parent has ended
            stop()

        Thread(target=wait, name="parent", daemon=True).start()

    def _seconds_to_next_start(self) -> float:
        waits = [slot.starts_at - time.monotonic() for slot in self._slots if slot.pid is None and not self._stopping]
        return max(0.0, min(waits, default=MAX_RESTART_SECONDS))

    def _collect(self) -> None:
        for slot in self._slots:
            if slot.pid is None:
                continue
            pid, status = os.waitpid(slot.pid, os.WNOHANG)
            if pid:
                self._note_end(slot, os.waitstatus_to_exitcode(status))

    def _note_end(self, slot: Slot, code: int) -> None:
        lived = time.monotonic() - slot.started_at
        pid, slot.pid = slot.pid, None
        if self._stopping:
            return
        if code == MISCONFIGURED:
            self._code = code
            self._stop()
            return
        slot.delay = MIN_RESTART_SECONDS if lived > LIVED_SECONDS else min(2 * slot.delay, MAX_RESTART_SECONDS)
        slot.starts_at = time.monotonic() + slot.delay
        log.error("worker process %d ended with %d: another starts in %.1f s", pid, code, slot.delay)

    def _stop(self) -> None:
        self._stopping = True
        for slot in self._slots:
            if slot.pid is not None:
                os.kill(slot.pid, signal.SIGTERM)


def listen(host: str, port: int, backlog: int) -> socket.socket:
    """One of several listening sockets on a port. Raises OSError.

    Its protocol is named, as asyncio sets TCP_NODELAY on connections of such sockets only: without it the body of each
    answer waits 40 ms for the client to acknowledge the headers."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    listener.listen(backlog)
    listener.set_inheritable(True)
    return listener
