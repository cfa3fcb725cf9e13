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
CANCEL_AGAIN_SECONDS = 1.0
log = logging.getLogger(__name__)

ACQUIRE_OR_RENEW = """WITH renewed AS (INSERT INTO {schema}.leases AS l
    VALUES ('relay', %(holder)s, clock_timestamp() + %(lease)s * interval '1 second')
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
    WHERE l.holder = excluded.holder OR l.expires_at < clock_timestamp()
        OR l.expires_at > clock_timestamp() + 2 * %(lease)s * interval '1 second' RETURNING true)
    SELECT EXISTS (SELECT FROM renewed), (SELECT max(position) FROM {events})"""
"""With the last position of the log: nothing else need look for new events while there are none.

An expiry further away than a lease lasts was given before the database's clock was set back. Without the last line,
nobody would lead until the clock is there again."""


def is_cancelled() -> bool:
    """Whether the current task was cancelled. To be asked after each await: before Python 3.12 asyncio.wait_for, which
    psycopg and nats-py use, swallows a cancellation that comes together with the result."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def cancel_until_done(*tasks: asyncio.Task[None]) -> None:
    """Waits until all have ended. One that swallowed its cancellation, as `is_cancelled` says, is cancelled again:
    inside of nats-py, which tries to connect for ever, nobody looks."""
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_SECONDS)


async def wait_for_notification(connection: psycopg.AsyncConnection, seconds: float) -> bool:
    """Whether PostgreSQL notified within so long. Raises psycopg.OperationalError when the connection is lost.

    psycopg's own `notifies` wakes ten times a second (3.3), which was half of what a relay cost without work."""
    readable, loop, socket = asyncio.Event(), asyncio.get_running_loop(), connection.fileno()
    loop.add_reader(socket, readable.set)
    try:
        async with asyncio.timeout(seconds):
            await readable.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(socket)
    connection.pgconn.consume_input()
    return bool([*iter(connection.pgconn.notifies, None)])


class Lease:
    """`log_grown` is set when PostgreSQL notifies of new events, on the lease's own connection, and when a renewal
    finds some: a writer may die before it notifies. What a renewal finds also wakes the other parts of the process.
    `on_renewal` is called after each renewal, won or lost."""

    def __init__(self, app: ServiceApplication, log_grown: asyncio.Event, on_renewal: Callable[[], object]) -> None:
        self._app, self._log_grown, self._on_renewal = app, log_grown, on_renewal
        self._holder, self._expires_at = str(uuid4()), 0.0
        self._last_position: int | None = None
        self.acquired = asyncio.Event()

    @property
    def is_held(self) -> bool:
        return time.monotonic() < self._expires_at

    async def hold(self) -> None:
        """Acquires the lease when it is free and renews it, until cancelled.

        The expiry is counted from before the statement: we never believe in the lease longer than the others do."""
        recorder = self._app.recorder
        statement = SQL(ACQUIRE_OR_RENEW).format(schema=recorder.schema, events=recorder.events)
        async with await psycopg.AsyncConnection.connect(self._app.conninfo, autocommit=True) as connection:
            await connection.execute(SQL("LISTEN {}").format(Identifier(recorder.channel_name)))
            connection.add_notify_handler(lambda _: self._log_grown.set())  # what comes with the answer to a renewal
            while not is_cancelled():
                sent_at = time.monotonic()
                cursor = await connection.execute(statement, {"holder": self._holder, "lease": LEASE_SECONDS})
                is_won, position = await cursor.fetchone() or (False, None)
                if is_won:
                    self._expires_at = sent_at + LEASE_SECONDS
                    self.acquired.set()
                else:
                    self._expires_at = 0.0
                    self.acquired.clear()
                self._note_position(position)
                self._on_renewal()
                while not is_cancelled() and (left := sent_at + RENEW_SECONDS - time.monotonic()) > 0:
                    if await wait_for_notification(connection, left):
                        self._log_grown.set()

    def _note_position(self, position: int | None) -> None:
        if position != self._last_position:
            self._last_position = position
            self._log_grown.set()
            self._app.recorder.notifier.wake(position or 0)

    async def release(self) -> None:
        """Deletes the lease, so that another relay leads at once."""
        self._expires_at = 0.0
        statement = "DELETE FROM {schema}.leases WHERE (name, holder) = ('relay', %s)"
        try:
            await asyncio.to_thread(self._app.recorder.fetch, statement, (self._holder,))
        except DATABASE_ERRORS as error:
            log.info("the lease could not be deleted, and is left to expire: %r", error)
