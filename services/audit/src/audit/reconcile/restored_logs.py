"""May audit hear a service again whose log was restored? Once both were compared, and somebody has decided it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from audit.reconcile.finding import FindingKind
from shared.eventlog import ServiceApplication
from shared.messaging import RestoredLog, switch_log

BY_RESTORE = frozenset({FindingKind.RESTORED, FindingKind.LOST})


class AcceptedRestore(BaseModel):
    """A log that was restored, and that audit goes on with: up to `since` it is one history with the log before;
    beyond, the ledger keeps `lost` events that the service has no more."""

    service: str
    old_log: UUID
    new_log: UUID
    since: int
    lost: int
    by: str
    motive: str
    followed_at: datetime


def find_accepted_restores(app: ServiceApplication) -> list[AcceptedRestore]:
    """Each restored log that audit went on with, the first one first."""
    rows = app.recorder.fetch(
        "SELECT service, old_log, new_log, since, lost, by, motive, followed_at FROM {schema}.followed ORDER BY nth"
    )
    return [AcceptedRestore(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class LogHistory:
    """Of one service: the log that is followed now, and up to where those before it are part of it."""

    current: UUID | None
    until: dict[UUID, int]

    def lost(self, log: UUID, position: int) -> bool:
        return position > self.until.get(log, position)


def build_history(service: str, found: Iterable[AcceptedRestore]) -> LogHistory:
    current, until = None, dict[UUID, int]()
    for each in found:
        if each.service == service:
            until = {log: min(size, each.since) for log, size in until.items()} | {each.old_log: each.since}
            current = each.new_log
    return LogHistory(current, until)


def accept_restore(app: ServiceApplication, found: RestoredLog, lost: int, by: str, motive: str) -> AcceptedRestore:
    """From what both logs have in common, as far as it was heard. Raises NotFollowed."""
    with app.recorder.datastore.get_connection() as connection, connection.transaction():
        switch_log(connection, found, motive)
        connection.execute(
            "INSERT INTO followed (service, old_log, new_log, since, lost, by, motive)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (found.publisher, found.old_log, found.new_log, found.since, lost, by, motive),
        )
    return find_accepted_restores(app)[-1]
