"""The HTTP server: uvicorn with a bound on connections and on the time that headers take."""

from __future__ import annotations

import uvicorn
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from shared.settings import ServerSettings
from shared.web.http.header_timeout import HeaderTimeout

MAX_CONNECTIONS = 1000
"""That one process accepts at once; a client beyond gets 503."""


def build_server(web: ASGIApp, settings: ServerSettings, *, shutdown_seconds: int = 10) -> uvicorn.Server:
    """`shutdown_seconds`: the time that running requests get when the server stops.

    Raises OSError when the certificate or the key cannot be read."""
    proxies = [str(proxy) for proxy in settings.proxies]
    guard = HeaderTimeout(ProxyHeadersMiddleware(web, trusted_hosts=proxies) if proxies else web)  # type: ignore[arg-type]
    config = uvicorn.Config(
        guard,
        host=settings.host,
        port=settings.port,
        http="h11",
        limit_concurrency=MAX_CONNECTIONS,
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
    return uvicorn.Server(config)
