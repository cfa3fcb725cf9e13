"""The recipes of the operator's guide for back-ups, as they are written there, on a service that the ledger knows."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretBytes, SecretStr
from tests.support.servers.reconciled_intake import (
    create_requests,
    find_differences,
    published_messages,
    receive_messages,
)
from tests.support.servers.served_service import Serve, Served, environment_of, listening

from audit.main import service as audit_service
from audit.reconcile.finding import FindingKind
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres, binaries
from intake.main import service as intake_service
from shared.runtime.rebuild_check import check_rebuild

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "operator.md"
BEFORE, AFTER = 3, 2


def recipe(command: str) -> str:
    """The block of the guide that begins with this command."""
    section = GUIDE.read_text().partition("## Back up and restore")[2].partition("\n## ")[0]
    (found,) = (each for each in re.findall(r"```sh\n(.*?)```", section, re.DOTALL) if each.startswith(command))
    return str(found)


class Place:
    """One database on some machine, with its two roles."""

    def __init__(self, postgres: Postgres, nats: Nats, folder: Path, sealing_key: bytes) -> None:
        self._name = f"backup_{secrets.token_hex(4)}"
        self._nats, self._folder, self._key = nats, folder / self._name, sealing_key
        self._folder.mkdir()
        self.owner = postgres.ensure_database(self._name, connections=-1)
        self.serving = postgres.ensure_serving_role(self._name)

    @contextmanager
    def serve(self) -> Iterator[Served]:
        settings = {"owner_url": SecretStr(self.owner), "sealing_key": SecretBytes(self._key)}
        with listening(intake_service, lambda _: self.serving, self._nats, self._folder, **settings) as running:
            yield running

    def run(self, text: str, running: Served, backup: Path) -> None:
        """As an operator types it, with the settings of the program."""
        environment = os.environ | environment_of(running.settings)
        environment |= {
            "DLA_DATABASE_URL": self.serving,
            "DLA_DATABASE_OWNER_URL": self.owner,
            "DLA_NATS_DEPLOYER_SEED": self._nats.deployer_seed,
            "BACKUP": str(backup),
            "PATH": f"{binaries()}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        done = subprocess.run(
            ["sh", "-ec", text], env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def audit(serve: Serve) -> Served:
    return serve(audit_service)


def test_a_service_moves_to_another_database_and_nothing_differs(
    audit: Served, postgres: Postgres, nats: Nats, tmp_path: Path
) -> None:
    key = secrets.token_bytes(32)
    here, there = (Place(postgres, nats, tmp_path, key) for _ in range(2))
    with here.serve() as intake:
        create_requests(intake, BEFORE)
        receive_messages(audit.application, published_messages(intake))
        here.run(recipe("pg_dump"), intake, tmp_path)
    there.run(recipe("pg_restore"), intake, tmp_path)
    with there.serve() as moved:
        assert find_differences(audit.application, moved) == []
        lines = [line for line in check_rebuild(intake_service, moved.application, set()) if "aggregate" in line]
        assert [line["matches"] for line in lines] == [True] * len(lines)
        assert "Maëlle 1" in str(lines), "its values can be read under the same sealing key"
        create_requests(moved, 1, first=100)
        receive_messages(audit.application, published_messages(moved)[BEFORE:])
        assert find_differences(audit.application, moved) == []


def test_what_an_older_backup_lost_is_named_once_it_is_declared(
    audit: Served, postgres: Postgres, nats: Nats, tmp_path: Path
) -> None:
    key = secrets.token_bytes(32)
    here, there = (Place(postgres, nats, tmp_path, key) for _ in range(2))
    with here.serve() as intake:
        create_requests(intake, BEFORE)
        here.run(recipe("pg_dump"), intake, tmp_path)
        create_requests(intake, AFTER, first=100)
        receive_messages(audit.application, published_messages(intake))
    there.run(recipe("pg_restore"), intake, tmp_path)
    there.run(recipe("dla-intake declare-restored"), intake, tmp_path)
    with there.serve() as restored:
        create_requests(restored, 1, first=200)
        found = find_differences(audit.application, restored)
        assert [(each.kind, each.position) for each in found] == [
            (FindingKind.RESTORED, BEFORE),
            *((FindingKind.LOST, BEFORE + nth) for nth in range(1, AFTER + 1)),
        ]
