"""What is counted of each HTTP request: its route, status and time."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry.instruments import HTTP_SECONDS

UNKNOWN_ROUTE = "(none)"
"""Of requests that no route answered: their path may be anything."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestTelemetryMiddleware:
    """ASGI middleware, the outermost."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin, status = time.perf_counter(), 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            HTTP_SECONDS.labels(_method(scope), route_of(scope), status).observe(time.perf_counter() - begin)


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "_OTHER"


def route_of(scope: Scope) -> str:
    """The template of the route that answered, in which ids are parameters."""
    return getattr(scope.get("route"), "path", UNKNOWN_ROUTE)
