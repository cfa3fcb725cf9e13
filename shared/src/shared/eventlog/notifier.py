"""Who hears that the log has grown? Listeners of this process at once, other processes by a coalesced NOTIFY."""

from __future__ import annotations

import logging
from threading import Event, Lock, Thread

from eventsourcing.postgres import PostgresDatastore
from psycopg.sql import SQL, Identifier

log = logging.getLogger(__name__)


class Notifier:
    """Outside the append, for NOTIFY is a lock of the whole cluster: at most one every few milliseconds.

    It is a hint: a writer may die between its commit and its NOTIFY, so whoever listens polls as well."""

    EVERY = 0.005

    def __init__(self, datastore: PostgresDatastore, channel: str) -> None:
        self.listeners: list[Event] = []
        self._datastore = datastore
        self._statement = SQL("NOTIFY {}").format(Identifier(channel))
        self._news, self.closing = Event(), Event()
        self._thread: Thread | None = None
        self._gate = Lock()

    def notify(self) -> None:
        for listener in self.listeners:
            listener.set()
        if self._thread is None:
            with self._gate:
                if self._thread is None:
                    self._thread = Thread(target=self._in_turn, name="notifier", daemon=True)
                    self._thread.start()
        self._news.set()

    def close(self) -> None:
        self.closing.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join()

    def _in_turn(self) -> None:
        while not self.closing.is_set():
            if not self._news.wait(1) or self.closing.is_set():
                continue
            self._news.clear()
            try:
                with self._datastore.get_connection() as connection:
                    connection.execute(self._statement)
            except Exception as error:  # noqa: BLE001, RUF100
                log.info("nobody was notified: %r", error)
            self.closing.wait(self.EVERY)
