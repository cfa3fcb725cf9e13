"""The operator's recipes for back-ups, and the databases that they are typed for."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretBytes, SecretStr
from tests.support.servers.served_service import Served, environment_of, listening

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres, binaries
from shared.runtime import Service

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "operator.md"


def recipe(command: str) -> str:
    """The block of the guide that begins with this command; it is written for intake."""
    section = GUIDE.read_text().partition("## Back up and restore")[2].partition("\n## ")[0]
    (found,) = (each for each in re.findall(r"```sh\n(.*?)```", section, re.DOTALL) if each.startswith(command))
    return str(found)


class BackupPlace:
    """One database of a service on some machine, with its two roles."""

    def __init__(self, service: Service, postgres: Postgres, nats: Nats, folder: Path, *, sealing_key: bytes) -> None:
        name = f"backup_{secrets.token_hex(4)}"
        self.service, self._nats, self._folder, self._key = service, nats, folder / name, sealing_key
        self._folder.mkdir()
        self.owner = postgres.ensure_database(name, connections=-1)
        self.serving = postgres.ensure_serving_role(name)

    @contextmanager
    def serve(self, **deployed: Any) -> Iterator[Served]:
        """`deployed`: as `listening`."""
        settings = {"owner_url": SecretStr(self.owner), "sealing_key": SecretBytes(self._key)} | deployed
        with listening(self.service, lambda _: self.serving, self._nats, self._folder, **settings) as running:
            yield running

    def run(self, command: str, running: Served, backup: Path) -> None:
        """The recipe, as an operator types it for this service, with the settings of the program."""
        environment = os.environ | environment_of(running.settings)
        environment |= {
            "DLA_DATABASE_URL": self.serving,
            "DLA_DATABASE_OWNER_URL": self.owner,
            "DLA_NATS_URL": self._nats.url,
            "DLA_NATS_DEPLOYER_SEED": self._nats.deployer_seed,
            "DLA_REGION": running.settings.region,
            "BACKUP": str(backup),
            "PATH": f"{binaries()}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        done = subprocess.run(
            ["sh", "-ec", recipe(command).replace("intake", self.service.name)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
