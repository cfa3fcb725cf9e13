"""How is an application served? To nobody who sends too slowly, and to no more at once than it bears."""

from __future__ import annotations

import uvicorn
from starlette.types import ASGIApp

from shared.settings import ServerSettings
from shared.web.http.header_timeout import HeaderTimeoutProtocol

CONNECTIONS = 1000
"""That one process holds at once; who comes then is asked to come again."""


def build_server(web: ASGIApp, deployed: ServerSettings, *, stops_within: int = 10) -> uvicorn.Server:
    """`stops_within`: seconds that what is being answered is left when it is told to stop."""
    return uvicorn.Server(
        uvicorn.Config(
            web,
            host=deployed.host,
            port=deployed.port,
            http=HeaderTimeoutProtocol,
            limit_concurrency=CONNECTIONS,
            ssl_certfile=deployed.tls_certificate,
            ssl_keyfile=deployed.tls_key,
            proxy_headers=bool(deployed.proxies),
            forwarded_allow_ips=[str(proxy) for proxy in deployed.proxies],
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=stops_within,
        )
    )
