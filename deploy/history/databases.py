"""The databases of an embedded stack that does not serve: its PostgreSQL, migrated, and the secrets of its services."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import psycopg

from deploy.history.loading import events_table, last_position
from deploy.history.timeline import Secrets
from embedded.environment import database_name
from embedded.stack import Stack
from shared.kernel import PHASE_SERVICES


class Databases:
    """`with Databases(folder) as databases:` — PostgreSQL runs inside the block."""

    def __init__(self, folder: Path) -> None:
        self._stack = Stack(folder, roles={})

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.enter_context(self._stack)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    @property
    def owner_urls(self) -> dict[str, str]:
        return {name: self._stack.postgres.url(database_name(name)) for name in PHASE_SERVICES}

    def secrets(self) -> Secrets:
        settings: Mapping[str, Mapping[str, str]] = self._stack.environments
        intake = settings["intake"]
        return Secrets(
            {name: b64decode(settings[name]["DLA_SEALING_KEY"]) for name in PHASE_SERVICES},
            [b64decode(intake["DLA_TRANSIT_KEYS"])],
            identity=b64decode(intake["DLA_IDENTITY_KEY"]),
        )

    def filled(self) -> dict[str, int]:
        """The events of each service once every log has some: parts are deleted only after that. Else nothing."""
        found = {}
        for name, url in self.owner_urls.items():
            with psycopg.connect(url) as connection:
                found[name] = last_position(connection, events_table(name))
        return found if all(found.values()) else {}

    def sizes(self) -> dict[str, int]:
        """Bytes of each database, after what is being written is on the disk."""
        with psycopg.connect(self._stack.postgres.superuser_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            rows = connection.execute(
                "SELECT datname, pg_database_size(oid) FROM pg_database WHERE datname = ANY(%s)",
                ([database_name(name) for name in PHASE_SERVICES],),
            ).fetchall()
        return dict(rows)
