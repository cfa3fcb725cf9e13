"""Golden databases: each service's tables as each version made them, with some events. Only ever added.

Version 0 is release 0.1.0, whose tables had no version; it and version 1 were made with the code of then.

python -m tests.support.generated.golden_databases      writes those of this version that there are none of"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from pydantic import SecretBytes, SecretStr
from tests.support.generated.golden_samples import FOLDER, SERVICES, service
from tests.support.generated.openapi_examples import DAY
from tests.support.histories.command_walks import actor
from tests.support.servers.running_server import up
from tests.support.stories import diagnostic, followup, intake, parcours

from embedded.processes import ports
from embedded.processes.postgres import Postgres, binaries, c_locale_environment
from shared.eventlog import TABLE_VERSION, ServiceApplication
from shared.kernel import Decider, Refused
from shared.projections import Projector
from shared.settings import Settings

SEALING_KEY = b"the same in every golden databas"
CASE = UUID(int=1)
MIN_EVENTS = 8
STORIES: dict[str, tuple[str, Callable[[Any], Iterator[Any]]]] = {
    "intake": ("request", intake.request),
    "diagnostic": ("diagnosis", diagnostic.diagnosis),
    "parcours": ("parcours", parcours.parcours),
    "followup": ("follow-up", followup.follow_up),
}


class RecordedWalk:
    """An aggregate of a story as the log has it."""

    def __init__(self, app: ServiceApplication, decider: Decider[Any], case: UUID) -> None:
        self._app, self._decider, self._case, self.now = app, decider, case, DAY

    @property
    def state(self) -> Any:
        return self._app.load(self._decider, self._case).state


def golden_path(version: int, name: str) -> Path:
    return FOLDER / "databases" / str(version) / f"{name}.sql"


def versions() -> list[int]:
    return sorted(int(path.name) for path in (FOLDER / "databases").glob("*"))


def application(name: str, url: str) -> ServiceApplication:
    """With the tables of a deployment, and keys that are no secret."""
    settings = Settings.model_construct(database_url=SecretStr(url), sealing_key=SecretBytes(SEALING_KEY))
    return service(name).application(settings)


def play(name: str, app: ServiceApplication, case: UUID = CASE) -> None:
    """Records the story of the service's main aggregate, and folds its rows."""
    if name in STORIES:
        aggregate, story = STORIES[name]
        decider = next(each for each in service(name).deciders if each.name == aggregate)
        walk = RecordedWalk(app, decider, case)
        for command, role in story(walk):
            context = replace(app.context(case, actor(role)), now=walk.now)
            try:
                app.handle(decider, case, command, context)
            except Refused:  # it needs another aggregate, as a fund
                break
        if app.load(decider, case).version < MIN_EVENTS:
            raise RuntimeError(f"the story of {name} ends after a few events")
    Projector(app, service(name).projections).catch_up()


def load(file: Path, url: str) -> None:
    """Into an empty database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET check_function_bodies = false")  # a function may name a table that follows
        connection.execute(file.read_bytes())


def dump(url: str) -> str:
    """As SQL that needs no psql."""
    command: list[str | Path] = [binaries() / "pg_dump", "--no-owner", "--no-privileges", "--inserts", url]
    done = subprocess.run(command, env=c_locale_environment(), capture_output=True, text=True, check=True)
    return "".join(line for line in done.stdout.splitlines(keepends=True) if not line.startswith(("\\", "--", "SET ")))


def write(postgres: Postgres) -> None:
    for name in SERVICES:
        file = golden_path(TABLE_VERSION, name)
        if file.exists():
            continue
        url = postgres.ensure_database(name, connections=-1)
        with closing(application(name, url)) as app:
            app.create_tables()
            play(name, app)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dump(url))
        print(file, file.stat().st_size)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        port = ports.choose_ports({"postgres": None})["postgres"]
        with up(Postgres(Path(folder) / "postgres", port, durable=False)) as server:
            write(server)
