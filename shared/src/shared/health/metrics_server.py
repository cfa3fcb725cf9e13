"""The private HTTP server of a process: `/metrics` for Prometheus, `/status` as JSON for a terminal.

On a port of its own: an answer names no case and no person, but what the public address must not tell (load, lag, what
is down). It runs in threads of its own, and so answers when the event loop does not."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from socket import create_connection
from socketserver import ThreadingMixIn
from threading import BoundedSemaphore, Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

from shared.eventlog import DATABASE_ERRORS
from shared.health.collector import StatusCollector
from shared.health.status import ServiceStatus

log = logging.getLogger(__name__)
StartResponse = Callable[..., Any]
REQUEST_SECONDS = 10
MAX_ANSWERS = 4
"""At once. Who scrapes more often than the answer takes would have each one slow down the next, and the service too."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    timeout = REQUEST_SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """A scrape every few seconds is no news."""


class MetricsServer:
    """Serves from its construction on. Raises OSError when it cannot listen there."""

    def __init__(self, host: str, port: int, service: str, find_status: Callable[[], ServiceStatus]) -> None:
        registry = CollectorRegistry()
        registry.register(StatusCollector(service, find_status))
        self._metrics, self._find_status = make_wsgi_app(registry), find_status
        self._places = BoundedSemaphore(MAX_ANSWERS)
        self._server = make_server(host, port, self._answer, server_class=_Server, handler_class=_Handler)
        self.port: int = self._server.server_port
        self._closing = False
        self._thread = Thread(target=self._serve, name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing = True
        create_connection(self._server.socket.getsockname()[:2], REQUEST_SECONDS).close()
        self._thread.join()
        self._server.server_close()

    def _serve(self) -> None:
        """Waits for a request without looking at the time: `serve_forever` wakes twice a second."""
        while not self._closing:
            self._server.handle_request()

    def _answer(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not self._places.acquire(blocking=False):
            return _json(start_response, "503 Service Unavailable", {"error": "asked too often: scrape less often"})
        try:
            return self._route(environ, start_response)
        finally:
            self._places.release()

    def _route(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                answer: Iterable[bytes] = self._metrics(environ, start_response)
                return answer
            case "/status":
                return _json(start_response, *self._status())
            case _:
                return _json(start_response, "404 Not Found", {"error": "GET /metrics or /status"})

    def _status(self) -> tuple[str, dict[str, Any]]:
        try:
            return "200 OK", status_document(self._find_status())
        except DATABASE_ERRORS as error:
            log.warning("the status cannot be read: %s", type(error).__name__)
            return "503 Service Unavailable", {"error": "the database does not answer"}


def status_document(status: ServiceStatus) -> dict[str, Any]:
    """As JSON; a terminal shows it."""
    return {
        "service": status.service,
        "at": status.at.isoformat(),
        "faults": [fault.model_dump() for fault in status.faults],
        "measures": [
            {
                "name": each.gauge.name,
                "labels": dict(zip(each.gauge.labels, each.labels, strict=True)),
                "value": each.value,
            }
            for each in status.measures
        ],
    }


def _json(start_response: StartResponse, status: str, document: dict[str, Any]) -> list[bytes]:
    start_response(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [json.dumps(document).encode()]
