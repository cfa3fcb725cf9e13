"""A log restored from a back-up: from here on it is another history, declared under a new log id."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import psycopg

from shared.eventlog.application import ServiceApplication
from shared.eventlog.storage.recorder import LogRecorder

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
        take_new_log_id(app.recorder, last)
        return last, True


def take_new_log_id(recorder: LogRecorder, last: int) -> None:
    """From here on this log is another history. It keeps the ids it had, each with the last position in common."""
    recorder.fetch(
        "UPDATE {schema}.log_identity SET log_id = gen_random_uuid(), since = %(last)s, ancestors ="
        " (SELECT jsonb_object_agg(log, least(position::bigint, %(last)s))"
        " FROM jsonb_each_text(ancestors || jsonb_build_object(log_id::text, %(last)s::bigint)) AS a (log, position))",
        {"last": last},
    )
