"""Health checks: `/livez` for the process, `/readyz` for what it depends on."""

from __future__ import annotations

import asyncio
import logging

from fastapi import APIRouter, Request
from pydantic import BaseModel

from shared.eventlog import DATABASE_ERRORS
from shared.health import HealthFault, ServiceStatus, StatusReader
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


class Ready(BaseModel):
    """`status`: `degraded` when something hurts, of which `faults` says what, and what to do; requests are answered all
    the same. `halted`: the services whose events are not read until an operator acts, and why. `relay`: whether this
    service's own events reach the others, and why not."""

    status: Readiness
    halted: dict[str, str]
    relay: RelayStatus
    faults: list[HealthFault]


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
    )
