"""A nats-server of our own, from its wheel: JetStream on disk, on the loopback only, an NKey for each who enters."""

import os
import socket
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from embedded.errors import explain_write_errors
from embedded.private_files import keep_secret, private_folder, write_private
from embedded.processes.nats_users import ACCOUNTS, DEPLOYER, authorization, new_seed
from embedded.processes.process import Process

SERVICES = ("intake", "diagnostic", "parcours", "followup", "audit")
REGION = "local"

MAX_PAYLOAD = "1MB"
"""nats-server's own default: an event is a few kilobytes, and a larger one is a mistake."""

READY_TIMEOUT_SECONDS = 60.0
"""Seconds; reading back a large store after a crash is the long case."""


class Nats:
    """`accounts`: what the services named may do, as nats-server's configuration. `domain`, `leafnodes`: of a region
    under a hub, or of the hub."""

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        services: Sequence[str] = SERVICES,
        accounts: str | None = None,
        region: str = REGION,
        domain: str | None = None,
        leafnodes: str = "",
    ) -> None:
        self.folder = folder
        self.port = port
        self._services = services
        self._accounts = accounts or ACCOUNTS.read_text(encoding="utf-8")
        self.region, self._domain, self._leafnodes = region, domain, leafnodes
        self.store = folder / "nats"
        self._process = Process("nats", folder, port=port)

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def seed(self, user: str) -> str:
        """By which a service enters, or the deployer."""
        return keep_secret(self.folder / "secrets" / f"nats.{user}", new_seed)

    @property
    def deployer_seed(self) -> str:
        return self.seed(DEPLOYER)

    def start(self) -> None:
        """Returns before the server answers: see `wait_until_ready`."""
        configuration = self.folder / "nats.conf"
        with explain_write_errors(self.folder):
            private_folder(self.folder)
            write_private(configuration, self._settings())
        self._process.start([binary(), "--config", configuration], os.environ)

    def wait_until_ready(self) -> None:
        self._process.wait_until(self._answers, READY_TIMEOUT_SECONDS)

    def check_alive(self) -> None:
        self._process.check_alive()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def stop(self) -> None:
        self._process.stop()

    def _answers(self) -> bool:
        """It greets whoever connects, once JetStream has read its store back."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                return connection.recv(5) == b"INFO "
        except OSError:
            return False

    def _settings(self) -> str:
        seeds = {user: self.seed(user) for user in (DEPLOYER, *self._services)}
        return (
            "# Written anew at each start.\n"
            f'listen: "127.0.0.1:{self.port}"\n'
            f"max_payload: {MAX_PAYLOAD}\n"
            "jetstream {\n"
            f'  store_dir: "{self.store}"\n'
            "  sync_interval: always\n"
            + (f'  domain: "{self._domain}"\n' if self._domain else "")
            + "}\n"
            + self._leafnodes
            + authorization(self._accounts, self.region, seeds)
        )


def binary() -> Path:
    return Path(sysconfig.get_path("scripts")) / "nats-server"
