"""What do the services answer? Asked with the reader's own token, never with a right of ours."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from shared.kernel import SERVICE_LABELS

PATIENCE = httpx.Timeout(10, connect=3)
LARGEST = 32 * 1024 * 1024


@dataclass(eq=False)
class Trouble(Exception):
    """A service refused, or did not answer (status 503): what it said, for a person. Where several are asked it stands
    in the place of an answer, so that a page shows the rest."""

    service: str
    status: int
    slug: str
    title: str
    detail: str

    @property
    def who(self) -> str:
        return SERVICE_LABELS[self.service]

    @property
    def down(self) -> bool:
        return self.status >= 500 and self.slug != "not-signed-yet"

    @property
    def passing(self) -> bool:
        """Whether it is worth asking again: out, not signed yet, or asked too often."""
        return self.status >= 500 or self.status == 429


@dataclass(frozen=True, slots=True)
class Reader:
    """In whose name a service is asked: the token, the right used, and why this dossier is read. `correlation`: one for
    all that is read for a page, so that who reads the log of consultations sees one reading."""

    token: str | None
    right: str | None = None
    motive: str | None = None
    correlation: str | None = None

    def headers(self) -> dict[str, str]:
        told = {
            "Authorization": f"Bearer {self.token}" if self.token else None,
            "DLA-Right": self.right,
            "DLA-Motive": quote(self.motive, safe="") if self.motive else None,
            "DLA-Correlation": self.correlation,
        }
        return {name: value for name, value in told.items() if value}


class Services:
    """`transports`: by service, another way than the network, for tests."""

    def __init__(
        self,
        addresses: Mapping[str, Any],
        transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
        trusted: ssl.SSLContext | bool = True,
    ) -> None:
        self._clients = {
            name: httpx.AsyncClient(
                base_url=str(addresses[name]),
                timeout=PATIENCE,
                trust_env=False,
                verify=trusted,
                transport=(transports or {}).get(name),
            )
            for name in SERVICE_LABELS
        }

    async def close(self) -> None:
        await asyncio.gather(*(client.aclose() for client in self._clients.values()))

    async def json(self, reader: Reader, service: str, path: str, /, **parameters: Any) -> Any:
        """Raises Trouble."""
        answer = await self.answer(reader, service, path, **parameters)
        try:
            return answer.json()
        except ValueError as error:
            raise _unreadable(service) from error

    async def text(self, reader: Reader, service: str, path: str, /, **parameters: Any) -> str:
        """Raises Trouble."""
        return (await self.answer(reader, service, path, **parameters)).text

    async def answer(self, reader: Reader, service: str, path: str, /, **parameters: Any) -> httpx.Response:
        """Raises Trouble."""
        given = {name: value for name, value in parameters.items() if value not in (None, "", [])}
        try:
            answer = await self._clients[service].get(path, params=given, headers=reader.headers())
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _silent(service) from error
        if answer.is_success:
            if len(answer.content) > LARGEST:
                raise _unreadable(service)
            return answer
        raise _told(service, answer)


async def attempt(asking: Any) -> Any:
    """The answer, or the Trouble in its place; what the reader must say or do first ends the page all the same."""
    try:
        return await asking
    except Trouble as trouble:
        if trouble.status == 401 or trouble.slug in ("choose-a-right", "motive-needed"):
            raise
        return trouble


def _told(service: str, answer: httpx.Response) -> Trouble:
    try:
        told = answer.json()
        slug = str(told["type"]).rpartition("/")[2]
        return Trouble(service, answer.status_code, slug=slug, title=str(told["title"]), detail=str(told["detail"]))
    except (ValueError, KeyError, TypeError):
        return _unreadable(service)


def _silent(service: str) -> Trouble:
    return Trouble(
        service,
        503,
        slug="silent",
        title="Service momentanément indisponible",
        detail=f"Le service «\u202f{SERVICE_LABELS[service]}\u202f» ne répond pas. Rien n’est perdu\u00a0:"
        " réessayez dans un instant.",
    )


def _unreadable(service: str) -> Trouble:
    return Trouble(
        service,
        502,
        slug="unreadable",
        title="Réponse illisible",
        detail=f"Le service «\u202f{SERVICE_LABELS[service]}\u202f» a répondu d’une manière que cette page ne"
        " comprend pas.",
    )
