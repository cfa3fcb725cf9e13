"""Cost of the past of many cases, beside reading the same events as plain data, and of folding the rows that it is read
from."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import psycopg
from bench_servers import BenchServers
from measurement import Aim, Measure, Row, Unit, compare, measure_interleaved, median_call_time
from psycopg.sql import SQL
from sample_cases import ADVISER, commands_of, play, receive, structure_of

from intake.caseload import build_caseload
from intake.figures import figures
from intake.main import service
from intake.projections import requests
from intake.settings import IntakeSettings
from shared.access import RowScope
from shared.eventlog import ServiceApplication
from shared.eventlog.log import LAST_VERSION
from shared.kernel import uuid7
from shared.projections import Projector
from shared.projections.fold_anew import FIRST, PAGE_EVENTS
from shared.queries import fetch_page
from shared.queries.caseload import CaseloadQuery, fetch_caseload
from shared.queries.list_query import ListQuery
from shared.temporal import PointInTime, load_past_rows, load_rows_at

CASES, EACH, TIMES = 60, 10, 10
UNIT, ELSEWHERE = "dla-44", "dla-35"
SCOPE = RowScope([UNIT])
SELECT = "SELECT case_id, topic, state, recorded_at FROM {} ORDER BY case_id, position"
SELECT_OF_UNIT = (
    "SELECT case_id, topic, state, recorded_at FROM {events} JOIN {schema}.projection_rows USING (case_id)"
    " WHERE projection = 'requests:v2' AND document->>'unit' = 'dla-44' ORDER BY case_id, position"
)
ROW_TABLES = ("projection_rows", "projection_history")
GROUP = "past"
SCANS = {"scan": "full scan", "fold": "folded anew", "follow": "in batches"}
"""Decoded; decoded and folded into all projections, at once or as a projector that follows."""
QUESTIONS = ("figures", "list", "caseload")
MILLISECONDS = 1e3
LARGER = Aim(at_most=1.5)
FOLDED = Aim(at_least=0.25)


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    """Of one unit, as of an instant after which each of its cases changed; the same where others recorded nine times as
    much; and a log folded into all projections of its service."""
    with _measures(servers) as measures:
        found = measure_interleaved(measures, rounds, seconds)
    floor, larger = ("the unit’s events and orjson", found["raw"]), f"in {TIMES} times the history"
    shown = [
        compare(GROUP, f"{name} of {CASES * EACH} events", Unit.MILLISECONDS, ours=found[name], floor=floor)
        for name in QUESTIONS
    ]
    shown += [
        compare(
            GROUP,
            f"{name} {larger}",
            Unit.MILLISECONDS,
            ours=found[f"{name}, larger"],
            floor=(f"{name} without", found[name]),
            aim=LARGER,
        )
        for name in QUESTIONS
    ]
    for ours, name, what, aim in (
        ("scan", "read", "raw read", FOLDED),
        ("fold", "copy", "binary COPY", FOLDED),
        ("fold", "read", "raw read", None),
        ("follow", "copy", "binary COPY", None),
    ):
        floor = (what, found[name])
        shown.append(compare(GROUP, f"{SCANS[ours]}, {what}", Unit.PER_SECOND, ours=found[ours], floor=floor, aim=aim))
    return shown


@contextmanager
def _measures(servers: BenchServers) -> Iterator[dict[str, Measure[float]]]:
    with ExitStack() as closing:
        app, then = _history(servers, closing, "past", others=0)
        larger, then_larger = _history(servers, closing, "past_larger", others=(TIMES - 1) * CASES)
        connection = closing.enter_context(psycopg.connect(app.url, autocommit=True))
        of_unit = SQL(SELECT_OF_UNIT).format(events=app.recorder.events, schema=app.recorder.schema).as_bytes()
        asked = {name: partial(_time, ask) for name, ask in _questions(app, then).items()}
        asked |= {f"{name}, larger": partial(_time, ask) for name, ask in _questions(larger, then_larger).items()}
        yield asked | {"raw": partial(_time, partial(_raw, connection, of_unit))} | _scans(larger, closing)


def _history(
    servers: BenchServers, closing: ExitStack, name: str, *, others: int
) -> tuple[ServiceApplication, PointInTime]:
    """Received and assessed by then; admitted, or received elsewhere, later."""
    app = ServiceApplication("bench", service.deciders, servers.database(name), os.urandom(32))
    closing.callback(app.close)
    app.create_tables()
    cases = [uuid7() for _ in range(CASES)]
    for nth, case in enumerate(cases):
        play(app, case, commands_of(structure_of(f"W44{nth:07}"), EACH)[:-1])
    then = PointInTime(as_of=app.clock.now())
    for nth, case in enumerate(cases):
        play(app, case, commands_of(structure_of(f"W44{nth:07}"), EACH)[-1:])
    for nth in range(others):
        receive(app, uuid7(), structure_of(f"W35{nth:07}"), EACH, replace(ADVISER, unit=ELSEWHERE))
    Projector(app, service.projections).catch_up()
    for table in ROW_TABLES:
        app.recorder.fetch(f"ANALYZE {{schema}}.{table}")
    return app, then


def _questions(app: ServiceApplication, then: PointInTime) -> dict[str, Callable[[], Any]]:
    settings = IntakeSettings()
    caseload = build_caseload(lambda: settings.chase_days, lambda: settings.transfer_days)

    def list_page() -> Any:
        past = load_past_rows(app, requests, then, [UNIT])
        return fetch_page(app.recorder, requests, ListQuery(sort="structure", scope=SCOPE), past.source())

    asked: dict[str, Callable[[], Any]] = {
        "figures": lambda: figures.compute(load_rows_at(app, requests, then, [UNIT]).documents),
        "list": list_page,
        "caseload": lambda: fetch_caseload(app, caseload, CaseloadQuery(SCOPE), then),
    }
    counted = next(each.value for each in asked["figures"]() if each.code == "requests")
    if counted != CASES:
        raise RuntimeError(f"{CASES} cases were meant, and {counted} are counted")
    return asked


def _scans(app: ServiceApplication, closing: ExitStack) -> dict[str, Measure[float]]:
    connection = closing.enter_context(psycopg.connect(app.url, autocommit=True))
    events = app.recorder.max_notification_id() or 0
    whole = SQL(SELECT).format(app.recorder.events).as_bytes()
    copied = {table: _copy_out(connection, table) for table in ROW_TABLES}
    for table in ROW_TABLES:
        connection.execute(f"CREATE TABLE copied_{table} (LIKE {table} INCLUDING ALL)")
    scans: dict[str, Callable[[], object]] = {
        "scan": partial(_scan, app),
        "fold": partial(_fold, app, connection, anew_events=0),
        "follow": partial(_fold, app, connection, anew_events=2 * events),
        "read": lambda: connection.execute(whole, prepare=True, binary=True).fetchall(),
        "copy": partial(_copy_in, connection, copied),
    }
    return {name: partial(_per_second, scan, events) for name, scan in scans.items()}


def _per_second(scan: Callable[[], object], events: int, _seconds: float) -> float:
    """Once a round, whatever a round takes."""
    begin = time.perf_counter()
    scan()
    return events / (time.perf_counter() - begin)


def _scan(app: ServiceApplication) -> None:
    """Each event as those who fold it get it, page by page."""
    after = FIRST
    while entries := app.recorder.entries_by_case(after, LAST_VERSION, PAGE_EVENTS):
        for entry in entries:
            app.mapper.to_unbound_event(entry)
        after = (entries[-1].case_id, entries[-1].id)


def _fold(app: ServiceApplication, connection: psycopg.Connection[Any], anew_events: int) -> None:
    connection.execute("TRUNCATE projection_rows, projection_history, backdated_events, projection_checkpoints")
    projector = Projector(app, service.projections)
    projector.ANEW_EVENTS = anew_events
    projector.catch_up()


def _copy_out(connection: psycopg.Connection[Any], table: str) -> bytes:
    with connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
        return b"".join(bytes(part) for part in copy)


def _copy_in(connection: psycopg.Connection[Any], copied: dict[str, bytes]) -> None:
    for table, content in copied.items():
        connection.execute(f"TRUNCATE copied_{table}")
        with connection.cursor().copy(f"COPY copied_{table} FROM STDIN (FORMAT binary)") as copy:
            copy.write(content)


def _time(work: Any, seconds: float) -> float:
    return median_call_time(work, seconds) * MILLISECONDS


def _raw(connection: psycopg.Connection[Any], select: bytes) -> list[Any]:
    return [orjson.loads(state) for _, _, state, _ in connection.execute(select, prepare=True, binary=True).fetchall()]
