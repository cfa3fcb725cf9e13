"""The short way of a request to its planned route: without the layers that FastAPI has around each of its routes.

It is the innermost middleware of a service: what holds for every request has been seen to by those around it."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.http.planned_route import PlannedRoute
from shared.web.http.request_body import BoundedRequest
from shared.web.http.route_index import FAILED, RouteIndex


class PlannedRequestsMiddleware:
    """ASGI middleware. `index`: of the service's routes. FastAPI answers what has no plan or waits, and turns every
    error into its response, by its own handlers."""

    def __init__(self, app: ASGIApp, index: RouteIndex) -> None:
        self._app, self._index = app, index

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._index.find(scope)
        route = found["route"] if found else None
        if found is None or not isinstance(route, PlannedRoute) or route.plan is None:
            await self._app(scope, receive, send)
            return
        scope.update(found)
        request = BoundedRequest(scope, receive)
        if not route.plan.waits(request):
            try:
                response = await route.answer(request)
            except Exception as error:
                scope[FAILED] = error
            else:
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)
