"""The whole system on one machine: PostgreSQL, NATS and the services, started, watched and stopped together."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import NoReturn, Self

import httpx

from embedded.environment import console_environment, database_name, service_environment
from embedded.errors import AlreadyRunningError, EmbeddedError, NotWritableError, explain_write_errors
from embedded.identity.issuer import Issuer
from embedded.identity.provider import Provider
from embedded.identity.provider_page import Person
from embedded.private_files import private_folder, write_private
from embedded.processes import ports
from embedded.processes.interruption import delay_signals
from embedded.processes.nats import SERVICES, Nats
from embedded.processes.pid_lock import PidLock, PidLockHeldError, end_all_holders
from embedded.processes.postgres import Postgres
from embedded.processes.process import Process

CONSOLE = "console"
ALL_ROLES = MappingProxyType(dict.fromkeys(SERVICES, "all"))
MIGRATE_TIMEOUT_SECONDS = 600.0
READY_TIMEOUT_SECONDS = 60.0
WATCH_SECONDS = 0.5

Program = Callable[[str], Sequence[str]]
"""From a service's name, the command which its verbs `migrate` and `serve` are added to."""


def installed_service(service: str) -> Sequence[str]:
    return [sys.executable, "-m", service]


class Stack:
    """`with Stack(folder) as stack:` — inside the block all is ready; after it, however it ended, all is stopped."""

    postgres: Postgres
    nats: Nats
    issuer: Issuer
    console: str
    """Its address."""

    def __init__(
        self,
        folder: Path,
        *,
        program: Program = installed_service,
        people: Sequence[Person] = (),
        say: Callable[[str], None] = lambda _: None,
        roles: Mapping[str, str] = ALL_ROLES,
    ) -> None:
        """`people`: whom the development provider offers to sign in as. `roles`: by service, what it serves; without
        any, the databases are prepared and nothing serves."""
        self.folder = folder.absolute()
        self.addresses: dict[str, str] = {}
        self.metrics: dict[str, str] = {}
        """By service, where `/metrics` and `/status` are."""
        self._published_addresses = self.folder / "addresses.json"
        self._program = program
        self._people = people
        self._say = say
        self._roles = roles
        self.environments: dict[str, dict[str, str]] = {}
        """By service, the settings that it is started with; secrets are among them."""
        self._owner_urls: dict[str, str] = {}
        self._servers: list[Postgres | Nats] = []
        self._migrations: list[Process] = []
        self._services: list[Process] = []

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.enter_context(self._folder_claimed())
            undo.callback(self._stop)
            self._start(undo)
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()

    @property
    def pids(self) -> dict[str, int]:
        """Of the services that run, by name; those of the console and of the sign-in provider too."""
        return {each.name: each.pid for each in self._services if each.pid is not None}

    def run(self, service: str, *arguments: str) -> str:
        """What a command of a service prints, such as `check-rebuild`."""
        command = [*self._program(service), *arguments]
        environment = self.environments[service]
        finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
        if finished.returncode:
            raise EmbeddedError(f"{service} could not {arguments[0]}:\n{finished.stderr[-1500:]}")
        return finished.stdout

    def owner_environment(self, service: str) -> dict[str, str]:
        """The settings that `migrate` and `declare-restored` need besides those of the service."""
        return {
            "DLA_NATS_DEPLOYER_SEED": self.nats.deployer_seed,
            "DLA_DATABASE_OWNER_URL": self._owner_urls[service],
        }

    def check_alive(self) -> None:
        """Raises, with its last words, for the first server or service which has stopped by itself."""
        for each in (*self._servers, *self._services):
            each.check_alive()

    def watch(self) -> NoReturn:
        """Goes on until one of them stops by itself, which is an error, or a signal interrupts."""
        while True:
            self.check_alive()
            time.sleep(WATCH_SECONDS)

    @contextmanager
    def _folder_claimed(self) -> Iterator[None]:
        with explain_write_errors(self.folder):
            private_folder(self.folder)
        if (owner := self.folder.stat().st_uid) != os.geteuid():
            raise NotWritableError(self.folder, f"it belongs to the user number {owner}")
        claim = PidLock(self.folder / "lock")
        with ExitStack() as resources:
            try:
                lock = resources.enter_context(claim.acquire())
            except PidLockHeldError as error:
                raise AlreadyRunningError(self.folder, error.pid) from error
            claim.sign(lock, os.getpid())
            yield

    def _start(self, undo: ExitStack) -> None:
        self._published_addresses.unlink(missing_ok=True)
        end_all_holders(self.folder / "run")
        metrics = {service: f"{service}_metrics" for service in SERVICES}
        names = ["postgres", "nats", *SERVICES, CONSOLE, "provider", *metrics.values()]
        port = ports.choose_ports(ports.requested_ports(names))
        self.metrics = {service: f"http://127.0.0.1:{port[name]}" for service, name in metrics.items()}
        self.addresses = {service: f"http://127.0.0.1:{port[service]}" for service in SERVICES}
        self.console = f"http://127.0.0.1:{port[CONSOLE]}"
        self._start_servers(port)
        environments = self.environments = self._environments(port)
        self._migrate(environments)
        if not self._roles:
            return
        provider = Provider(self.issuer, port["provider"], f"{self.console}/retour", self._people)
        undo.enter_context(provider.serve())
        environments[CONSOLE] = console_environment(
            self.folder, port=port[CONSOLE], address=self.console, provider=provider.address, feeds=self.addresses
        )
        self._serve(environments, port)
        with explain_write_errors(self.folder):
            published = {"pid": os.getpid(), "console": self.console, "services": self.addresses} | {
                "metrics": self.metrics
            }
            write_private(self._published_addresses, json.dumps(published, indent=2) + "\n")

    def _start_servers(self, port: Mapping[str, int]) -> None:
        self._say("Starting NATS and PostgreSQL…")
        self.nats = Nats(self.folder, port["nats"])
        self.postgres = Postgres(self.folder, port["postgres"])
        self._servers = [self.nats, self.postgres]
        for server in self._servers:
            server.start()
        for server in self._servers:
            server.wait_until_ready()

    def _environments(self, port: Mapping[str, int]) -> dict[str, dict[str, str]]:
        self.issuer = Issuer(self.folder)
        self.issuer.publish()
        databases = {service: database_name(service) for service in SERVICES}
        with explain_write_errors(self.folder):
            self._owner_urls = {service: self.postgres.ensure_database(name) for service, name in databases.items()}
            return {
                service: service_environment(
                    service,
                    folder=self.folder,
                    database_url=self.postgres.ensure_serving_role(databases[service]),
                    nats=self.nats,
                    issuer=self.issuer,
                    port=port[service],
                    feeds=self.addresses,
                    console=self.console,
                    metrics_port=port[f"{service}_metrics"],
                )
                for service in SERVICES
            }

    def _migrate(self, environments: Mapping[str, Mapping[str, str]]) -> None:
        self._say("Preparing the databases…")
        for service in SERVICES:
            migration = Process(f"{service}-migrate", self.folder)
            self._migrations.append(migration)
            settings = {**environments[service], **self.owner_environment(service)}
            migration.start([*self._program(service), "migrate"], settings)
        for migration in self._migrations:
            migration.wait_until_done(MIGRATE_TIMEOUT_SECONDS)

    def _serve(self, environments: Mapping[str, Mapping[str, str]], port: Mapping[str, int]) -> None:
        self._say("Starting the services…")
        for name in (*self._roles, CONSOLE):
            service = Process(name, self.folder, port=port[name])
            self._services.append(service)
            role = [] if name == CONSOLE else ["--role", self._roles[name]]
            service.start([*self._program(name), "serve", *role], environments[name])
        with httpx.Client(trust_env=False, timeout=2) as http:
            for service in self._services:
                service.wait_until(partial(self._is_ready, service.name, http), READY_TIMEOUT_SECONDS)

    def _is_ready(self, service: str, http: httpx.Client) -> bool:
        self.check_alive()
        try:
            address = self.console if service == CONSOLE else self.addresses[service]
            return http.get(f"{address}/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _stop(self) -> None:
        with delay_signals():
            self._published_addresses.unlink(missing_ok=True)
            programs = [*self._services, *self._migrations]
            for program in reversed(programs):
                program.ask_to_stop()
            for stopping in (*reversed(programs), *self._servers):
                stopping.stop()
