"""A service served in this process, with its real log and a token for whoever asks."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from pydantic import SecretBytes, SecretStr

from embedded.issuer import AUDIENCE, ISSUER, Issuer
from embedded.nats import Nats
from shared.service import Part, Service
from shared.settings import Settings


class Client:
    """Calls as somebody: `adviser.post("/api/v1/requests", {...})`."""

    def __init__(self, http: TestClient, token: str | None) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **parameters: Any) -> Any:
        return self._http.get(path, params=parameters, headers=self._headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._http.post(path, json=body, headers=self._headers | spelled)

    def post_raw(self, path: str, content: bytes) -> Any:
        return self._http.post(path, content=content, headers=self._headers | {"Content-Type": "application/json"})


class Served:
    def __init__(self, http: TestClient, issuer: Issuer) -> None:
        self.http, self.issuer = http, issuer

    def by(
        self, role: str, *, subject: str | None = None, unit: str | None = "dla-44", case: str | None = None
    ) -> Client:
        return Client(self.http, self.issuer.mint(role, subject=subject or f"some-{role}", unit=unit, case=case))

    def anonymous(self) -> Client:
        return Client(self.http, None)


@contextmanager
def served(
    service: Service, database: Callable[..., str], nats: Nats, folder: Path, part: Part = Part.API
) -> Iterator[Served]:
    """Role `api` answers HTTP only; with `all` the relay and the subscriptions run too."""
    issuer = Issuer(folder)
    issuer.publish()
    settings = Settings(
        database_url=SecretStr(database(service.name)),
        nats_url=nats.url,
        nats_token=SecretStr(nats.token),
        sealing_key=SecretBytes(secrets.token_bytes(32)),
        jwks=str(folder / "jwks.json"),
        issuer=ISSUER,
        audience=AUDIENCE,
        service_token=SecretStr(issuer.mint("service", subject=f"service:{service.name}")),
        dev_clock=folder / "clock",
    )
    app = service.application(settings)
    app.create_tables()
    app.close()
    with TestClient(service.web(settings, part), raise_server_exceptions=False) as http:
        yield Served(http, issuer)
