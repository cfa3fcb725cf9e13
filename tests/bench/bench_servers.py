"""Servers of the bench: a PostgreSQL with fsync, a NATS for each group, and programs that answer HTTP."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx

from embedded.environment import service_environment
from embedded.identity.issuer import Issuer
from embedded.processes import ports
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres, c_locale_environment
from embedded.processes.process import Process
from embedded.processes.resources import cpu_seconds

READY_TIMEOUT_SECONDS = 240.0


class BenchServers:
    """`with BenchServers(folder) as servers:` — its servers run inside the block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = Postgres(folder, ports.choose_ports({"postgres": None})["postgres"], services=10)
        self._nats: dict[str, Nats] = {}
        self.issuer = Issuer(folder)
        self.pids: dict[str, int] = {}
        """Of the programs and services that serve, by name."""
        self.start_cpu_seconds: dict[str, float] = {}
        """What each took of a processor until it answered."""

    def __enter__(self) -> BenchServers:
        with ExitStack() as undo:
            undo.callback(self.postgres.stop)
            self.postgres.start()
            self.postgres.wait_until_ready()
            self.issuer.publish()
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def database(self, name: str) -> str:
        """The URL of a database of this name, empty the first time."""
        return self.postgres.ensure_database(name, connections=-1)

    def nats(self, group: str) -> Nats:
        """The one of a group: the streams of another group hold the events of other logs, which nobody may follow."""
        if group not in self._nats:
            server = Nats(self.folder / group, ports.choose_ports({"nats": None})["nats"])
            self._undo.callback(server.stop)
            server.start()
            server.wait_until_ready()
            self._nats[group] = server
        return self._nats[group]

    def token(self, number: int = 1) -> str:
        return self.issuer.mint("adviser", subject=f"adviser-{number}", unit="dla-44")

    @contextmanager
    def program(self, name: str, file: Path, database_url: str) -> Iterator[str]:
        """The address of a program of this folder: `python FILE PORT`, with its database's URL in DATABASE_URL."""
        port = ports.choose_ports({name: None})[name]
        variables = c_locale_environment() | {"DATABASE_URL": database_url}
        with self._serving(name, [sys.executable, str(file), str(port)], variables, port) as address:
            yield address

    @contextmanager
    def services(
        self, group: str, *names: str, role: str, without: Collection[str] = (), workers: int = 1
    ) -> Iterator[dict[str, str]]:
        """The addresses of the system's own services, each with a log of this group alone, empty the first time; they
        know each other. `without`: settings of the bench that are left as a deployment has them."""
        port = ports.choose_ports(dict.fromkeys(names))
        addresses, nats = {name: f"http://127.0.0.1:{port[name]}" for name in names}, self.nats(group)
        variables = {
            name: service_environment(
                name,
                folder=self.folder,
                database_url=self.database(f"{group}_{name}"),
                nats=nats,
                issuer=self.issuer,
                port=port[name],
                feeds=addresses,
            )
            for name in names
        }
        for each in variables.values():
            each["DLA_RATE_PERSON"] = "1000000/minute"  # one account plays all the callers
            for name in without:
                del each[name]
            del each["DLA_DEV_CLOCK"]  # it is read from a file at each command, and exists in development only
        for name in names:
            migration = Process(f"{name}-migrate", self.folder)
            deployer = {"DLA_NATS_DEPLOYER_SEED": nats.deployer_seed}
            migration.start([sys.executable, "-m", name, "migrate"], variables[name] | deployer)
            migration.wait_until_done(READY_TIMEOUT_SECONDS)
        with ExitStack() as running:
            for name in names:
                command = [sys.executable, "-m", name, "serve", "--role", role]
                command += ["--workers", str(workers)] if workers > 1 else []
                own_name = name if workers == 1 else f"{name}-{workers}"
                running.enter_context(self._serving(own_name, command, variables[name], port[name]))
            yield addresses

    @contextmanager
    def _serving(self, name: str, command: Sequence[str], variables: Mapping[str, str], port: int) -> Iterator[str]:
        address = f"http://127.0.0.1:{port}"
        process = Process(name, self.folder, port=port)
        try:
            process.start(command, variables)
            self.pids[name] = process.pid or 0
            process.wait_until(partial(_is_answering, address), READY_TIMEOUT_SECONDS)
            self.start_cpu_seconds[name] = cpu_seconds(self.pids[name])
            yield address
        finally:
            process.stop()


def _is_answering(address: str) -> bool:
    try:
        httpx.get(f"{address}/openapi.json", timeout=2, trust_env=False).raise_for_status()
    except httpx.HTTPError:
        return False
    return True
