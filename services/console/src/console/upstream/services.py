"""HTTP client of the services. Every call carries the reader's own token; the console has no right of its own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import httpx

from shared.kernel import SERVICE_LABELS
from shared.telemetry import onward_headers

TIMEOUT = httpx.Timeout(10, connect=3)
MAX_RESPONSE_BYTES = 32 * 1024 * 1024
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(eq=False)
class UpstreamError(Exception):
    """A service refused, or did not answer (status 503). `title` and `detail` are French sentences for a person;
    `problem`: the whole problem document, with `errors` by field or `current_version`.

    Where a page calls several services, the error takes the place of the result, so that the rest is shown."""

    service: str
    status: int
    slug: str
    title: str
    detail: str
    problem: Mapping[str, Any] = field(default_factory=dict)

    @property
    def service_label(self) -> str:
        return SERVICE_LABELS[self.service]

    @property
    def is_down(self) -> bool:
        return self.status >= 500 and self.slug != "not-signed-yet"

    @property
    def is_transient(self) -> bool:
        """Whether a retry makes sense: the service is down, has not signed yet, or limits the rate."""
        return self.status >= 500 or self.status == 429


@dataclass(frozen=True, slots=True)
class Reader:
    """In whose name a service is called: token, right in use, reason for reading the case. `correlation`: one id for
    all calls of a page, so that the access log shows one reading. `is_over`: whether the session has ended since."""

    token: str | None
    right: str | None = None
    reason: str | None = None
    correlation: str | None = None
    is_over: Callable[[], Awaitable[bool]] | None = None

    def headers(self) -> dict[str, str]:
        headers = {
            "Authorization": f"Bearer {self.token}" if self.token else None,
            "DLA-Right": self.right,
            "DLA-Reason": quote(self.reason, safe="") if self.reason else None,
            "DLA-Correlation": self.correlation,
        }
        return {name: value for name, value in headers.items() if value}


class Services:
    """HTTP clients by service. `addresses`: base URL by service name. `transports`: replace the network in tests."""

    def __init__(
        self,
        addresses: Mapping[str, Any],
        transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
        trusted: ssl.SSLContext | bool = True,
    ) -> None:
        self._clients = {
            name: httpx.AsyncClient(
                base_url=str(addresses[name]),
                timeout=TIMEOUT,
                trust_env=False,
                verify=trusted,
                transport=(transports or {}).get(name),
            )
            for name in SERVICE_LABELS
        }

    async def close(self) -> None:
        await asyncio.gather(*(client.aclose() for client in self._clients.values()))

    async def json(self, reader: Reader, service: str, path: str, /, **parameters: Any) -> Any:
        """The JSON body. Raises UpstreamError."""
        response = await self.get(reader, service, path, **parameters)
        try:
            return response.json()
        except ValueError as error:
            raise _unreadable(service) from error

    async def text(self, reader: Reader, service: str, path: str, /, **parameters: Any) -> str:
        """Raises UpstreamError."""
        return (await self.get(reader, service, path, **parameters)).text

    async def get(self, reader: Reader, service: str, path: str, /, **parameters: Any) -> httpx.Response:
        """Raises UpstreamError, with status 401 when the reader's session has ended, and EndedSessionsUnavailable."""
        query = {name: value for name, value in parameters.items() if value not in (None, "", [])}
        return await self._send(reader, service, "GET", path, params=query)

    async def post(self, reader: Reader, service: str, path: str, headers: Mapping[str, str], **sent: Any) -> Any:
        """The JSON body of a command's answer. `sent`: `json`, or `content` and `params`. Raises as `get` does."""
        response = await self._send(reader, service, "POST", path, headers, **sent)
        try:
            return response.json()
        except ValueError as error:
            raise _unreadable(service) from error

    async def delete(self, reader: Reader, service: str, path: str, /, *, json: Any) -> Any:
        """The JSON body of the answer. Raises as `get` does."""
        response = await self._send(reader, service, "DELETE", path, json=json)
        try:
            return response.json()
        except ValueError as error:
            raise _unreadable(service) from error

    async def _send(
        self,
        reader: Reader,
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str] = NO_HEADERS,
        **sent: Any,
    ) -> httpx.Response:
        if reader.is_over and await reader.is_over():
            raise _session_over(service)
        own = {**headers, **reader.headers(), **onward_headers()}
        try:
            response = await self._clients[service].request(method, path, headers=own, **sent)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _unavailable(service) from error
        if response.is_success:
            if len(response.content) > MAX_RESPONSE_BYTES:
                raise _unreadable(service)
            return response
        raise _parse_problem(service, response)


async def result_or_error(call: Any) -> Any:
    """The result of a call, or its UpstreamError; raised when the reader must act first: sign in, choose, say why."""
    try:
        return await call
    except UpstreamError as error:
        if error.status == 401 or error.slug in ("choose-a-right", "reason-needed"):
            raise
        return error


def _parse_problem(service: str, response: httpx.Response) -> UpstreamError:
    try:
        problem = response.json()
        slug = str(problem["type"]).rpartition("/")[2]
        return UpstreamError(
            service,
            response.status_code,
            slug=slug,
            title=str(problem["title"]),
            detail=str(problem["detail"]),
            problem=problem,
        )
    except (ValueError, KeyError, TypeError):
        return _unreadable(service)


def _session_over(service: str) -> UpstreamError:
    return UpstreamError(
        service,
        401,
        slug="session-over",
        title="Votre session est terminée",
        detail="Vous vous êtes déconnecté·e, ou votre session a pris fin\u00a0: reconnectez-vous.",
    )


def _unavailable(service: str) -> UpstreamError:
    return UpstreamError(
        service,
        503,
        slug="silent",
        title="Service momentanément indisponible",
        detail=f"Le service «\u202f{SERVICE_LABELS[service]}\u202f» ne répond pas. Rien n’est perdu\u00a0:"
        " réessayez dans un instant.",
    )


def _unreadable(service: str) -> UpstreamError:
    return UpstreamError(
        service,
        502,
        slug="unreadable",
        title="Réponse illisible",
        detail=f"Le service «\u202f{SERVICE_LABELS[service]}\u202f» a répondu d’une manière"
        " que cette page ne comprend pas.",
    )
