"""Notifications that the log has grown: listeners of this process at once, other processes by a coalesced NOTIFY."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from eventsourcing.postgres import PostgresDatastore
from psycopg.sql import SQL, Identifier

from shared.eventlog.errors import DATABASE_ERRORS
from shared.eventlog.storage.prepared_statement import PreparedStatement
from shared.kernel import WorkerLoop


class Notifier:
    """Runs outside the append, because NOTIFY takes a lock of the whole cluster: at most 100 a second, the first
    at once. An append while one is due already costs nothing more.

    It is a hint: a writer may die between its commit and its NOTIFY. So one part of each process that works, the
    lease of its relay or a `LogWatch`, reads the last position every second and wakes the listeners when it changed."""

    MIN_INTERVAL_SECONDS = 0.01

    def __init__(self, datastore: PostgresDatastore, channel: str) -> None:
        self.listeners: list[Event] = []
        self._datastore, self._position = datastore, -1
        self._statement = PreparedStatement(SQL("NOTIFY {}").format(Identifier(channel)).as_bytes())
        self._loop = WorkerLoop(
            "notifier",
            self._notify,
            interval_seconds=None,
            rest_seconds=self.MIN_INTERVAL_SECONDS,
            expected=DATABASE_ERRORS,
        )
        self.closing = self._loop.stopping

    def notify(self) -> None:
        for listener in self.listeners:
            listener.set()
        self._loop.start()
        if not self._loop.wake_up.is_set():
            self._loop.wake_up.set()

    def wake(self, position: int) -> None:
        """Wakes the listeners of this process when the log ends elsewhere than at the last call: others write too."""
        if position != self._position:
            self._position = position
            for listener in self.listeners:
                listener.set()

    def close(self) -> None:
        self._loop.stop()

    def _notify(self) -> None:
        with self._datastore.get_connection() as connection:
            self._statement.execute(connection, ())


class LogWatch:
    """Reads the last position of the log each second and wakes the listeners of this process: for a process without a
    relay, whose lease does it."""

    INTERVAL_SECONDS = 1.0

    def __init__(self, service: str, read_position: Callable[[], int | None], notifier: Notifier) -> None:
        self._loop = WorkerLoop(
            f"{service} log",
            lambda: notifier.wake(read_position() or 0),
            interval_seconds=self.INTERVAL_SECONDS,
            max_backoff_seconds=self.INTERVAL_SECONDS,
            expected=DATABASE_ERRORS,
        )
        self.start, self.stop = self._loop.start, self._loop.stop
