"""The services of the phases, as audit calls them: where they are, whom it trusts, and with whose headers.

One pool of connections serves the whole life of the process: a connection, and the TLS context of a client, cost more
than most answers."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

import httpx
from fastapi import Request

R = TypeVar("R")
MAX_THREADS = 40
"""For each service, as many as audit answers requests at once. One that never ends its answer takes no other's."""
IDLE_CONNECTIONS = 100
_creating = Lock()


class PhaseServices:
    """The services of the phases by name, at their addresses. `trusted`: the TLS verification."""

    def __init__(self, addresses: Mapping[str, str], trusted: ssl.SSLContext | bool = True) -> None:
        self._addresses = addresses
        self._threads = {name: ThreadPoolExecutor(MAX_THREADS, f"calls-{name}") for name in addresses}
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

    def submit(self, name: str, call: Callable[..., R], *arguments: Any) -> Future[R] | None:
        """Calls a service beside others. Null for one without an address."""
        threads = self._threads.get(name)
        return threads.submit(call, *arguments) if threads else None

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
