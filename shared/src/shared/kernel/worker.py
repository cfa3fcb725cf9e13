"""The worker loop: one supervised thread that repeats a task until it is stopped.

Projections, deadlines, notifications, the ledger and its witnesses all run in one. A loop never dies of an error: it
logs it, waits longer and longer, and tries again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread

from shared.kernel.error_text import describe_error

log = logging.getLogger(__name__)
MAX_BACKOFF_SECONDS = 10.0


class WorkerLoop:
    """Repeats `task` in a daemon thread.

    After a run it pauses for `rest_seconds`, then waits for `wake_up`, at most `interval_seconds` (None: until the
    wake-up). After an error it waits `backoff_seconds`, doubled at each error in a row up to `max_backoff_seconds`; a
    wake-up does not shorten that. `expected` errors are logged in one line, others with their traceback the first time
    in a row."""

    def __init__(
        self,
        name: str,
        task: Callable[[], object],
        *,
        interval_seconds: float | None,
        rest_seconds: float = 0.0,
        backoff_seconds: float = 1.0,
        max_backoff_seconds: float = MAX_BACKOFF_SECONDS,
        expected: tuple[type[Exception], ...] = (),
    ) -> None:
        self.name, self._task = name, task
        self._interval, self._rest = interval_seconds, rest_seconds
        self._backoff, self._max_backoff = backoff_seconds, max_backoff_seconds
        self._expected = expected
        self.wake_up, self.stopping = Event(), Event()
        self._thread: Thread | None = None
        self._starting = Lock()
        self._error: str | None = None

    @property
    def fault(self) -> str | None:
        """Why the task is not done now: its last run failed, or its thread does not run. Null while all is well."""
        if self._thread is None or not self._thread.is_alive():
            return "it does not run"
        return self._error

    def start(self) -> None:
        """Starts the thread; does nothing when it has started already."""
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = Thread(target=self._run, name=self.name, daemon=True)
                    self._thread.start()

    def end(self) -> None:
        """Lets the current run finish and no other begin. The task itself may call it."""
        self.stopping.set()
        self.wake_up.set()

    def stop(self) -> None:
        """Ends the loop and waits for the thread."""
        self.end()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        errors_in_a_row = 0
        while not self.stopping.is_set():
            self.wake_up.clear()
            try:
                self._task()
            except Exception as error:
                self._error = describe_error(error)
                pause = min(self._backoff * 2**errors_in_a_row, self._max_backoff)
                errors_in_a_row = min(errors_in_a_row + 1, 32)
                self._log(error, errors_in_a_row, pause)
                self.stopping.wait(pause)
            else:
                errors_in_a_row, self._error = 0, None
                self.stopping.wait(self._rest)
                if not self.stopping.is_set():
                    self.wake_up.wait(self._interval)

    def _log(self, error: Exception, errors_in_a_row: int, pause: float) -> None:
        if errors_in_a_row == 1 and not isinstance(error, self._expected):
            log.error("%s failed, and is tried again in %.1f s", self.name, pause, exc_info=error)
        else:
            what = repr(error) if isinstance(error, self._expected) else describe_error(error)
            log.warning("%s failed, and is tried again in %.1f s: %s", self.name, pause, what)
