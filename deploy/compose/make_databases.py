"""Creates the database of each service: one role owns it and migrates, another serves, and no other can enter."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

CONNECTIONS_OF_A_SERVICE = int(os.environ.get("DLA_DATABASE_CONNECTIONS", "48"))
"""A service's budget, all its containers together: what it holds beyond is refused to it, not taken from the others."""

CONNECTIONS_OF_AN_OWNER = 4
CONNECTIONS_OF_PEOPLE = 10
"""Left for psql and back-ups."""


def make_databases(secrets: Path, services: Sequence[str]) -> None:
    """Raises SystemExit when PostgreSQL has fewer connections than it promises."""
    password = (secrets / "postgres" / "password").read_text()
    with psycopg.connect(host="postgres", user="postgres", password=password, autocommit=True) as server:
        check_connections(server, len(services))
        for service in services:
            owner = make_role(server, secrets / f"{service}-owner" / "DLA_DATABASE_OWNER_URL", CONNECTIONS_OF_AN_OWNER)
            serving = make_role(server, secrets / service / "DLA_DATABASE_URL", CONNECTIONS_OF_A_SERVICE)
            make_database(server, owner, serving)


def check_connections(server: psycopg.Connection, services: int) -> None:
    row = server.execute("SELECT current_setting('max_connections')::int").fetchone()
    assert row is not None
    needed = services * (CONNECTIONS_OF_A_SERVICE + CONNECTIONS_OF_AN_OWNER) + CONNECTIONS_OF_PEOPLE
    if row[0] < needed:
        sys.exit(
            f"PostgreSQL has {row[0]} connections, and {services} services of {CONNECTIONS_OF_A_SERVICE}, their owners"
            f" and {CONNECTIONS_OF_PEOPLE} for people need {needed}: raise DLA_POSTGRES_CONNECTIONS, or lower"
            " DLA_DATABASE_CONNECTIONS"
        )


def make_role(server: psycopg.Connection, url_file: Path, connections: int) -> str:
    """The role of a URL, with its password. Returns its name."""
    url = urlsplit(url_file.read_text())
    assert url.username is not None and url.password is not None
    name, password, role = url.username, url.password, sql.Identifier(url.username)
    if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        server.execute(sql.SQL("CREATE ROLE {}").format(role))
    # The server is given the verifier: the password itself would show in its log, were the statement to fail.
    verifier = server.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    server.execute(
        sql.SQL("ALTER ROLE {} LOGIN CONNECTION LIMIT {} PASSWORD {}").format(
            role, sql.Literal(connections), sql.Literal(verifier)
        )
    )
    return name


def make_database(server: psycopg.Connection, name: str, serving: str) -> None:
    """A database of its owner's name."""
    role = sql.Identifier(name)
    if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        server.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(role))
    server.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(role))
    server.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(role, sql.Identifier(serving)))


if __name__ == "__main__":
    make_databases(Path(sys.argv[1]), sys.argv[2:])
