"""Restored logs that audit follows: after a comparison, and a decision of an operator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from audit.reconcile.finding import FindingKind
from shared.eventlog import ServiceApplication
from shared.messaging import RestoredLog, ancestors_after, switch_log

BY_RESTORE = frozenset({FindingKind.RESTORED, FindingKind.LOST})


class AcceptedRestore(BaseModel):
    """A restored log that audit follows: up to `since` it has one history with the log before; beyond, the ledger keeps
    `lost` events that the service no longer has."""

    service: str
    old_log: UUID
    new_log: UUID
    since: int
    lost: int
    by: str
    reason: str
    accepted_at: datetime


def find_accepted_restores(app: ServiceApplication) -> list[AcceptedRestore]:
    """The oldest first."""
    rows = app.recorder.fetch(
        "SELECT service, old_log, new_log, since, lost, by, reason, accepted_at FROM {schema}.accepted_restores"
        " ORDER BY nth"
    )
    return [AcceptedRestore(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class LogHistory:
    """The logs of one service: the one that is followed now, and up to where those before it are part of it."""

    current: UUID | None
    until: dict[str, int]

    def is_lost(self, log: UUID, position: int) -> bool:
        return position > self.until.get(str(log), position)


def build_history(service: str, restores: Iterable[AcceptedRestore]) -> LogHistory:
    current, until = None, dict[str, int]()
    for restore in restores:
        if restore.service == service:
            until = ancestors_after(until, restore.old_log, restore.since)
            current = restore.new_log
    return LogHistory(current, until)


def accept_restore(app: ServiceApplication, restored: RestoredLog, lost: int, by: str, reason: str) -> AcceptedRestore:
    """Follows the restored log from what both logs have in common, as far as it was received. Raises NotFollowed."""
    with app.recorder.datastore.get_connection() as connection, connection.transaction():
        switch_log(connection, restored, reason)
        connection.execute(
            "INSERT INTO accepted_restores (service, old_log, new_log, since, lost, by, reason)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (restored.publisher, restored.old_log, restored.new_log, restored.since, lost, by, reason),
        )
    return find_accepted_restores(app)[-1]
