"""A service served in this process, with its real log and a token for whoever asks."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, Protocol
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretBytes, SecretStr
from tests.support.checks.answer_shapes import check_answer
from tests.support.samples.sample_services import eventually
from tests.support.servers.in_process_client import InProcessClient
from tests.support.servers.lent_databases import LentDatabases

from embedded.identity.issuer import AUDIENCE, ISSUER, Issuer
from embedded.processes import ports
from embedded.processes.nats import Nats
from shared.eventlog import ServiceApplication
from shared.runtime import Service
from shared.runtime.process_role import ProcessRole
from shared.settings import Mode, RightsSource, Settings
from shared.settings.types import role_of
from shared.web.identity import pseudonym
from shared.web.limits import build_server

REASON = "Contrôle de l’échantillon annuel."
"""Without one, who must give one reads no dossier."""
IDENTITY_KEY = b"the same for all the services..."
TRANSIT_KEY = b"known to all services but audit."


class Client:
    """Calls as somebody: `adviser.post("/api/v1/requests", {...})`."""

    def __init__(self, http: httpx.Client, token: str | None, reason: str | None = None) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        if reason:
            self._headers["DLA-Reason"] = quote(reason, safe="")

    def because(self, reason: str | None) -> Client:
        """The same person, who says why they read; null: does not."""
        other = Client(self._http, None, reason)
        headers = {name: value for name, value in self._headers.items() if name != "DLA-Reason"}
        other._headers = headers | other._headers
        return other

    def under(self, right: str) -> Client:
        """The same person, who says which of several rights they use."""
        other = Client(self._http, None)
        other._headers = self._headers | {"DLA-Right": right}
        return other

    def sending(self, **headers: str) -> Client:
        """The same person, with further headers."""
        other = Client(self._http, None)
        other._headers = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return other

    def get(self, path: str, **parameters: Any) -> Any:
        return self._http.get(path, params=parameters or None, headers=self._headers)

    def get_if_none_match(self, etag: str, path: str) -> Any:
        return self._http.get(path, headers=self._headers | {"If-None-Match": etag})

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._http.post(path, json=body, headers=self._headers | spelled)

    def delete(self, path: str, body: Any) -> Any:
        return self._http.request("DELETE", path, json=body, headers=self._headers)

    def post_raw(self, path: str, content: bytes) -> Any:
        return self._http.post(path, content=content, headers=self._headers | {"Content-Type": "application/json"})

    def upload(self, path: str, content: bytes, disposition: str, **headers: str) -> Any:
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        named = {"Content-Disposition": disposition, "Content-Type": "application/octet-stream"}
        return self._http.post(path, content=content, headers=self._headers | named | spelled)


class Served:
    def __init__(self, http: httpx.Client, issuer: Issuer, web: FastAPI, settings: Settings) -> None:
        self.http, self.issuer, self.web, self.settings = http, issuer, web, settings

    def speak_to(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Commands typed from now on speak to this service's log."""
        for name, value in environment_of(self.settings).items():
            monkeypatch.setenv(name, value)

    @property
    def application(self) -> ServiceApplication:
        application: ServiceApplication = self.web.state.application
        return application

    def everything(self) -> dict[str, list[str]]:
        """Each row of each table."""
        recorder = self.application.recorder
        tables = recorder.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        rows = {
            table["tablename"]: recorder.fetch(f"SELECT t::text AS row FROM {table['tablename']} t") for table in tables
        }
        assert any(len(found) > 0 for table, found in rows.items() if "events" in table)
        return {table: sorted(row["row"] for row in found) for table, found in rows.items()}

    def by(
        self,
        role: str,
        *,
        subject: str | None = None,
        unit: str | None = "dla-44",
        units: Sequence[str] = (),
        case: str | None = None,
    ) -> Client:
        token = self.issuer.mint(role, subject=subject or f"some-{role}", unit=unit, units=units, case=case)
        return Client(self.http, token, REASON if role in ("auditor", "dpo") else None)

    @staticmethod
    def id_of(subject: str) -> str:
        """Under which the histories name somebody."""
        return pseudonym(IDENTITY_KEY, ISSUER, subject)

    def anonymous(self) -> Client:
        return Client(self.http, None)


@contextmanager
def served(
    service: Service,
    database: Callable[..., str],
    nats: Nats,
    folder: Path,
    part: ProcessRole = ProcessRole.API,
    **deployed: Any,
) -> Iterator[Served]:
    """Role `api` answers HTTP only; with `all` the relay and the subscriptions run too. `deployed`: other settings."""
    settings, issuer = ready(service, database, nats, folder, **deployed)
    web = service.web(settings, part)
    with InProcessClient(web, raise_server_exceptions=False) as http:
        http.event_hooks["response"] = [partial(_compare_with_openapi, web.title)]
        eventually(lambda: hasattr(web.state, "application"))  # it serves before its database can be reached
        yield Served(http, issuer, web, settings)


def _compare_with_openapi(title: str, answer: httpx.Response) -> None:
    answer.read()
    check_answer(title, answer)


class Serve(Protocol):
    """The same for as long as a test lasts, as its fixture `serve`."""

    def __call__(self, service: Service, part: ProcessRole = ProcessRole.API, **deployed: Any) -> Served: ...


@contextmanager
def listening(
    service: Service,
    database: Callable[..., str],
    nats: Nats,
    folder: Path,
    part: ProcessRole = ProcessRole.API,
    **deployed: Any,
) -> Iterator[Served]:
    """The same over a real socket."""
    port = ports.choose_ports({"api": None})["api"]
    settings, issuer = ready(service, database, nats, folder, port=port, **deployed)
    web = service.web(settings, part)
    server = build_server(web, settings)
    thread = Thread(target=server.run, name=service.name)
    thread.start()
    try:
        eventually(lambda: server.started)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            yield Served(http, issuer, web, settings)
    finally:
        server.should_exit = True
        thread.join()


def environment_of(settings: Settings) -> dict[str, str]:
    """What tells a program the same."""
    environment = {
        "MODE": "development",
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "NATS_URL": settings.nats_url,
        "NATS_SEED": settings.nats_seed.get_secret_value(),
        "SEALING_KEY": b64encode(settings.sealing_key.get_secret_value()).decode(),
        "IDENTITY_KEY": b64encode(IDENTITY_KEY).decode(),
        "JWKS": settings.jwks,
        "ISSUER": settings.issuer,
        "SERVICE_TOKEN": "none",
    }
    return {f"DLA_{name}": value for name, value in environment.items()}


def ready(
    service: Service,
    database: Callable[..., str],
    nats: Nats,
    folder: Path,
    *,
    owner_url: SecretStr | None = None,
    **deployed: Any,
) -> tuple[Settings, Issuer]:
    """Settings of a service whose tables are made, and whoever signs tokens for it. `owner_url`: of the role that
    makes the tables, where the one that serves is another."""
    issuer = Issuer(folder)
    issuer.publish()
    lent = database if isinstance(database, LentDatabases) else None
    usual = {
        "mode": Mode.DEVELOPMENT,
        "rights_from": RightsSource.TOKEN,
        "database_url": SecretStr(lent.with_tables(service.name) if lent else database(service.name)),
        "nats_url": nats.url,
        "nats_seed": SecretStr(nats.seed(service.name)),
        "sealing_key": SecretBytes(secrets.token_bytes(32)),
        "identity_key": SecretBytes(IDENTITY_KEY),
        "transit_keys": () if service.name == "audit" else (SecretBytes(TRANSIT_KEY),),
        "jwks": str(folder / "jwks.json"),
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "service_token": SecretStr(issuer.mint("service", subject=f"service:{service.name}")),
        "dev_clock": folder / "clock",
        "rate_person": "1000000/minute",
        "rate_address": "1000000/minute",
        "rate_failures": "1000000/minute",
    }
    settings = Settings(**(usual | deployed))  # type: ignore[arg-type]
    app = service.application(settings, owner_url)
    app.create_tables(role_of(settings.database_url.get_secret_value()) if owner_url else None)
    app.close()
    if lent and settings.database_url == usual["database_url"]:
        lent.remember_tables(service.name, settings.database_url.get_secret_value())
    return settings, issuer
