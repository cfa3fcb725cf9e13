"""A reader misses nothing while writers are killed and their connections are cut during appends."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo
from tests.support import ROOT
from tests.support.samples.note_aggregate import assert_dense, entries, make_stored_events, make_tracking

from shared.eventlog import LogEntry, ServiceApplication, TrackingRefused
from shared.kernel import uuid7

WRITER = "writer"


def writer(url: str, said: object) -> subprocess.Popen[bytes]:
    named = make_conninfo(url, application_name=WRITER)
    program = [sys.executable, "-m", "tests.support.processes.writer_process", named]
    return subprocess.Popen(program, stdout=said, stderr=said, cwd=ROOT)  # type: ignore[call-overload, no-any-return]


def test_nothing_is_missed_while_writers_die_and_connections_are_cut(
    app: ServiceApplication, url: str, tmp_path: Path
) -> None:
    seconds = float(os.environ.get("CHAOS_SECONDS", "8"))
    read: list[LogEntry] = []
    over = Event()

    def follow() -> None:
        while True:
            last_round = over.is_set()
            found = app.recorder.select_notifications(read[-1].id if read else 0, 50, inclusive_of_start=False)
            read.extend(found)
            if last_round and not found:
                return

    reader = Thread(target=follow)
    reader.start()
    cut = killed = 0
    with (tmp_path / "said").open("wb") as said, psycopg.connect(url, autocommit=True) as admin:
        writers = [writer(url, said) for _ in range(3)]
        until(lambda: (tmp_path / "said").stat().st_size > 0, 60)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            over.wait(random.uniform(0.01, 0.05))
            cut += cut_one_in_the_middle(admin)
            if random.random() < 0.03:
                victim = random.randrange(len(writers))
                writers[victim].send_signal(signal.SIGKILL)
                writers[victim].wait()
                writers[victim] = writer(url, said)
                killed += 1
        assert connected(admin)
        for process in writers:
            process.send_signal(signal.SIGKILL)
            process.wait()
        until(lambda: not connected(admin))
    over.set()
    reader.join()

    lines = [line.split() for line in (tmp_path / "said").read_text().splitlines()]
    failed = [line for line in lines if line[0] == "FAILED"]
    acknowledged = {(line[0], int(line[1])): int(line[2]) for line in lines if len(line) == 3}
    print(f"{len(read)} read, {len(acknowledged)} acknowledged, {cut} cut, {killed} killed, ", end="")
    print(f"{lines.count(['RECOGNISED'])} unheard commits recognised, {lines.count(['UNKNOWN'])} unknown")
    assert not failed, "an append was falsely refused"
    assert cut, "no connection was cut: the test shows nothing"
    assert acknowledged
    assert lines.count(["UNKNOWN"]) < len(acknowledged) / 100, "an outage is told too soon"
    assert_dense(read)
    assert [(e.id, e.state) for e in read] == [(e.id, e.state) for e in entries(app.recorder)]
    stored = {(str(e.originator_id), e.originator_version): e.id for e in read}
    assert acknowledged.items() <= stored.items(), "an acknowledged append is lost, or elsewhere"


def cut_one_in_the_middle(admin: psycopg.Connection[tuple[int]]) -> int:
    """Ends a connection whose append is under way, as soon as one is seen."""
    for _ in range(40):
        row = admin.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity"
            " WHERE query LIKE '%append(%' AND state = 'active' AND pid <> pg_backend_pid()"
            " AND datname = current_database() ORDER BY random() LIMIT 1) busy"
        ).fetchone()
        assert row is not None
        if row[0]:
            return 1
    return 0


def connected(admin: psycopg.Connection[tuple[int]]) -> int:
    """Connections of writers. That of one that was killed does what it was sent before it ends."""
    row = admin.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", (WRITER,)).fetchone()
    assert row is not None
    return row[0]


def until(done: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it never came to be"
        Event().wait(0.02)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 12), min_size=1, max_size=30))
def test_whatever_is_delivered_tracking_counts_each_number_once_and_in_order(
    app: ServiceApplication, deliveries: list[int]
) -> None:
    """Any order, any repetition: an effect stands in the log if and only if its number was the next one."""
    partition = next(PARTITION)
    before, reached, effects = len(entries(app.recorder)), 0, 0
    for number in deliveries:
        try:
            app.recorder.insert_events(make_stored_events(uuid7(), 1), tracking=make_tracking(number, partition))
        except TrackingRefused as refusal:
            assert number != reached + 1
            assert refusal.tracked_number == reached
        else:
            assert number == reached + 1
            reached, effects = number, effects + 1
    assert len(entries(app.recorder)) == before + effects
    assert_dense(entries(app.recorder))


PARTITION = iter(range(1000))
