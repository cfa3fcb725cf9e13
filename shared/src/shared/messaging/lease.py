"""Leader election: the relay that holds a lease in the database leads.

A lease expires by itself. An advisory lock would stay with a process that is stopped but not dead."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier

from shared.eventlog import DATABASE_ERRORS, ServiceApplication

LEASE_SECONDS, RENEW_SECONDS = 3.0, 0.75
log = logging.getLogger(__name__)

ACQUIRE_OR_RENEW = """INSERT INTO {schema}.leases AS l
    VALUES ('relay', %(holder)s, clock_timestamp() + %(lease)s * interval '1 second')
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
    WHERE l.holder = excluded.holder OR l.expires_at < clock_timestamp()
        OR l.expires_at > clock_timestamp() + 2 * %(lease)s * interval '1 second' RETURNING true"""
"""An expiry further away than a lease lasts was given before the database's clock was set back. Without the last line,
nobody would lead until the clock is there again."""


def is_cancelled() -> bool:
    """Whether the current task was cancelled. To be asked after each await: before Python 3.12 asyncio.wait_for, which
    psycopg and nats-py use, swallows a cancellation that comes together with the result."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Lease:
    """`log_grown` is set when PostgreSQL notifies of new events, on the lease's own connection. `on_renewal` is called
    after each renewal, won or lost."""

    def __init__(self, app: ServiceApplication, log_grown: asyncio.Event, on_renewal: Callable[[], object]) -> None:
        self._app, self._log_grown, self._on_renewal = app, log_grown, on_renewal
        self._holder, self._expires_at = str(uuid4()), 0.0
        self.acquired = asyncio.Event()

    @property
    def is_held(self) -> bool:
        return time.monotonic() < self._expires_at

    async def hold(self) -> None:
        """Acquires the lease when it is free and renews it, until cancelled.

        The expiry is counted from before the statement: we never believe in the lease longer than the others do."""
        recorder = self._app.recorder
        statement = SQL(ACQUIRE_OR_RENEW).format(schema=recorder.schema)
        async with await psycopg.AsyncConnection.connect(self._app.conninfo, autocommit=True) as connection:
            await connection.execute(SQL("LISTEN {}").format(Identifier(recorder.channel_name)))
            while not is_cancelled():
                sent_at = time.monotonic()
                cursor = await connection.execute(statement, {"holder": self._holder, "lease": LEASE_SECONDS})
                if await cursor.fetchone():
                    self._expires_at = sent_at + LEASE_SECONDS
                    self.acquired.set()
                else:
                    self._expires_at = 0.0
                    self.acquired.clear()
                self._on_renewal()
                async for _ in connection.notifies(timeout=RENEW_SECONDS):
                    self._log_grown.set()

    async def release(self) -> None:
        """Deletes the lease, so that another relay leads at once."""
        self._expires_at = 0.0
        statement = "DELETE FROM {schema}.leases WHERE (name, holder) = ('relay', %s)"
        try:
            await asyncio.to_thread(self._app.recorder.fetch, statement, (self._holder,))
        except DATABASE_ERRORS as error:
            log.info("the lease could not be deleted, and is left to expire: %r", error)
