"""A log restored from a back-up: from here on it is another history, declared under a new log id."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import psycopg

from shared.eventlog.application import ServiceApplication

OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND usesysid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'"
)
"""The type of another role's connection is hidden from us; PostgreSQL's own processes have no role."""


class ServiceStillRunning(Exception):
    """A program is connected to the database, and would go on under the former log id."""


def declare_restored(url: str, opened: Callable[[], ServiceApplication]) -> tuple[int, bool]:
    """The last position that both histories share, and whether this call declared it.

    Raises ServiceStillRunning."""
    with psycopg.connect(url) as connection:
        (others,) = connection.execute(OTHERS).fetchone() or (0,)
    if others:
        raise ServiceStillRunning(f"is being served ({others} connections to its database)")
    with closing(opened()) as app:
        last = app.recorder.max_notification_id() or 0
        if 0 < last == app.recorder.identity().since:
            return last, False
        app.recorder.fetch("UPDATE {schema}.log_identity SET log_id = gen_random_uuid(), since = %s", (last,))
        return last, True
