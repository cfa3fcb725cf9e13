"""The routes of a service's API. FastAPI works out each of them (dependencies, validators) for the application that
includes its router: a second of computing, which nobody should wait for, nor pay for twice."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from shared.web.http import operation_id, reject_unknown_parameters
from shared.web.standard import feed_router, me_router
from shared.web.standard.access_log import router as access_log_router

if TYPE_CHECKING:
    from shared.runtime.service import Service

EVERYWHERE = [Depends(reject_unknown_parameters)]
"""What FastAPI does before each operation."""


@cache
def api_routes(service: Service) -> list[BaseRoute]:
    """Shared by all applications that a process makes of this service."""
    template = FastAPI(openapi_url=None, generate_unique_id_function=operation_id, dependencies=EVERYWHERE)
    feed = feed_router(service.to_integration_event, service.publishes)
    for router in (*service.routers, me_router, access_log_router, feed):
        template.include_router(router)
    return list(template.router.routes)


def work_out_routes(web: FastAPI) -> None:
    """Now rather than at the first request; a second time it costs nothing."""
    for _ in iter_route_contexts(web.routes):
        pass
