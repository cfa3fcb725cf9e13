"""A deployment of the demonstration: its PostgreSQL, its NATS and the services that it needs, as processes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import httpx
import psycopg

from embedded.environment import database_name, service_environment
from embedded.identity.issuer import Issuer
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from embedded.processes.process import Process
from shared.kernel import PHASE_SERVICES

START_SECONDS = 120.0
POLL_SECONDS = 0.1


class NotYet(Exception):
    """What was waited for did not come; the message says what."""


def wait_until(done: Callable[[], object], what: str, seconds: float) -> float:
    """The seconds that it took. Raises NotYet."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > seconds:
            raise NotYet(f"not within {seconds:.0f} seconds: {what}")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began


class DemoDeployment:
    """`with DemoDeployment(…) as region:` — started, and stopped at the end. `ports`: of its services by name, and of
    `postgres`. `feeds`: addresses of the services that it calls. `settings`: more of them."""

    def __init__(
        self,
        folder: Path,
        nats: Nats,
        services: Sequence[str],
        *,
        issuer: Issuer,
        ports: Mapping[str, int],
        feeds: Mapping[str, str],
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder, self.nats, self.services = folder, nats, tuple(services)
        self.postgres = Postgres(folder, ports["postgres"], services=len(services))
        self._issuer, self._ports, self._feeds, self._settings = issuer, ports, feeds, dict(settings or {})
        self._processes: list[Process] = []
        self._connections: dict[str, psycopg.Connection[tuple[Any, ...]]] = {}

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    @property
    def phases(self) -> tuple[str, ...]:
        """The services whose events a hub copies."""
        return tuple(each for each in self.services if each in PHASE_SERVICES)

    def address(self, service: str) -> str:
        return f"http://127.0.0.1:{self._ports[service]}"

    def query(self, service: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read in the database of a service, as who owns it."""
        if service not in self._connections:
            self._connections[service] = psycopg.connect(self.postgres.url(database_name(service)), autocommit=True)
        return self._connections[service].execute(statement, values).fetchall()

    def checkpoint(self) -> None:
        """Everything that PostgreSQL holds in memory is written to its files."""
        with psycopg.connect(self.postgres.superuser_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def _start(self) -> None:
        for server in (self.nats, self.postgres):
            server.start()
        for server in (self.nats, self.postgres):
            server.wait_until_ready()
        environments = {service: self._environment(service) for service in self.services}
        migrations = [self._migrate(service, environments[service]) for service in self.services]
        for migration in migrations:
            migration.wait_until_done(START_SECONDS)
        for service in self.services:
            process = Process(service, self.folder, port=self._ports[service])
            self._processes.append(process)
            process.start([sys.executable, "-m", f"{service}.main", "serve"], environments[service])
        for process in self._processes:
            process.wait_until(partial(self._is_ready, process.name), START_SECONDS)

    def _environment(self, service: str) -> dict[str, str]:
        self.postgres.ensure_database(database_name(service))
        return (
            service_environment(
                service,
                folder=self.folder,
                database_url=self.postgres.ensure_serving_role(database_name(service)),
                nats=self.nats,
                issuer=self._issuer,
                port=self._ports[service],
                feeds=self._feeds,
            )
            | self._settings
        )

    def _migrate(self, service: str, environment: Mapping[str, str]) -> Process:
        owner = {
            "DLA_NATS_DEPLOYER_SEED": self.nats.deployer_seed,
            "DLA_DATABASE_OWNER_URL": self.postgres.url(database_name(service)),
        }
        migration = Process(f"{service}-migrate", self.folder)
        migration.start([sys.executable, "-m", f"{service}.main", "migrate"], {**environment, **owner})
        return migration

    def _is_ready(self, service: str) -> bool:
        try:
            return httpx.get(f"{self.address(service)}/livez", trust_env=False, timeout=2).is_success
        except httpx.TransportError:
            return False

    def _stop(self) -> None:
        for connection in self._connections.values():
            connection.close()
        for process in self._processes:
            process.ask_to_stop()
        for process in self._processes:
            process.stop()
        self.nats.stop()
        self.postgres.stop()
