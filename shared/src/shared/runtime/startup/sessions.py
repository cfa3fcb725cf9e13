"""Sessions of PostgreSQL: what a relay and prepared statements need, and a pooler by transaction does not give."""

from __future__ import annotations

import psycopg

from shared.settings import Misconfigured

CONNECT_SECONDS = 5
ROUNDS = 3
"""A pooler gives the server that became free last; a busy one may give another once, and hardly three times."""


def check_sessions(conninfo: str) -> None:
    """Raises Misconfigured when connections share their servers, as behind PgBouncer in transaction mode, where
    notifications are lost without a word; psycopg.OperationalError when the database gives no connection."""
    with (
        psycopg.connect(conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS) as one,
        psycopg.connect(conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS) as other,
    ):
        pairs = [(_server(one), _server(other)) for _ in range(ROUNDS)]
    if pairs.count(pairs[0]) < ROUNDS or pairs[0][0] == pairs[0][1]:
        raise Misconfigured(
            [
                "DLA_DATABASE_URL leads to a pooler that lends a connection for one transaction: LISTEN and prepared"
                " statements need one for a session. Set its pool_mode to session, or connect to PostgreSQL itself"
            ]
        )


def _server(connection: psycopg.Connection[tuple[int]]) -> int:
    """The process of PostgreSQL that answers this connection now."""
    row = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchone()
    assert row is not None
    return row[0]
