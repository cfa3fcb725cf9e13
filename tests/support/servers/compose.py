"""The system of docker-compose.yml, for tests: started as the region's guide says, on ports that are free."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir
from typing import TypeVar

import httpx
from tests.support.guides.page_commands import TOP, blocks_of, commands_of, run_commands

T = TypeVar("T")
SERVICES = ("intake", "diagnostic", "parcours", "followup", "audit")
PROJECT = "dla-tests-"
"""With the process that runs the test."""
REGION_GUIDE = TOP / "docs" / "guides" / "region.md"
START_SECONDS = 540.0
"""On a machine that is busy with other tests."""


class Compose:
    """The system of docker-compose.yml under a name of its own, on whatever ports are free."""

    def __init__(self, project: str, profile: str = "single") -> None:
        self._project = project
        self._command = ["docker", "compose", "--project-name", project, "--profile", profile, "--progress", "plain"]
        free_ports = {f"DLA_PORT_{service.upper()}": "0" for service in (*SERVICES, "console")}
        self.settings = Path(gettempdir()) / f"{project}.env"
        self.settings.touch()
        own = {"DLA_SETTINGS": str(self.settings), "COMPOSE_ENV_FILES": f".env,{self.settings}"}
        self._environment = dict(os.environ) | {"DOCKER_BUILDKIT": "1", "DLA_TAG": "tests"} | free_ports | own

    def do(self, *words: str) -> str:
        done = subprocess.run(
            [*self._command, *words],
            cwd=TOP,
            env=self._environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, f"docker compose {' '.join(words)}:\n{done.stderr[-4000:]}"
        return done.stdout

    def under(self, profile: str) -> Compose:
        """The same system, as another profile has it."""
        return Compose(self._project, profile)

    def up(self) -> None:
        self._with_logs(lambda: self.do("up", "--wait", "--wait-timeout", f"{START_SECONDS:.0f}"))

    def follow_guide(self, backup: Path) -> list[str]:
        """What each block of commands of the region's guide printed: it builds, starts and upgrades this system."""
        environment = self._environment | {"COMPOSE_PROJECT_NAME": self._project, "BACKUP": str(backup)}
        commands = commands_of(blocks_of(REGION_GUIDE))
        return self._with_logs(lambda: run_commands(commands, TOP, environment, timeout_seconds=2 * START_SECONDS))

    def _with_logs(self, start: Callable[[], T]) -> T:
        try:
            return start()
        except AssertionError as error:
            failed = [service for service, code in self.exit_codes().items() if code]
            error.add_note(self.do("logs", "--tail", "40", *failed))
            raise

    def remove(self) -> None:
        self.under("*").do("down", "--volumes")
        for file in self.settings.parent.glob(f"{self.settings.name}*"):
            file.unlink()

    def exit_codes(self) -> dict[str, int]:
        lines = self.do("ps", "--all", "--format", "json").splitlines()
        return {each["Service"]: each["ExitCode"] for each in map(json.loads, lines)}

    def caller(self, service: str, token: str, port: int = 8000) -> httpx.Client:
        address = self.do("port", service, str(port)).strip()
        return httpx.Client(
            base_url=f"http://{address}", headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30
        )


def remove_leftovers() -> None:
    """Systems of earlier runs that were killed: they would go on running, and start again with the engine."""
    listed = subprocess.run(["docker", "compose", "ls", "--all", "--format", "json"], check=True, capture_output=True)
    for name in (each["Name"] for each in json.loads(listed.stdout)):
        if name.startswith(PROJECT) and not Path(f"/proc/{name.removeprefix(PROJECT)}").exists():
            Compose(name).remove()
