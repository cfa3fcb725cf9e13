"""The HTTP server: uvicorn with bounds on its connections, and on the time that headers and reading an answer take."""

from __future__ import annotations

import resource
import sys

import uvicorn
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from shared.settings import ServerSettings
from shared.web.limits.connections import ConnectionGuard, ConnectionTable

BACKLOG = 256
"""Connections that the system accepts ahead. asyncio takes as many at a time before it looks at any of them."""
OPEN_FILES = 8192
SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter while others wait, five milliseconds unless it is set. The event loop
takes it some twenty times for one answer, and waits each time while other threads count or decrypt."""


def build_server(web: ASGIApp, settings: ServerSettings, *, shutdown_seconds: int = 10) -> uvicorn.Server:
    """`shutdown_seconds`: the time that running requests get when the server stops.

    Raises OSError when the certificate or the key cannot be read."""
    proxies = [str(proxy) for proxy in settings.proxies]
    table = ConnectionTable(settings.connections_per_address, settings.proxies)
    guard = ConnectionGuard(
        ProxyHeadersMiddleware(web, trusted_hosts=proxies) if proxies else web,  # type: ignore[arg-type]
        table,
    )
    config = uvicorn.Config(
        guard,
        host=settings.host,
        port=settings.port,
        http="h11",
        backlog=BACKLOG,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        proxy_headers=False,  # read inside of the guard, which needs the connection's own address
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=shutdown_seconds,
    )
    config.load()
    config.http_protocol_class = guard.protocol(config.http_protocol_class)  # type: ignore[assignment]
    _allow_open_files()
    sys.setswitchinterval(SWITCH_SECONDS)
    return uvicorn.Server(config)


def _allow_open_files() -> None:
    """Many systems begin with 1,024, of which connections alone may take 1,000."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
