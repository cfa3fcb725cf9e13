"""Is the process alive, and can it work?"""

from __future__ import annotations

import asyncio
import logging

import psycopg
from eventsourcing.persistence import PersistenceError
from fastapi import APIRouter

from shared.web.asked import Asked
from shared.web.problems import ProblemError

log = logging.getLogger(__name__)
health_router = APIRouter(tags=["health"])


@health_router.get("/livez")
async def alive() -> dict[str, str]:
    """The process answers, however busy its threads are; nothing else is asked."""
    return {"status": "ok"}


@health_router.get("/readyz", responses={503: {"description": "PostgreSQL does not answer"}})
async def ready(asked: Asked) -> dict[str, str]:
    """PostgreSQL answers. NATS is not asked: without it the log is the outbox, and work goes on."""
    try:
        async with asyncio.timeout(2):
            await asyncio.to_thread(asked.recorder.identity)
    except (TimeoutError, PersistenceError, psycopg.Error) as error:
        log.warning("not ready: %r", error)
        raise ProblemError(
            503, "not-ready", "Service momentanément indisponible", "Les données ne répondent pas."
        ) from error
    return {"status": "ok"}
