"""The scheduler: turns each deadline into its command once, whatever the number of replicas and whenever one dies."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event
from time import monotonic
from typing import Any

from shared.eventlog import OUTAGES, CommandOptions, DeadlineAlreadyFired, FiredDeadline, ServiceApplication
from shared.kernel import Actor, Refused, Role, WorkerLoop
from shared.telemetry import DEADLINES_FAILED, DEADLINES_FIRED

log = logging.getLogger(__name__)


class Scheduler:
    """Deadlines live in PostgreSQL and are compared with the service's clock, the development clock included.

    Firing a deadline and recording the events of its command are one transaction (compare-and-set): no row stays locked
    while a command runs."""

    BATCH_ROWS = 100
    POLL_SECONDS = 1.0
    LOOK_SECONDS = 10.0
    """How long the table is not read while the log has not grown and no deadline that it showed is due."""
    MAX_RETRY_SECONDS = 3600
    """Between two tries of a deadline whose command fails; the other deadlines go on meanwhile."""

    RECEIPT_RETENTION = timedelta(days=30)
    """How long the answer to an idempotency key is kept."""
    HOUSEKEEPING_SECONDS = 3600

    def __init__(self, app: ServiceApplication, hourly: Sequence[Callable[[], object]] = ()) -> None:
        """`hourly`: the service's own housekeeping, run each hour with the expiry of receipts."""
        self._app, self._hourly = app, hourly
        self._deciders = {decider.name: decider for decider in app.deciders}
        self._log_grown = Event()
        self._next_due: datetime | None = None
        self._read_at = float("-inf")
        self._loop = WorkerLoop(
            f"{app.service} deadlines",
            self._fire_when_due,
            interval_seconds=self.POLL_SECONDS,
            max_backoff_seconds=self.POLL_SECONDS,
        )
        self._housekeeping = WorkerLoop(
            f"{app.service} housekeeping", self._clean_up, interval_seconds=self.HOUSEKEEPING_SECONDS
        )

    def start(self) -> None:
        self._app.recorder.notifier.listeners.append(self._log_grown)
        self._loop.start()
        self._housekeeping.start()

    def stop(self) -> None:
        self._loop.end()
        self._housekeeping.stop()
        self._loop.stop()

    @property
    def fault(self) -> str | None:
        """Why no deadline is fired now."""
        return self._loop.fault

    @property
    def housekeeping_fault(self) -> str | None:
        """Why nothing is tidied up: receipts, the access log, and what else is done once an hour."""
        return self._housekeeping.fault

    def _clean_up(self) -> None:
        """In a loop of its own: a task that fails keeps no deadline back."""
        self._app.recorder.delete_expired(self.RECEIPT_RETENTION)
        for each in self._hourly:
            each()

    def _fire_when_due(self) -> None:
        """Reads the table when it may have changed or something is due: deadlines are set together with events."""
        is_due = self._next_due is not None and self._next_due <= self._app.clock.now()
        if not (is_due or self._log_grown.is_set() or monotonic() - self._read_at >= self.LOOK_SECONDS):
            return
        self._log_grown.clear()
        self._read_at = float("-inf")  # until all that was due is fired
        self.fire()
        self._next_due, self._read_at = self._find_next_due(), monotonic()

    def _find_next_due(self) -> datetime | None:
        """Of those that wait. It is past while the command of one fails: that one is tried again."""
        (row,) = self._app.recorder.fetch("SELECT min(due_at) AS at FROM {schema}.deadlines WHERE fired_at IS NULL")
        at: datetime | None = row["at"]
        return at

    def fire(self) -> int:
        """Fires every deadline that is due, the oldest first. Returns how many this replica fired."""
        count = 0
        while rows := self._due_rows():
            for row in rows:
                if self._loop.stopping.is_set():
                    return count
                count += self._fire_one(row)
        return count

    def _due_rows(self) -> list[dict[str, Any]]:
        return self._app.recorder.fetch(
            "SELECT stream, kind, key, aggregate, case_id, due_at FROM {schema}.deadlines WHERE fired_at IS NULL"
            " AND due_at <= %s AND (retry_at IS NULL"
            " OR retry_at NOT BETWEEN now() AND now() + %s * interval '1 second')"  # later: set before a step back
            " ORDER BY due_at, stream, kind LIMIT %s",
            (self._app.clock.now(), self.MAX_RETRY_SECONDS, self.BATCH_ROWS),
        )

    def _fire_one(self, row: dict[str, Any]) -> bool:
        firing = FiredDeadline(
            row["stream"], row["kind"], key=row["key"], due_at=row["due_at"], fired_at=self._app.clock.now()
        )
        service = Actor(f"service:{self._app.service}", Role.SERVICE)
        context = self._app.context(row["case_id"], service)
        context.effective_at = firing.due_at
        with suppress(DeadlineAlreadyFired):  # another replica was faster, or the deadline was moved
            try:
                decider = self._deciders[row["aggregate"]]
                command = decider.deadline_command(firing.kind, firing.key)
                self._app.handle(decider, firing.stream, command, context, CommandOptions(deadline=firing))
            except (DeadlineAlreadyFired, *OUTAGES):
                raise
            except Exception as error:
                DEADLINES_FAILED.labels(firing.kind).inc()
                log.exception("the command of deadline %s %s of %s fails", firing.kind, firing.key, firing.stream)
                self._postpone(firing, error)
            else:
                DEADLINES_FIRED.labels(firing.kind).inc()
                return True
        return False

    def _postpone(self, firing: FiredDeadline, error: Exception) -> None:
        self._app.recorder.fetch(
            "UPDATE {schema}.deadlines SET tries = tries + 1, error = %(error)s,"
            " retry_at = now() + least(2 ^ least(tries, 12), %(max_seconds)s) * interval '1 second'"
            " WHERE (stream, kind, key, due_at) = (%(stream)s, %(kind)s, %(key)s, %(due_at)s) AND fired_at IS NULL",
            {
                "error": error.slug if isinstance(error, Refused) else type(error).__name__,
                "max_seconds": self.MAX_RETRY_SECONDS,
                "stream": firing.stream,
                "kind": firing.kind,
                "key": firing.key,
                "due_at": firing.due_at,
            },
        )
