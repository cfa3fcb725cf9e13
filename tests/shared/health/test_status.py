"""The status of a service from its tables: each part that stops or falls behind shows in faults and measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from tests.support.samples.sample_services import Desk, desk_at, register_in_turn

from embedded.processes.postgres import Postgres
from shared.eventlog import ServiceApplication
from shared.health import DEADLINES, PROJECTIONS, StatusReader, receiving, report_parts
from shared.kernel import uuid7
from shared.messaging.relay_status import record_relay_status

EARLIER = "clock_timestamp() - interval '2 minutes'"
HEALTHY = {PROJECTIONS: None, DEADLINES: None, "housekeeping": None, receiving("intake"): None}


@pytest.fixture(scope="module")
def desk(postgres: Postgres) -> Iterator[Desk]:
    desk = desk_at(postgres.ensure_database("status", connections=-1), "desk")
    with closing(desk.app):
        desk.app.create_tables()
        register_in_turn(desk, cases=1, steps=3)
        yield desk


@pytest.fixture
def app(desk: Desk) -> ServiceApplication:
    """All is well: everything sent, received and folded a moment ago."""
    app = desk.app
    for table in ("relay_status", "part_status", "sources", "tracked", "parked", "deadlines", "projection_checkpoints"):
        app.recorder.fetch(f"DELETE FROM {{schema}}.{table}")
    app.recorder.fetch("INSERT INTO {schema}.projection_checkpoints VALUES ('steps', 3)")
    record_relay_status(app, 3, None)
    report_parts(app, HEALTHY)
    app.recorder.fetch(
        "INSERT INTO {schema}.sources (publisher, log_id, announced, announced_at, announced_ends, announced_until)"
        " VALUES ('intake', %s, 5, clock_timestamp(), ARRAY[0,0,5,0,0,0,0,0], clock_timestamp())",
        (uuid7(),),
    )
    app.recorder.fetch("INSERT INTO {schema}.tracked SELECT publisher, log_id, 2, 5 FROM {schema}.sources")
    return app


def reader(app: ServiceApplication) -> StatusReader:
    return StatusReader(app, ["intake"], projections=["steps"])


def faults(app: ServiceApplication) -> list[tuple[str, str | None]]:
    return [(each.fault, each.about) for each in reader(app).read().faults]


def value(app: ServiceApplication, name: str, *labels: str) -> float:
    (found,) = (m.value for m in reader(app).read().measures if (m.gauge.name, m.labels) == (name, labels))
    return found


def change(statement: str) -> Callable[[ServiceApplication], Any]:
    return lambda app: app.recorder.fetch(statement)


def test_nothing_hurts_a_service_that_is_well(app: ServiceApplication) -> None:
    assert faults(app) == []
    assert value(app, "dla_relay_up") == 1
    assert value(app, "dla_outbox_events") == value(app, "dla_outbox_age_seconds") == 0
    assert value(app, "dla_lag_seconds", "intake") < 5
    assert value(app, "dla_projection_lag_events", "steps") == 0
    assert {value(app, "dla_part_up", part) for part in HEALTHY} == {1}


Stopped = tuple[Callable[[ServiceApplication], Any], list[tuple[str, str | None]], tuple[str, tuple[str, ...], float]]
STOPPED: dict[str, Stopped] = {
    "relay": (
        change(f"UPDATE {{schema}}.relay_status SET reported_at = {EARLIER}"),
        [("relay-stopped", None)],
        ("dla_relay_up", (), 0),
    ),
    "stream deleted": (
        lambda app: record_relay_status(app, 3, "StreamMissing: NATS has no stream desk"),
        [("stream-missing", None)],
        ("dla_relay_up", (), 0),
    ),
    "foreign message at its end": (
        lambda app: record_relay_status(app, 3, "StreamDiverged: the last message is not an event"),
        [("stream-diverged", None)],
        ("dla_relay_up", (), 0),
    ),
    "NATS away": (
        lambda app: record_relay_status(app, 3, "NoServersError: nats: no servers available"),
        [("relay-failing", None)],
        ("dla_relay_up", (), 0),
    ),
    "publisher halted": (
        change("UPDATE {schema}.sources SET halted = 'it spoke for another'"),
        [("publisher-halted", "intake")],
        ("dla_publisher_halted", ("intake",), 1),
    ),
    "consumer deleted": (
        lambda app: report_parts(app, {receiving("intake"): "NotFoundError: consumer not found"}),
        [("receiving-failing", "intake")],
        ("dla_part_up", ("receiving intake",), 0),
    ),
    "projector": (
        change(f"UPDATE {{schema}}.part_status SET ran_at = {EARLIER} WHERE part = 'projections'"),
        [("projections-stopped", None)],
        ("dla_part_up", ("projections",), 0),
    ),
    "projector fails": (
        lambda app: report_parts(app, {PROJECTIONS: "KeyError in fold, projections.py:12"}),
        [("projections-failing", None)],
        ("dla_part_up", ("projections",), 0),
    ),
    "scheduler": (
        change(f"UPDATE {{schema}}.part_status SET ran_at = {EARLIER} WHERE part = 'deadlines'"),
        [("deadlines-stopped", None)],
        ("dla_part_up", ("deadlines",), 0),
    ),
    "a deadline that fails": (
        change(
            "INSERT INTO {schema}.deadlines (stream, kind, key, aggregate, case_id, due_at, tries)"
            " VALUES (gen_random_uuid(), 'reminder', '', 'desk', gen_random_uuid(), now() - interval '1 day', 3)"
        ),
        [("deadlines-failing", None)],
        ("dla_deadlines_failing", (), 1),
    ),
    "a parked case": (
        change(
            "INSERT INTO {schema}.parked (publisher, case_id, number, partition, message, error)"
            " VALUES ('intake', gen_random_uuid(), 6, 2, '', 'ValueError')"
        ),
        [("cases-parked", "intake")],
        ("dla_parked_cases", ("intake",), 1),
    ),
}


@pytest.mark.parametrize("stopped", STOPPED)
def test_what_stops_shows(app: ServiceApplication, stopped: str) -> None:
    stop, expected, (name, labels, shown) = STOPPED[stopped]
    assert not faults(app)
    stop(app)
    assert faults(app) == expected
    assert value(app, name, *labels) == shown


LATE = {
    "outbox": (
        change("UPDATE {schema}.relay_status SET position = 1"),
        ("outbox-late", None),
        ("dla_outbox_age_seconds",),
    ),
    "receiving": (
        change(f"UPDATE {{schema}}.sources SET announced_ends[3] = 6, received_until = {EARLIER}"),
        ("receiving-late", "intake"),
        ("dla_lag_seconds", "intake"),
    ),
    "announcements": (
        change(f"UPDATE {{schema}}.sources SET announced_at = {EARLIER}, announced_until = {EARLIER}"),
        ("publisher-silent", "intake"),
        ("dla_lag_seconds", "intake"),
    ),
    "projection": (
        change("UPDATE {schema}.projection_checkpoints SET position = 1"),
        ("projections-late", "steps"),
        ("dla_projection_lag_seconds", "steps"),
    ),
    "deadlines": (
        change(
            "INSERT INTO {schema}.deadlines (stream, kind, key, aggregate, case_id, due_at) VALUES"
            f" (gen_random_uuid(), 'reminder', '', 'desk', gen_random_uuid(), {EARLIER})"
        ),
        ("deadlines-late", None),
        ("dla_deadline_late_seconds",),
    ),
}


@pytest.mark.parametrize("late", LATE)
def test_what_falls_behind_shows_in_seconds(app: ServiceApplication, late: str) -> None:
    fall_behind, expected, (name, *labels) = LATE[late]
    assert value(app, name, *labels) < 5
    app.recorder.fetch(f"UPDATE {{events}} SET recorded_at = {EARLIER}")
    assert faults(app) == []
    fall_behind(app)
    assert faults(app) == [expected]
    assert 119 < value(app, name, *labels) < 180


def test_a_part_that_never_ran_and_a_relay_that_never_led_show_from_the_start(app: ServiceApplication) -> None:
    app.recorder.fetch("DELETE FROM {schema}.part_status")
    app.recorder.fetch("DELETE FROM {schema}.relay_status")
    assert {name for name, _ in faults(app)} == {
        "relay-stopped",
        "projections-stopped",
        "deadlines-stopped",
        "housekeeping-stopped",
        "receiving-stopped",
    }


def test_one_replica_that_works_again_ends_the_fault_of_another(app: ServiceApplication) -> None:
    report_parts(app, {PROJECTIONS: "KeyError"})
    assert faults(app) == [("projections-failing", None)]
    report_parts(app, {PROJECTIONS: None})
    assert faults(app) == []


def test_those_who_ask_at_once_share_one_reading_and_its_failure(app: ServiceApplication) -> None:
    """A probe every second while a connection hangs must not take a thread each."""
    shared_reader, readings, raised = reader(app), [0], list[Exception]()

    def fail(_app: ServiceApplication) -> Any:
        readings[0] += 1
        raise psycopg.OperationalError("gone")

    shared_reader.find_own = fail
    together = Barrier(4)

    def ask() -> None:
        together.wait()
        try:
            shared_reader.recent()
        except psycopg.OperationalError as error:
            raised.append(error)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (readings[0], len(raised)) == (1, 4)
