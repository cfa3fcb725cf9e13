"""The version of a service's tables: which release made them, and which releases can serve on them.

Tables only grow within a version's support, so that the release before serves on while the next one is rolled out."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.sql import SQL, Composable

TABLE_VERSION = 4
"""Raised with each change of a table, index or function (tests/contracts/test_table_version.py)."""
OLDEST_PROGRAM = 0
"""The TABLE_VERSION of the oldest release that can serve on tables of this version; 0: those before versions."""

_CREATE = """CREATE TABLE IF NOT EXISTS {schema}.table_version (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), version int NOT NULL, oldest_program int NOT NULL,
    migrated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE {schema}.table_version IS 'read-only'"""
_RECORD = (
    "INSERT INTO {schema}.table_version (version, oldest_program) VALUES (%s, %s) ON CONFLICT (only_one) DO UPDATE"
    " SET version = excluded.version, oldest_program = excluded.oldest_program, migrated_at = now()"
)


class TablesUnusable(Exception):
    """The tables are too old for this program, or too new: what to do is in the message."""


def read_table_version(connection: psycopg.Connection[Any], schema: Composable) -> tuple[int, int]:
    """The version of the tables, and the oldest program that can serve on them; zeros before the first migration."""
    exists = connection.execute("SELECT to_regclass(%s) AS found", (f"{schema.as_string(None)}.table_version",))
    if exists.fetchone()["found"] is None:  # type: ignore[index]
        return 0, 0
    row = connection.execute(SQL("SELECT version, oldest_program FROM {}.table_version").format(schema)).fetchone()
    return (row["version"], row["oldest_program"]) if row else (0, 0)


def check_table_version(connection: psycopg.Connection[Any], schema: Composable, service: str) -> None:
    """Raises TablesUnusable when this program cannot serve on these tables."""
    version, oldest = read_table_version(connection, schema)
    if version < TABLE_VERSION:
        raise TablesUnusable(
            f"the tables of {service} have version {version}, and this release needs {TABLE_VERSION}: run"
            f" `dla-{service} migrate` of this release first"
        )
    if oldest > TABLE_VERSION:
        raise TablesUnusable(
            f"the tables of {service} have version {version}, on which releases from version {oldest} on can serve, and"
            f" this one has {TABLE_VERSION}: start the newer release"
        )


def record_table_version(connection: psycopg.Connection[Any], schema: Composable, service: str) -> None:
    """At each migration, in its transaction, before anything is changed. Raises TablesUnusable when a newer release has
    migrated: its functions would be replaced by older ones."""
    version, _ = read_table_version(connection, schema)
    if version > TABLE_VERSION:
        raise TablesUnusable(
            f"a newer release has migrated the tables of {service} to version {version}, and this one has"
            f" {TABLE_VERSION}: migrate with the newer release"
        )
    connection.execute(SQL(_CREATE).format(schema=schema))
    connection.execute(SQL(_RECORD).format(schema=schema), (TABLE_VERSION, OLDEST_PROGRAM))
