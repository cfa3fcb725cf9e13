"""Health checks: `/livez` for the process, `/readyz` for what it depends on."""

from __future__ import annotations

import asyncio
import logging
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from shared.eventlog import DATABASE_ERRORS, ServiceApplication
from shared.messaging import RelayStatus, find_relay_status, halted_publishers
from shared.web.http import ProblemError
from shared.web.requests import AppDep

log = logging.getLogger(__name__)
health_router = APIRouter(tags=["health"])


@health_router.get("/livez", summary="Check that the process is alive")
async def alive() -> dict[str, str]:
    """The process answers, however busy its threads are; nothing else is checked."""
    return {"status": "ok"}


class Ready(BaseModel):
    """`halted`: the services whose events are not read until an operator acts, and why. `relay`: whether this
    service's own events reach the others, and why not."""

    status: Literal["ok"] = "ok"
    halted: dict[str, str]
    relay: RelayStatus


@health_router.get(
    "/readyz", summary="Check that the service can work", responses={503: {"description": "PostgreSQL does not answer"}}
)
async def ready(app: AppDep) -> Ready:
    """PostgreSQL answers. NATS may be away: the log is the outbox, and work goes on; `relay` tells that events wait."""
    try:
        async with asyncio.timeout(2):
            return await asyncio.to_thread(_ready, app)
    except (TimeoutError, *DATABASE_ERRORS) as error:
        log.warning("not ready: %r", error)
        raise ProblemError(
            503, "not-ready", "Service momentanément indisponible", "Les données ne répondent pas."
        ) from error


def _ready(app: ServiceApplication) -> Ready:
    return Ready(halted=halted_publishers(app.recorder), relay=find_relay_status(app))
