"""The embedded stack with replicas: real PostgreSQL and NATS, and several processes for each role of a service."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Self

import httpx
import psycopg
from psycopg.rows import dict_row
from tests.faults.clock import DatabaseClock
from tests.faults.full_disk import SmallDisk
from tests.faults.proxy import Proxy
from tests.faults.replica import Replica, program, python_path
from tests.support import ROOT
from tests.support.servers.transport_harness import Loop

from embedded.environment import database_name, service_environment
from embedded.errors import NotReadyError
from embedded.identity.issuer import Issuer
from embedded.processes import ports
from embedded.processes.nats import SERVICES, Nats
from embedded.processes.postgres import Postgres
from embedded.processes.process import Process

REPLICATED = ("intake", "diagnostic")
ROLES = ("api", "work", "relay")
MIGRATE_TIMEOUT_SECONDS = 300.0
CONNECTIONS_OF_A_SERVICE = 80
"""Up to ten for each process, and those of killed ones until PostgreSQL notices."""
SUPERVISION_SECONDS = 0.2
WAITS = 5
"""How often a server is waited for: their own time-out is for a machine with less to do."""


def wait_until_ready(server: Postgres | Nats) -> None:
    """Raises NotReadyError."""
    for left in reversed(range(WAITS)):
        try:
            server.wait_until_ready()
        except NotReadyError:
            if not left:
                raise
        else:
            return


class Cluster:
    """`with Cluster(folder) as cluster:` — inside the block all is ready; after it, however it ended, all is stopped.

    The services of REPLICATED run as `replicas` processes for each role, the others as one with all roles. `code`: the
    checkout that they run. `settings`: more settings of each service."""

    def __init__(
        self, folder: Path, *, replicas: int = 2, code: Path = ROOT, settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder, self.code, self._settings = folder, code, settings or {}
        names = [(service, role, number) for service in REPLICATED for role in ROLES for number in range(replicas)]
        names += [(service, "all", 0) for service in SERVICES if service not in REPLICATED]
        self._ports = ports.choose_ports(
            dict.fromkeys(["postgres", "nats", "nats-proxy", *SERVICES, *(f"{s}-{r}-{n}" for s, r, n in names)])
        )
        self._names = names
        self.servers = Lock()
        """Held by whoever stops or starts PostgreSQL or NATS."""
        self.postgres = Postgres(folder, self._ports["postgres"], services=20)
        self.nats = Nats(folder, self._ports["nats"])
        self.issuer = Issuer(folder)
        self.clock = DatabaseClock(folder)
        self.disk_of_nats = SmallDisk(self.nats.store)
        self.http = httpx.Client(timeout=10, trust_env=False)
        self.replicas: list[Replica] = []
        self.addresses: dict[str, list[str]] = {service: [] for service in SERVICES}
        """By service, those of its replicas that answer commands and queries: one that is added comes in, one that is
        drained goes."""
        self._added = count(replicas)
        self._environments: dict[str, dict[str, str]] = {}
        self._owners: dict[str, dict[str, str]] = {}
        self._closing = Event()
        self._supervised = Lock()
        """Held while ended replicas are started again: one that leaves is not."""

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.callback(self.http.close)
            self.has_small_disk = undo.enter_context(self.disk_of_nats.mounted())
            for server in (self.nats, self.postgres):
                undo.callback(server.stop)
                with self.clock.used_by_what_starts() if server is self.postgres else nullcontext():
                    server.start()
            for server in (self.nats, self.postgres):
                wait_until_ready(server)
            # No power is cut here, and a kill loses nothing that the kernel has.
            self._execute("alter system set fsync = off")
            self._execute("select pg_reload_conf()")
            self.issuer.publish()
            self._prepare()
            self.migrate()
            self._start_proxies(undo)
            self._start_replicas(undo)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def replicas_of(self, service: str) -> list[Replica]:
        return [each for each in self.replicas if each.service == service]

    @contextmanager
    def out_of_rotation(self, replica: Replica) -> Iterator[None]:
        """Meanwhile no caller is sent to it, as by a load balancer that it has told that it ends."""
        serves = replica.address in (addresses := self.addresses[replica.service])
        if serves:
            addresses.remove(replica.address)
        yield
        if serves:
            addresses.append(replica.address)

    @contextmanager
    def one_more(self, service: str, role: str) -> Iterator[Replica]:
        """A replica beside those that run, supervised as they are. At the end it is drained: no caller is sent to it
        any more, and it finishes what it has begun. Raises AssertionError when it does not end with 0."""
        name = f"{service}-{role}-{next(self._added)}"
        replica = self._replica(name, service, role, ports.choose_ports({name: None})[name])
        with self._supervised:
            self.replicas = [*self.replicas, replica]
        try:
            replica.start()
            self._let_in(replica)
            yield replica
        finally:
            if replica.address in self.addresses[service]:
                self.addresses[service].remove(replica.address)
            with self._supervised:
                self.replicas = [each for each in self.replicas if each is not replica]
            code = replica.drain()
        assert code in (0, None), f"{name} ended with {code} when it was drained"

    def migrate(self, code: Path | None = None) -> None:
        """The deploy step of each service: it makes what is missing in PostgreSQL and NATS. `code`: of another
        checkout."""
        code = code or self.code
        migrations = [Process(f"{service}-migrate", self.folder) for service in SERVICES]
        for service, migration in zip(SERVICES, migrations, strict=True):
            environment = self._environments[service] | self._owners[service] | {"PYTHONPATH": python_path(code)}
            migration.start([*program(code, service), "migrate"], environment)
        for migration in migrations:
            try:
                migration.wait_until_done(MIGRATE_TIMEOUT_SECONDS)
            finally:
                migration.stop()

    def run(self, service: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of a service, such as `check-rebuild`."""
        command = [*program(self.code, service), *arguments]
        environment = self._environments[service] | {"PYTHONPATH": python_path(self.code)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=900)

    def rows(self, service: str, statement: str) -> list[dict[str, Any]]:
        """Read past the service, in its database. Raises psycopg's errors."""
        url = self.postgres.superuser_url.rpartition("/")[0] + f"/{database_name(service)}"
        with psycopg.connect(url, row_factory=dict_row, connect_timeout=60) as connection:
            return connection.execute(statement.encode()).fetchall()

    def wait_until_ready(self) -> None:
        for replica in self.replicas:
            replica.wait_until_ready(self.http)

    def token(self, role: str, subject: str) -> str:
        return self.issuer.mint(role, subject=subject, unit=None if role == "service" else "dla-44", hours=48)

    def _prepare(self) -> None:
        feeds = {service: f"http://127.0.0.1:{self._ports[service]}" for service in SERVICES}
        for service in SERVICES:
            database = database_name(service)
            owner = self.postgres.ensure_database(database)
            environment = service_environment(
                service,
                folder=self.folder,
                database_url=self.postgres.ensure_serving_role(database),
                nats=self.nats,
                issuer=self.issuer,
                port=self._ports[service],
                feeds=feeds,
            )
            del environment["DLA_DEV_CLOCK"]  # it exists in development only
            self._owners[service] = {
                "DLA_NATS_URL": self.nats.url,
                "DLA_NATS_DEPLOYER_SEED": self.nats.deployer_seed,
                "DLA_DATABASE_OWNER_URL": owner,
            }
            self._environments[service] = environment | {
                "DLA_NATS_URL": f"nats://127.0.0.1:{self._ports['nats-proxy']}",
                "DLA_RATE_PERSON": "1000000/minute",
                **self._settings,
            }
            role = f"{database}_serve"
            self._execute(f'alter role "{role}" connection limit {CONNECTIONS_OF_A_SERVICE}')

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.postgres.superuser_url, autocommit=True) as superuser:
            superuser.execute(statement.encode())

    def _start_proxies(self, undo: ExitStack) -> None:
        loop = Loop()
        undo.callback(loop.close)
        self.cable = Proxy(loop, self._ports["nats-proxy"], [self.nats.port])
        balancers = [Proxy(loop, self._ports[service], self._serving_ports(service)) for service in SERVICES]
        for proxy in (self.cable, *balancers):
            undo.callback(proxy.stop)
            proxy.start()

    def _serving_ports(self, service: str) -> Sequence[int]:
        return [self._ports[f"{s}-{r}-{n}"] for s, r, n in self._names if s == service and r in ("api", "all")]

    def _start_replicas(self, undo: ExitStack) -> None:
        for service, role, number in self._names:
            name = f"{service}-{role}-{number}"
            self.replicas.append(self._replica(name, service, role, self._ports[name]))
            self._let_in(self.replicas[-1])
        undo.callback(self._stop_replicas)
        for replica in self.replicas:
            replica.start()
        supervisor = Thread(target=self._supervise, name="supervisor")
        supervisor.start()
        undo.callback(supervisor.join)
        undo.callback(self._closing.set)
        self.wait_until_ready()

    def _replica(self, name: str, service: str, role: str, port: int) -> Replica:
        environment = self._environments[service]
        return Replica(name, service, role, folder=self.folder, port=port, environment=environment, code=self.code)

    def _let_in(self, replica: Replica) -> None:
        if replica.role in ("api", "all"):
            self.addresses[replica.service].append(replica.address)

    def _supervise(self) -> None:
        while not self._closing.wait(SUPERVISION_SECONDS):
            with self._supervised:
                for replica in self.replicas:
                    replica.restart_if_ended()

    def _stop_replicas(self) -> None:
        for replica in self.replicas:
            replica.thaw()
            replica.ask_to_stop()
        for replica in self.replicas:
            replica.stop()
