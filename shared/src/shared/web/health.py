"""Is the process alive, and can it work?"""

from __future__ import annotations

import logging

from fastapi import APIRouter, Response

from shared.web.endpoints import Asked

log = logging.getLogger(__name__)
health_router = APIRouter(tags=["health"])


@health_router.get("/livez")
def alive() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


@health_router.get("/readyz", responses={503: {"description": "PostgreSQL does not answer"}})
def ready(asked: Asked, response: Response) -> dict[str, str]:
    """PostgreSQL answers. NATS is not asked: without it the log is the outbox, and work goes on."""
    try:
        asked.recorder.identity()
    except Exception as error:  # noqa: BLE001, RUF100
        log.warning("not ready: %r", error)
        response.status_code = 503
        return {"status": "unavailable"}
    return {"status": "ok"}
