"""What is noted of each HTTP request: an id, its route, status and time, a line of the log, and a span when traced."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import get_contextvars

from shared.telemetry.instruments import HTTP_SECONDS
from shared.telemetry.logs import bound_to_logs
from shared.telemetry.tracing import TRACEPARENT, current_traceparent, span

log = logging.getLogger("dla.requests")
REQUEST_ID_HEADER, CORRELATION_HEADER = "X-Request-Id", "DLA-Correlation"
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNKNOWN_ROUTE = "(none)"
"""Of requests that no route answered: their path may be anything."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET_ROUTES = frozenset({"/livez", "/readyz"})
"""Asked every few seconds: logged only when they fail."""


class RequestTelemetryMiddleware:
    """ASGI middleware, the outermost. Each answer has the id of its request in `X-Request-Id`: the caller's own,
    where it is one, else a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin, status, headers = time.perf_counter(), 500, Headers(scope=scope)
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        bound = bound_ids(headers)
        request_id = bound["request_id"].encode()

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id)]
            await send(message)

        with (
            bound_to_logs(**bound),
            span(f"HTTP {method}", SpanKind.SERVER, parent=headers.get(TRACEPARENT)) as current,
        ):
            try:
                await self._app(scope, receive, note_status)
            finally:
                seconds, route = time.perf_counter() - begin, route_of(scope)
                HTTP_SECONDS.labels(method, route, status).observe(seconds)
                current.update_name(f"{method} {route}")
                current.set_attributes(
                    {"http.request.method": method, "http.route": route, "http.response.status_code": status}
                )
                if route not in QUIET_ROUTES or status >= 500:
                    fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
                    log.info("request", extra=fields)


def bound_ids(headers: Mapping[str, str]) -> dict[str, str]:
    """What every line of the log about a request holds. No address and no path: they may name a person or a case."""
    given = headers.get(REQUEST_ID_HEADER, "")
    ids = {"request_id": given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)}
    with suppress(ValueError):
        ids["correlation"] = str(UUID(headers.get(CORRELATION_HEADER, "")))
    return ids


def onward_headers() -> dict[str, str]:
    """For a call to another service on behalf of this request: its id and its trace."""
    found = {REQUEST_ID_HEADER: get_contextvars().get("request_id"), TRACEPARENT: current_traceparent()}
    return {name: value for name, value in found.items() if value}


def route_of(scope: Scope) -> str:
    """The template of the route that answered, in which ids are parameters."""
    return getattr(scope.get("route"), "path", UNKNOWN_ROUTE)
