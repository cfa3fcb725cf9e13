"""May audit hear a service again whose log was restored? Once both were compared, and somebody has decided it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.reconcile.finding import Kind
from shared.eventlog.application import ServiceApplication

LONGEST_MOTIVE = 500
WHOLE = -1
BY_RESTORE = frozenset({Kind.RESTORED, Kind.LOST})


class NotFollowed(Exception):
    """Nothing has changed, and why in French."""


@dataclass(frozen=True, slots=True)
class Followed:
    """Up to `since` both logs are one history; beyond, the ledger keeps `lost` events that the service has no more."""

    service: str
    old_log: UUID
    new_log: UUID
    since: int
    lost: int
    by: str
    motive: str
    followed_at: datetime


def followed(app: ServiceApplication) -> list[Followed]:
    """Each restored log that audit went on with, the first one first."""
    rows = app.recorder.fetch(
        "SELECT service, old_log, new_log, since, lost, by, motive, followed_at FROM {schema}.followed ORDER BY nth"
    )
    return [Followed(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Histories:
    """Of one service: the log that is followed now, and up to where those before it are part of it."""

    current: UUID | None
    until: dict[UUID, int]

    def lost(self, log: UUID, position: int) -> bool:
        return position > self.until.get(log, position)


def histories(service: str, found: Iterable[Followed]) -> Histories:
    current, until = None, dict[UUID, int]()
    for each in found:
        if each.service == service:
            until = {log: min(size, each.since) for log, size in until.items()} | {each.old_log: each.since}
            current = each.new_log
    return Histories(current, until)


def go_on(
    app: ServiceApplication, service: str, new_log: UUID, since: int, lost: int, by: str, motive: str
) -> Followed:
    """From what both logs have in common, as far as it was heard. Raises NotFollowed."""
    with app.recorder.datastore.get_connection() as connection, connection.transaction():
        row = connection.execute("SELECT log_id FROM sources WHERE publisher = %s FOR UPDATE", (service,)).fetchone()
        if row is None or row["log_id"] == new_log:
            raise NotFollowed("audit écoute déjà ce journal.")
        heard = connection.execute(
            "SELECT number FROM tracked WHERE (publisher, log_id, partition) = (%s, %s, %s)",
            (service, row["log_id"], WHOLE),
        ).fetchone()
        begin = min(since, heard["number"] if heard else 0)
        connection.execute(
            "UPDATE sources SET log_id = %s, halted = NULL, announced = NULL, announced_at = NULL,"
            " announced_until = NULL, heard_until = NULL,"
            " left_logs = array_append(left_logs, log_id) WHERE publisher = %s",
            (new_log, service),
        )
        if begin:
            connection.execute("INSERT INTO tracked VALUES (%s, %s, %s, %s)", (service, new_log, WHOLE, begin))
        connection.execute(
            "INSERT INTO followed (service, old_log, new_log, since, lost, by, motive)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (service, row["log_id"], new_log, since, lost, by, motive),
        )
    return followed(app)[-1]
