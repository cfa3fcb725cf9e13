"""Reads that wait for a write: the answer to a command names its position, and a read that brings it waits for it.

Other services and the lists follow the log a moment later. Without this, a client that has just sent a command asks
again and again until they have it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from shared.eventlog import ServiceApplication, partition_of
from shared.web.http import ProblemError

POSITION_HEADER, WAIT_HEADER = "DLA-Position", "DLA-Wait-For"
WAIT_SECONDS, POLL_SECONDS = 5.0, 0.05
MAX_WAITING_READS = 50
"""Per process. Each asks the database every POLL_SECONDS, and holds no thread in between."""
TOKEN = re.compile(r"([a-z]{1,20}):([0-7]):(\d{1,18})")


@dataclass(frozen=True, slots=True)
class LogPosition:
    """A position in a service's log, and the partition of the case that the event is of."""

    service: str
    partition: int
    position: int

    def __str__(self) -> str:
        return f"{self.service}:{self.partition}:{self.position}"


def position_in_log(app: ServiceApplication, case: UUID, position: int) -> LogPosition:
    return LogPosition(app.service, partition_of(case), position=position)


def parse_positions(header: str) -> list[LogPosition]:
    """One or several, with commas between them. Raises ProblemError 400."""
    found = [TOKEN.fullmatch(each.strip()) for each in header.split(",")]
    if not all(found) or len(found) > 10:
        detail = f"{WAIT_HEADER} attend ce que {POSITION_HEADER} a donné, par exemple intake:3:412."
        raise ProblemError(400, "malformed-request", "Demande illisible", detail)
    return [LogPosition(each[1], int(each[2]), position=int(each[3])) for each in found if each]


def names_positions(request: Request) -> bool:
    """Whether it is a read that waits."""
    return request.method == "GET" and WAIT_HEADER in request.headers


async def wait_for_positions(request: Request) -> None:
    """Waits until this service has received the positions that the request names, and, for a list, until its rows show
    them. It waits for no service whose events it does not receive.

    Raises ProblemError 503 when that takes longer than WAIT_SECONDS, or when too many reads wait already."""
    if not names_positions(request):
        return
    positions = parse_positions(request.headers[WAIT_HEADER])
    state, end = request.app.state, time.monotonic() + WAIT_SECONDS
    if state.waiting_reads.locked():
        raise _not_here_yet()
    async with state.waiting_reads:
        app: ServiceApplication = state.application
        others = [each for each in positions if each.service in state.publishers]
        for each in others:
            await _until(end, partial(run_in_threadpool, _has_received, app, each))
        if "{" in request.scope["route"].path:  # read from the log itself
            return
        own = max((each.position for each in positions if each.service == app.service), default=0)
        head = await run_in_threadpool(app.recorder.max_notification_id) if others else None
        target = max(own, head or 0)
        await _until(end, partial(run_in_threadpool, _lists_show, app, state.projections, target))


async def _until(end: float, reached: Callable[[], Awaitable[bool]]) -> None:
    while not await reached():
        if time.monotonic() > end:
            raise _not_here_yet()
        await asyncio.sleep(POLL_SECONDS)


def _has_received(app: ServiceApplication, position: LogPosition) -> bool:
    """By partition, or, where whole logs are received, by position."""
    rows: list[Any] = app.recorder.fetch(
        "SELECT 1 FROM {schema}.tracked t JOIN {schema}.sources s USING (publisher, log_id) WHERE publisher = %s"
        " AND (t.partition, true) IN ((-1, t.number >= %s), (%s, t.position >= %s))",
        (position.service, position.position, position.partition, position.position),
    )
    return bool(rows)


def _lists_show(app: ServiceApplication, projections: tuple[str, ...], position: int) -> bool:
    rows = app.recorder.fetch(
        "SELECT count(*) AS up_to_date FROM {schema}.projection_checkpoints"
        " WHERE projection = ANY(%s) AND position >= %s",
        (list(projections), position),
    )
    return bool(rows[0]["up_to_date"] == len(projections))


def _not_here_yet() -> ProblemError:
    detail = "Ce qui vient d’être enregistré n’est pas encore arrivé ici\u00a0: redemandez-le dans un instant."
    return ProblemError(503, "not-here-yet", "Un instant…", detail, {"Retry-After": "1"})
