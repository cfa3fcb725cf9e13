"""Which of the relays leads? Whoever holds a lease in the database; a stopped process would keep an advisory lock."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier

from shared.eventlog import DATABASE_ERRORS, ServiceApplication

LEASE, RENEW = 3.0, 0.75
log = logging.getLogger(__name__)

TAKE_OR_KEEP = """INSERT INTO {schema}.leases AS l
    VALUES ('relay', %(holder)s, clock_timestamp() + %(lease)s * interval '1 second')
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
    WHERE l.holder = excluded.holder OR l.expires_at < clock_timestamp() RETURNING true"""


def is_cancelled() -> bool:
    """Whether this task was asked to end: once only, and asyncio.wait_for, which psycopg and nats-py use, may swallow
    that before Python 3.12 when what it waits for comes at the same moment."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Lease:
    """`news` is set when the log has grown: that is heard on the same connection. `asked`: called at each answer."""

    def __init__(self, app: ServiceApplication, news: asyncio.Event, asked: Callable[[], object]) -> None:
        self._app, self._news, self._asked = app, news, asked
        self._holder, self._until = str(uuid4()), 0.0
        self.taken = asyncio.Event()

    @property
    def held(self) -> bool:
        return time.monotonic() < self._until

    async def hold(self) -> None:
        """Counted from before the question, so that we never believe in it for longer than the others do."""
        recorder = self._app.recorder
        statement = SQL(TAKE_OR_KEEP).format(schema=recorder.schema)
        async with await psycopg.AsyncConnection.connect(self._app.url, autocommit=True) as connection:
            await connection.execute(SQL("LISTEN {}").format(Identifier(recorder.channel_name)))
            while not is_cancelled():
                asked = time.monotonic()
                cursor = await connection.execute(statement, {"holder": self._holder, "lease": LEASE})
                if await cursor.fetchone():
                    self._until = asked + LEASE
                    self.taken.set()
                else:
                    self._until = 0.0
                    self.taken.clear()
                self._asked()
                async for _ in connection.notifies(timeout=RENEW):
                    self._news.set()

    async def give_back(self) -> None:
        """So that another leads at once."""
        self._until = 0.0
        statement = "DELETE FROM {schema}.leases WHERE (name, holder) = ('relay', %s)"
        try:
            await asyncio.to_thread(self._app.recorder.fetch, statement, (self._holder,))
        except DATABASE_ERRORS as error:
            log.info("the lease is left to expire: %r", error)
