"""Creates the database of each service, owned by a role of its own that no other role can enter."""

import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

CONNECTIONS_OF_A_SERVICE = 24
"""A service's budget, all its roles together: what it holds beyond is refused to it, not taken from the others."""


def make_databases(secrets: Path, services: Iterable[str]) -> None:
    password = (secrets / "postgres" / "password").read_text()
    with psycopg.connect(host="postgres", user="postgres", password=password, autocommit=True) as server:
        for service in services:
            url = urlsplit((secrets / service / "DLA_DATABASE_URL").read_text())
            assert url.username is not None and url.password is not None
            make_database(server, url.username, url.password)


def make_database(server: psycopg.Connection, name: str, password: str) -> None:
    role = sql.Identifier(name)
    if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        server.execute(sql.SQL("CREATE ROLE {}").format(role))
    # The server is given the verifier: the password itself would show in its log, were the statement to fail.
    verifier = server.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    server.execute(
        sql.SQL("ALTER ROLE {} LOGIN CONNECTION LIMIT {} PASSWORD {}").format(
            role, sql.Literal(CONNECTIONS_OF_A_SERVICE), sql.Literal(verifier)
        )
    )
    if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        server.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(role))
    server.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(role))


if __name__ == "__main__":
    make_databases(Path(sys.argv[1]), sys.argv[2:])
