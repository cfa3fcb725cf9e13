"""What a relay does without new events: it announces and reports less often, and waits for PostgreSQL's NOTIFY."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import psycopg
import pytest
from tests.support.samples.note_aggregate import ADVISER, Note, decider

from shared.eventlog import ServiceApplication
from shared.messaging.announcing import BUSY_SECONDS, IDLE_SECONDS, Announcer
from shared.messaging.lease import wait_for_notification
from shared.messaging.relay_status import REPORT_SECONDS, RelayReporter


def test_an_announcement_is_repeated_soon_once_and_then_rarely(app: ServiceApplication) -> None:
    announcer = Announcer(app)
    assert announcer.read_mark().position == 0
    assert announcer.interval_seconds == BUSY_SECONDS, "a receiver looks for what it lacks at the second one"
    announcer.read_mark()
    assert announcer.interval_seconds == IDLE_SECONDS
    stream = uuid4()
    app.handle(decider, stream, Note(1, "Marie"), app.context(stream, ADVISER))
    announcer.note_sent()
    for interval in (BUSY_SECONDS, BUSY_SECONDS, IDLE_SECONDS):
        assert announcer.interval_seconds == interval
        mark = announcer.read_mark()
    assert (mark.position, sum(mark.numbers)) == (1, 1)


def test_a_report_that_says_the_same_is_given_every_ten_seconds(app: ServiceApplication) -> None:
    reporter, reports = RelayReporter(app), list[str]()

    def report(error: str | None, now: float) -> bool:
        reporter.report(0, error, now)
        (row,) = app.recorder.fetch("SELECT reported_at, error FROM {schema}.relay_status")
        assert row["error"] == error
        reports.append(row["reported_at"])
        return len(reports) == 1 or reports[-1] != reports[-2]

    given = [report(None, 1), report(None, 1 + REPORT_SECONDS / 2), report("NATS", 7), report(None, 8)]
    assert [*given, report(None, 8 + REPORT_SECONDS)] == [True, False, True, True, True]


def test_a_notification_is_noticed_and_so_is_a_lost_connection(app: ServiceApplication) -> None:
    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(app.conninfo, autocommit=True) as connection:
            await connection.execute("LISTEN grown")
            assert not await wait_for_notification(connection, 0.01)
            waiting = asyncio.ensure_future(wait_for_notification(connection, 60))
            await asyncio.to_thread(app.recorder.fetch, "NOTIFY grown")
            assert await waiting
            assert not await wait_for_notification(connection, 0.01), "it is noticed once"
            ended = connection.info.backend_pid
            await asyncio.to_thread(app.recorder.fetch, "SELECT pg_terminate_backend(%s)", (ended,))
            with pytest.raises(psycopg.OperationalError):
                while not await wait_for_notification(connection, 60):
                    pass  # PostgreSQL says first why

    asyncio.run(run())
