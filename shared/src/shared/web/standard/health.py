"""Health checks: `/livez` for the process, `/readyz` for what it depends on."""

from __future__ import annotations

import asyncio
import logging

from fastapi import APIRouter, Request
from pydantic import BaseModel

from shared.eventlog import DATABASE_ERRORS
from shared.health import HealthFault, ServiceStatus, StatusReader, measures
from shared.kernel import LabelledEnum
from shared.messaging import RelayStatus
from shared.web.http import ProblemError

log = logging.getLogger(__name__)
health_router = APIRouter(tags=["health"])
ANSWER_SECONDS = 2


@health_router.get("/livez", summary="Check that the process is alive")
async def alive() -> dict[str, str]:
    """The process answers, however busy its threads are; nothing else is checked."""
    return {"status": "ok"}


class Readiness(LabelledEnum):
    OK = "ok", "tout va bien"
    DEGRADED = "degraded", "répond, mais quelque chose demande qu’on s’en occupe"


class WaitingWork(BaseModel):
    """What waits in this service, in whole seconds and counts: the columns of `dla status`. `outbox_seconds`,
    `lag_seconds`, `projection_seconds`, `deadline_seconds`: of what waits longest, 0 when nothing does; the lag behind
    publishers is null before any has announced itself."""

    outbox_seconds: int
    lag_seconds: int | None
    projection_seconds: int
    deadline_seconds: int
    late_deadlines: int
    failing_deadlines: int
    parked_cases: int
    parked_events: int


class Ready(BaseModel):
    """`status`: `degraded` when something hurts, of which `faults` says what, and what to do; requests are answered all
    the same. `halted`: the services whose events are not read until an operator acts, and why. `relay`: whether this
    service's own events reach the others, and why not. `waiting`: null from a release before it was measured here."""

    status: Readiness
    halted: dict[str, str]
    relay: RelayStatus
    faults: list[HealthFault]
    waiting: WaitingWork | None = None


@health_router.get(
    "/readyz", summary="Check that the service can work", responses={503: {"description": "PostgreSQL does not answer"}}
)
async def ready(request: Request) -> Ready:
    """PostgreSQL answers. NATS may be away: the log is the outbox, and work goes on; `faults` tells that events wait.
    What hurts is at most a second old."""
    reader: StatusReader = request.app.state.status
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            status: ServiceStatus = await asyncio.to_thread(reader.recent)
    except (TimeoutError, *DATABASE_ERRORS) as error:
        log.warning("not ready: %r", error)
        raise ProblemError(
            503, "not-ready", "Service momentanément indisponible", "Les données ne répondent pas."
        ) from error
    return Ready(
        status=Readiness.DEGRADED if status.faults else Readiness.OK,
        halted=status.halted,
        relay=status.relay,
        faults=list(status.faults),
        waiting=_waiting_work(status),
    )


def _waiting_work(status: ServiceStatus) -> WaitingWork:
    lag = status.worst(measures.LAG)
    return WaitingWork(
        outbox_seconds=round(status.worst(measures.OUTBOX_AGE) or 0),
        lag_seconds=None if lag is None else round(lag),
        projection_seconds=round(status.worst(measures.PROJECTION_LAG) or 0),
        deadline_seconds=round(status.worst(measures.DEADLINE_AGE) or 0),
        late_deadlines=status.total(measures.DEADLINES_LATE),
        failing_deadlines=status.total(measures.DEADLINES_FAILING),
        parked_cases=status.total(measures.PARKED_CASES),
        parked_events=status.total(measures.PARKED_EVENTS),
    )
