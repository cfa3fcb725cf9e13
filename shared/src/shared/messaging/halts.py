"""Halts: publishers of which nothing more is applied until an operator decides, and how one is resumed.

A halt is stored, so that every replica keeps it. Other publishers go on."""

from __future__ import annotations

import logging
from uuid import UUID

from shared.eventlog import LogRecorder, ServiceApplication

log = logging.getLogger(__name__)


class PublisherHalted(Exception):
    """Nothing more of the publisher is applied until an operator decides: it sends from another log than the one that
    we follow, or it spoke for another service."""


def halt(
    recorder: LogRecorder, publisher: str, what: str, log_id: UUID, *, foreign: bool, followed: UUID | None = None
) -> PublisherHalted:
    """Stores the first reason to halt, or the graver one, and returns the error to raise. `foreign`: the publisher
    spoke for another service. `followed`: the log that was followed when another one was noticed; if an operator has
    followed another since, there is nothing to halt for."""
    reason = f"{publisher}: {what}; stopped until an operator {'resumes' if foreign else 'follows'} it"
    recorder.fetch(
        "INSERT INTO {schema}.sources AS s (publisher, log_id, halted, halted_as_foreign) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (publisher) DO UPDATE"
        " SET halted = excluded.halted, halted_as_foreign = excluded.halted_as_foreign"
        " WHERE (s.halted IS NULL OR (excluded.halted_as_foreign AND NOT s.halted_as_foreign))"
        " AND s.log_id = coalesce(%s, s.log_id)",
        (publisher, log_id, reason, foreign, followed),
    )
    log.error("halted: %s", reason)
    return PublisherHalted(reason)


def halted_publishers(recorder: LogRecorder) -> dict[str, str]:
    """The publishers whose events are no longer applied, each with the reason."""
    rows = recorder.fetch("SELECT publisher, halted FROM {schema}.sources WHERE halted IS NOT NULL ORDER BY publisher")
    return {row["publisher"]: row["halted"] for row in rows}


def resume_publisher(app: ServiceApplication, publisher: str, reason: str) -> str | None:
    """Lifts the halt of a publisher that spoke for another service. Both reasons are kept in the table `resumed`.
    Returns why it was halted; None when it was not, or for another log (see follow_restored_log).

    One of which nothing was applied yet is forgotten, with the log that it named."""
    with app.recorder.datastore.get_connection() as connection, connection.transaction():
        row = connection.execute(
            "SELECT halted FROM sources WHERE publisher = %s AND halted_as_foreign FOR UPDATE", (publisher,)
        ).fetchone()
        if row is None:
            return None
        connection.execute(
            "INSERT INTO resumed (publisher, halted, reason) VALUES (%s, %s, %s)", (publisher, row["halted"], reason)
        )
        connection.execute(
            "DELETE FROM sources s WHERE publisher = %s AND former_logs = '{}' AND NOT EXISTS"
            " (SELECT FROM tracked t WHERE (t.publisher, t.log_id) = (s.publisher, s.log_id))",
            (publisher,),
        )
        connection.execute(
            "UPDATE sources SET halted = NULL, halted_as_foreign = false WHERE publisher = %s", (publisher,)
        )
    log.warning("resumed: %s (%s)", publisher, reason)
    return str(row["halted"])
