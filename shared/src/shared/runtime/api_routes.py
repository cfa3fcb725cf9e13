"""The routes of a service's API, shared by all applications that a process makes of it: FastAPI works out each of them
(dependencies, validators) once, when it is declared."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from shared.web.http import ServiceRouter
from shared.web.standard import feed_router, me_router
from shared.web.standard.access_log import router as access_log_router

if TYPE_CHECKING:
    from shared.runtime.service import Service


@cache
def api_routes(service: Service) -> list[BaseRoute]:
    """Raises TypeError for a router of another class, which does not declare what holds before each operation."""
    feed = feed_router(service.to_integration_event, service.publishes)
    routers = (*service.routers, me_router, access_log_router, feed)
    if others := [router for router in routers if not isinstance(router, ServiceRouter)]:
        raise TypeError(f"{service.name}: the operations of a service are declared on a ServiceRouter, not {others}")
    return [route for router in routers for route in router.routes]
