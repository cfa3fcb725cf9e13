"""Sessions of PostgreSQL: what a relay and prepared statements need, and a pooler by transaction does not give."""

from __future__ import annotations

from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier

from shared.settings import Misconfigured

CONNECT_SECONDS = 5
NOTIFIED_SECONDS = 10.0
"""A notification takes milliseconds; so long a wait refuses no database that is only slow."""


def check_sessions(conninfo: str) -> None:
    """Raises Misconfigured when a connection that is idle hears no notification, as behind PgBouncer in transaction
    mode, where it has no server; psycopg.OperationalError when the database gives no connection.

    To compare the servers that two connections get proves nothing: a busy pooler may give each its own, thrice.
    """
    channel = Identifier(f"dla_{uuid4().hex}")
    with (
        psycopg.connect(conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS) as listening,
        psycopg.connect(conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS) as other,
    ):
        listening.execute(SQL("LISTEN {}").format(channel), prepare=False)
        other.execute(SQL("NOTIFY {}").format(channel), prepare=False)
        notified = [*listening.notifies(timeout=NOTIFIED_SECONDS, stop_after=1)]
    if not notified:
        raise Misconfigured(
            [
                "DLA_DATABASE_URL leads to a pooler that lends a connection for one transaction: LISTEN and prepared"
                " statements need one for a session. Set its pool_mode to session, or connect to PostgreSQL itself"
            ]
        )
