"""The scheduler: each deadline fires its command once, moved or withdrawn, by several replicas, killed or failing."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support import ROOT
from tests.support.samples import alarm_aggregate
from tests.support.samples.alarm_aggregate import Mend, SetAlarm, ask, count_rings
from tests.support.samples.note_aggregate import ADVISER
from tests.support.samples.sample_services import eventually

from shared.eventlog import CommandOptions, DeadlineAlreadyFired, FiredDeadline, ServiceApplication
from shared.kernel import paris_date, start_of_day, uuid7
from shared.runtime.scheduler import Scheduler


@pytest.fixture
def url(database: Callable[..., str]) -> str:
    return database("alarms")


@pytest.fixture
def app(url: str, tmp_path: Path) -> Iterator[ServiceApplication]:
    application = alarm_aggregate.open_alarms(url, tmp_path / "clock")
    application.create_tables()
    yield application
    application.close()


def day(app: ServiceApplication, away: int) -> SetAlarm:
    return SetAlarm("bell", paris_date(app.clock.now()) + timedelta(days=away))


def test_nothing_fires_before_its_day_and_it_fires_once_on_it(app: ServiceApplication) -> None:
    stream = uuid7()
    ask(app, stream, day(app, 3))
    assert Scheduler(app).fire() == 0
    app.clock.set_forward(app.clock.now() + timedelta(days=3))
    assert Scheduler(app).fire() == 1
    assert Scheduler(app).fire() == 0
    assert count_rings(app, stream) == Counter(bell=1)


def test_the_table_is_read_only_when_it_may_have_changed(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler, stream, reads = Scheduler(app), uuid7(), list[int]()
    due_rows = scheduler._due_rows

    def counted() -> list[dict[str, Any]]:
        reads.append(1)
        return due_rows()

    monkeypatch.setattr(scheduler, "_due_rows", counted)
    app.recorder.notifier.listeners.append(scheduler._log_grown)

    def reads_it() -> bool:
        reads.clear()
        scheduler._fire_when_due()
        return bool(reads)

    assert [reads_it(), reads_it()] == [True, False]
    ask(app, stream, day(app, 3))
    assert [reads_it(), reads_it()] == [True, False], "what is set is an event"
    app.clock.set_forward(app.clock.now() + timedelta(days=3))
    assert reads_it(), "it is due"
    assert count_rings(app, stream) == Counter(bell=1)
    scheduler._read_at -= Scheduler.LOOK_SECONDS
    assert reads_it(), "whatever else has changed it"


def test_it_was_due_on_its_day_and_recorded_when_somebody_was_there(app: ServiceApplication) -> None:
    stream, yesterday = uuid7(), day(app, -1)
    ask(app, stream, yesterday)
    Scheduler(app).fire()
    ((_, set_up), (entry, fell_due)) = app.events_of(app.recorder.entries_of_case(stream))
    assert set_up.meta.effective_at is None
    assert yesterday.on
    assert fell_due.meta.effective_at == start_of_day(yesterday.on)
    assert paris_date(entry.recorded_at) > yesterday.on
    assert (fell_due.meta.actor, fell_due.meta.role) == ("service:alarms", "service")


def test_a_day_that_was_moved_or_withdrawn_does_not_fire(app: ServiceApplication) -> None:
    moved, withdrawn = uuid7(), uuid7()
    for stream in (moved, withdrawn):
        ask(app, stream, day(app, -1))
    ask(app, moved, day(app, 10))
    ask(app, withdrawn, SetAlarm("bell", None))
    assert Scheduler(app).fire() == 0
    app.clock.set_forward(app.clock.now() + timedelta(days=10))
    assert Scheduler(app).fire() == 1
    assert (count_rings(app, moved), count_rings(app, withdrawn)) == (Counter(bell=1), Counter())


def test_what_was_moved_while_it_was_about_to_fire_does_not_fire_and_records_nothing(app: ServiceApplication) -> None:
    stream = uuid7()
    ask(app, stream, day(app, -2))
    (row,) = app.recorder.fetch("SELECT due_at FROM {schema}.deadlines")
    ask(app, stream, day(app, 5))
    firing = FiredDeadline(stream, "alarm", key="bell", due_at=row["due_at"], fired_at=app.clock.now())
    with pytest.raises(DeadlineAlreadyFired):
        app.handle(
            alarm_aggregate.decider,
            stream,
            alarm_aggregate.Ring("bell"),
            app.context(stream, ADVISER),
            CommandOptions(deadline=firing),
        )
    assert count_rings(app, stream) == Counter()


def test_what_fails_is_tried_again_later_while_the_others_go_on(app: ServiceApplication) -> None:
    failing, fine = uuid7(), uuid7()
    ask(app, failing, SetAlarm("broken", day(app, -2).on))
    ask(app, fine, day(app, -1))
    scheduler = Scheduler(app)
    assert scheduler.fire() == 1
    assert count_rings(app, fine) == Counter(bell=1)
    (row,) = app.recorder.fetch("SELECT tries, error FROM {schema}.deadlines WHERE fired_at IS NULL")
    assert row == {"tries": 1, "error": "alarm-broken"}
    ask(app, failing, Mend())
    assert eventually(scheduler.fire) == 1
    assert count_rings(app, failing) == Counter(broken=1)


def test_what_was_put_off_before_the_clock_was_set_back_is_tried_again(app: ServiceApplication) -> None:
    failing = uuid7()
    ask(app, failing, SetAlarm("broken", day(app, -2).on))
    assert Scheduler(app).fire() == 0
    ask(app, failing, Mend())
    app.recorder.fetch("UPDATE {schema}.deadlines SET retry_at = now() + interval '50 minutes'")
    assert Scheduler(app).fire() == 0
    app.recorder.fetch("UPDATE {schema}.deadlines SET retry_at = now() + interval '2 hours'")
    assert Scheduler(app).fire() == 1


def test_housekeeping_that_fails_keeps_no_deadline_back(app: ServiceApplication) -> None:
    tries = []

    def broken() -> None:
        tries.append(1)
        raise ZeroDivisionError

    scheduler = Scheduler(app, [broken])
    scheduler.start()
    try:
        eventually(lambda: bool(tries))
        stream = uuid7()
        ask(app, stream, day(app, 0))
        eventually(lambda: count_rings(app, stream) == Counter(bell=1))
    finally:
        scheduler.stop()


def test_several_threads_fire_each_due_date_once(app: ServiceApplication) -> None:
    streams = [uuid7() for _ in range(30)]
    for stream in streams:
        ask(app, stream, day(app, -1))
    threads = [Thread(target=Scheduler(app).fire) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [count_rings(app, stream) for stream in streams] == [Counter(bell=1)] * 30


def test_two_replicas_killed_again_and_again_miss_nothing_and_fire_nothing_twice(
    app: ServiceApplication, url: str
) -> None:
    streams = [uuid7() for _ in range(40)]
    bells = [f"bell-{n}" for n in range(15)]
    yesterday = day(app, -1).on
    for stream in streams:
        for bell in bells:
            ask(app, stream, SetAlarm(bell, yesterday))

    def fired() -> int:
        (row,) = app.recorder.fetch("SELECT count(*) FROM {schema}.deadlines WHERE fired_at IS NOT NULL")
        return int(row["count"])

    replicas = [replica(url) for _ in range(2)]
    try:
        for killed in range(3):
            reached = fired()
            eventually(lambda reached=reached: fired() > reached + 20)  # type: ignore[misc]
            replicas[killed % 2].send_signal(signal.SIGKILL)
            replicas[killed % 2].wait()
            assert fired() < 600, "all was fired before the kill: the test shows nothing"
            replicas[killed % 2] = replica(url)
        eventually(lambda: fired() == 600, seconds=60)
    finally:
        for process in replicas:
            process.kill()
            process.wait()
    assert [count_rings(app, stream) for stream in streams] == [Counter(bells)] * 40


def replica(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.support.processes.scheduler_process", url], cwd=ROOT)


STEPS = st.one_of(
    st.tuples(st.sampled_from(["bell", "gong"]), st.none() | st.integers(-3, 3)),
    st.tuples(st.just("pass"), st.integers(0, 3)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=15))
def test_whatever_is_set_moved_or_withdrawn_each_day_that_comes_fires_once(
    app: ServiceApplication, steps: list[tuple[str, int | None]]
) -> None:
    stream: UUID = uuid7()
    left: dict[str, SetAlarm] = {}
    fired: dict[str, SetAlarm] = {}
    expected: Counter[str] = Counter()
    for what, away in steps:
        if what == "pass":
            app.clock.set_forward(app.clock.now() + timedelta(days=away or 0, seconds=1))
            Scheduler(app).fire()
            today = paris_date(app.clock.now())
            for alarm in [alarm for alarm, wanted in left.items() if wanted.on and wanted.on <= today]:
                fired[alarm] = left.pop(alarm)
                expected[alarm] += 1
        else:
            wanted = SetAlarm(what, None if away is None else paris_date(app.clock.now()) + timedelta(days=away))
            ask(app, stream, wanted)
            if wanted.on is None:
                left.pop(what, None)
                fired.pop(what, None)
            elif fired.get(what) != wanted:
                left[what] = wanted
                fired.pop(what, None)
        assert count_rings(app, stream) == expected
