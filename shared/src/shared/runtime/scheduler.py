"""What falls due today? Each due date becomes a command once, however many replicas look and whenever one dies."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from shared.eventlog import OUTAGES, DeadlineAlreadyFired, FiredDeadline, ServiceApplication
from shared.kernel import Actor, Refused, Role

log = logging.getLogger(__name__)


class Scheduler:
    """Due dates live in PostgreSQL and are judged by the service's clock, the development clock included.

    A firing and the events it leads to are one transaction: compare-and-set, so that nobody holds a row meanwhile."""

    BATCH = 100
    POLL = 1.0
    LONGEST_WAIT = 3600
    """Seconds between two tries of a due date whose command fails; the others go on meanwhile."""

    KEPT = timedelta(days=30)
    """How long the answer to an idempotency key is remembered."""
    FORGET_EVERY = 3600

    def __init__(self, app: ServiceApplication, hourly: Sequence[Callable[[], object]] = ()) -> None:
        """`hourly`: what else comes to its term, and is looked at as often as what is forgotten."""
        self._app, self._hourly = app, hourly
        self._deciders = {decider.name: decider for decider in app.deciders}
        self._stopped = Event()
        self._thread = Thread(target=self._follow, name=f"{app.service}-deadlines", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _follow(self) -> None:
        forget_at = time.monotonic()
        while not self._stopped.is_set():
            try:
                self.fire()
                if time.monotonic() >= forget_at:
                    self._app.recorder.delete_expired(self.KEPT)
                    for each in self._hourly:
                        each()
                    forget_at = time.monotonic() + self.FORGET_EVERY
            except Exception:
                log.exception("due dates wait: they will be tried again")
            self._stopped.wait(self.POLL)

    def fire(self) -> int:
        """Fires everything that is due by now, the oldest first, and tells how much this one fired."""
        fired = 0
        while rows := self._due():
            for row in rows:
                if self._stopped.is_set():
                    return fired
                fired += self._fired(row)
        return fired

    def _due(self) -> list[dict[str, Any]]:
        return self._app.recorder.fetch(
            "SELECT stream, kind, key, aggregate, case_id, due_at FROM {schema}.deadlines WHERE fired_at IS NULL"
            " AND due_at <= %s AND (retry_at IS NULL OR retry_at <= now()) ORDER BY due_at, stream, kind LIMIT %s",
            (self._app.clock.now(), self.BATCH),
        )

    def _fired(self, row: dict[str, Any]) -> bool:
        firing = FiredDeadline(
            row["stream"], row["kind"], key=row["key"], due_at=row["due_at"], fired_at=self._app.clock.now()
        )
        ourselves = Actor(f"service:{self._app.service}", Role.SERVICE)
        context = self._app.context(row["case_id"], ourselves)
        context.effective_at = firing.due_at
        with suppress(DeadlineAlreadyFired):  # another replica was faster, or the day was moved
            try:
                decider = self._deciders[row["aggregate"]]
                command = decider.deadline_command(firing.kind, firing.key)
                self._app.handle(decider, firing.stream, command, context, firing=firing)
            except (DeadlineAlreadyFired, *OUTAGES):
                raise
            except Exception as error:
                log.exception("%s %s of %s fails", firing.kind, firing.key, firing.stream)
                self._postpone(firing, error)
            else:
                return True
        return False

    def _postpone(self, firing: FiredDeadline, error: Exception) -> None:
        self._app.recorder.fetch(
            "UPDATE {schema}.deadlines SET tries = tries + 1, error = %(error)s,"
            " retry_at = now() + least(2 ^ least(tries, 12), %(longest)s) * interval '1 second'"
            " WHERE (stream, kind, key, due_at) = (%(stream)s, %(kind)s, %(key)s, %(due_at)s) AND fired_at IS NULL",
            {
                "error": error.slug if isinstance(error, Refused) else type(error).__name__,
                "longest": self.LONGEST_WAIT,
                "stream": firing.stream,
                "kind": firing.kind,
                "key": firing.key,
                "due_at": firing.due_at,
            },
        )
