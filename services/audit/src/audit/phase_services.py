"""The services of the phases, as audit calls them: where they are, whom it trusts, and with whose headers.

One pool of connections serves the whole life of the process: a connection, and the TLS context of a client, cost more
than most answers."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import httpx
from fastapi import Request

MAX_THREADS = 200
"""As many requests as audit answers at once, each with a question to every service."""
IDLE_CONNECTIONS = 100
_creating = Lock()


class PhaseServices:
    """The services of the phases by name, at their addresses. `trusted`: the TLS verification. `threads`: in which
    several services are called at once; they begin when they are needed."""

    def __init__(self, addresses: Mapping[str, str], trusted: ssl.SSLContext | bool = True) -> None:
        self._addresses = addresses
        self.threads = ThreadPoolExecutor(MAX_THREADS, "phase-services")
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=IDLE_CONNECTIONS)
        self._client = httpx.Client(trust_env=False, verify=trusted, limits=limits)

    @staticmethod
    def of(request: Request) -> PhaseServices:
        """Those of this deployment, the same for each request."""
        state = request.app.state
        with _creating:
            if not hasattr(state, "phase_services"):
                state.phase_services = PhaseServices(state.addresses, state.trusted)
        services: PhaseServices = state.phase_services
        return services

    def url(self, name: str, path: str) -> str:
        """Raises ServiceUnknown."""
        if name not in self._addresses:
            raise ServiceUnknown(name)
        return f"{self._addresses[name].rstrip('/')}{path}"

    def get(
        self,
        name: str,
        path: str,
        reader: Mapping[str, str],
        params: Mapping[str, Any] | None = None,
        *,
        timeout_seconds: float,
    ) -> httpx.Response:
        """One service's answer to the `reader`'s own headers. Raises ServiceUnknown or httpx.HTTPError."""
        url = self.url(name, path)
        return self._client.get(url, params=params, headers=dict(reader), timeout=timeout_seconds)


class ServiceUnknown(LookupError):
    """The deployment gave audit no address of the service (DLA_FEEDS)."""
