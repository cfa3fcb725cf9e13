"""Growth: the same work in a small history and in one ten or a hundred times as long, each in databases of its own.

Receptions are added to them."""

from __future__ import annotations

import os
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID

from bench_servers import BenchServers
from histories import small_and_big
from measurement import Aim, Measure, Row, Unit, compare, measure_interleaved, median_call_time
from sample_cases import ADVISER, CONTACT, NOTES, structure_of

from embedded.environment import database_name
from embedded.stack import Stack
from intake import main as intake
from intake import projections
from intake.domain.request.reception import ReceiveRequest
from parcours import main as parcours
from parcours.domain.parcours import decider as parcours_decider
from shared.access import RowScope
from shared.eventlog import ServiceApplication
from shared.kernel import uuid7
from shared.messaging import messages_of
from shared.queries.list_query import ListQuery, fetch_page
from shared.runtime import Service

GROUP = "growth"
AIM = Aim(at_most=1.3)
PAGE_ROWS = 5
"""Of a list: no more than the unit has in the small history."""
FEED_EVENTS = 20
MICROSECONDS = 1e6
Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class History:
    events: int
    intake: ServiceApplication
    parcours: ServiceApplication


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    """The small one is the floor."""
    small, big = small_and_big(servers, is_quick=rounds == 1)
    with ExitStack() as running:
        histories = [running.enter_context(_opened(each)) for each in (small, big)]
        works = [_works(each, size) for each, size in zip(histories, _common_size(histories), strict=True)]
        measures: dict[tuple[str, int], Measure[float]] = {
            (name, which): partial(_time, work) for which, own in enumerate(works) for name, work in own.items()
        }
        found = measure_interleaved(measures, rounds, seconds / 2)
        sizes = [f"{each.events:,}" for each in histories]
    return [
        compare(
            GROUP,
            f"{name}, {sizes[1]} events",
            Unit.MICROSECONDS,
            ours=found[name, 1],
            floor=(f"{sizes[0]} events", found[name, 0]),
            aim=AIM,
        )
        for name in works[0]
    ]


@contextmanager
def _opened(folder: Path) -> Iterator[History]:
    with ExitStack() as closing:
        stack = closing.enter_context(Stack(folder, roles={}))
        apps = [_app(stack, each.service) for each in (intake, parcours)]
        for app in apps:
            closing.callback(app.close)
        yield History(sum(app.recorder.max_notification_id() or 0 for app in apps), *apps)


def _app(stack: Stack, service: Service) -> ServiceApplication:
    settings: Mapping[str, str] = stack.environments[service.name]
    url, sealing = stack.postgres.url(database_name(service.name)), b64decode(settings["DLA_SEALING_KEY"])
    transit = [b64decode(settings["DLA_TRANSIT_KEYS"])]
    return ServiceApplication(service.name, service.deciders, url, sealing, transit_keys=transit)


def _common_size(histories: list[History]) -> list[UUID]:
    """A parcours of each, with as many events as the other: the most that both have."""
    counted = [_parcours_by_size(each.parcours) for each in histories]
    size = max(counted[0].keys() & counted[1].keys())
    return [each[size] for each in counted]


def _parcours_by_size(app: ServiceApplication) -> dict[int, UUID]:
    rows = app.recorder.fetch(
        "SELECT originator_id AS id, count(*) AS n FROM {events} WHERE originator_id IN"
        " (SELECT originator_id FROM {events} WHERE topic LIKE 'parcours-opened:%%' LIMIT 2000) GROUP BY 1",
        (),
    )
    return {row["n"]: row["id"] for row in rows}


def _works(history: History, stream: UUID) -> dict[str, Work]:
    app, newest = history.intake, count(1)
    busiest = _busiest_unit(app)
    middle = (app.recorder.max_notification_id() or 0) // 2

    def receive() -> None:
        case = uuid7()
        command = ReceiveRequest(structure_of(f"W99{os.getpid() % 1000:03}{next(newest):04}"), CONTACT, need=NOTES)
        app.handle(intake.deployment.requests, case, command, app.context(case, ADVISER))

    def read_feed() -> None:
        page = app.recorder.select_notifications(middle, FEED_EVENTS, inclusive_of_start=False)
        if len(messages_of(app, intake.service.to_integration_event, page)) != FEED_EVENTS:
            raise RuntimeError(f"{FEED_EVENTS} events of the feed were meant")

    def read_list(unit: str | None, **asked: str) -> None:
        scope = RowScope((unit,), archives=True) if unit else None
        query = ListQuery(scope=scope, limit=PAGE_ROWS, **asked)  # type: ignore[arg-type]
        if len(fetch_page(app.recorder, projections.requests, query).items) != PAGE_ROWS:
            raise RuntimeError(f"{PAGE_ROWS} rows of {unit or 'all units'} were meant")

    return {
        "a reception": receive,
        "rebuild": partial(history.parcours.load, parcours_decider, stream, snapshots=False),
        "feed page": read_feed,
        "list of all units": partial(read_list, None),
        "list of the busiest unit": partial(read_list, busiest),
        "list of the busiest unit by name": partial(read_list, busiest, sort="structure"),
    }


def _busiest_unit(app: ServiceApplication) -> str:
    rows = app.recorder.fetch(
        "SELECT document->>'unit' AS unit FROM {schema}.projection_rows WHERE projection = %s",
        (projections.requests.name,),
    )
    return str(Counter(row["unit"] for row in rows).most_common(1)[0][0])


def _time(work: Work, seconds: float) -> float:
    return median_call_time(work, seconds) * MICROSECONDS
