"""Privileges of the serving role: it may add to an append-only table, and neither change nor delete what stands there.

A table says what it is in its comment, next to its definition: `append-only`, `read-only`, or none. The role that owns
the tables migrates; production serves with another."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Identifier

RESTRICTED = {"append-only": "SELECT, INSERT", "read-only": "SELECT"}
"""What the serving role may do with a table of this comment."""
OTHERWISE = "SELECT, INSERT, UPDATE, DELETE"

_TABLES = (
    "SELECT c.relname AS name, obj_description(c.oid, 'pg_class') AS kind FROM pg_class c"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY c.relname"
)
_ALTERABLE = (
    "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = current_schema() AND c.relkind = 'r' AND obj_description(c.oid, 'pg_class') = ANY(%s)"
    " AND (pg_has_role(c.relowner, 'MEMBER') OR pg_has_role(n.nspowner, 'MEMBER')"
    " OR has_any_column_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER'))"
    " ORDER BY c.relname"
)


def grant_privileges(connection: psycopg.Connection[Any], schema: Composable, role: str) -> None:
    """Gives a role what serving needs, table by table, and takes back all else. Run by the owner, at each migration."""
    to = Identifier(role)
    connection.execute(SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}").format(schema, to))
    connection.execute(SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, to))
    for table in connection.execute(_TABLES).fetchall():
        privileges = SQL(RESTRICTED.get(table["kind"], OTHERWISE))
        connection.execute(SQL("GRANT {} ON {}.{} TO {}").format(privileges, schema, Identifier(table["name"]), to))
    connection.execute(SQL("GRANT MAINTAIN ON {}.data_keys TO {}").format(schema, to))  # `rewrap-keys` vacuums it
    connection.execute(SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {} TO {}").format(schema, to))


def find_alterable_tables(connection: psycopg.Connection[Any]) -> list[str]:
    """The append-only and read-only tables in which the connected role could change, delete or hide a row, or give
    itself the right to: as their owner, as the schema's, as a superuser, or by a privilege."""
    return [row["name"] for row in connection.execute(_ALTERABLE, (list(RESTRICTED),)).fetchall()]
