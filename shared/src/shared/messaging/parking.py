"""Parking of events that keep failing. The events of a parked case wait, in order, until somebody mends the cause; all
other cases go on."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.eventlog import NotParked, PartitionTracking, ServiceApplication
from shared.kernel import describe_error
from shared.messaging.wire import Header, Message, decode, encode

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ParkedCase:
    """A case with parked events. `waiting`: how many. `error`: why the first of them failed."""

    publisher: str
    case: UUID
    waiting: int
    error: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    message: Message
    tracking: PartitionTracking
    error: str | None


class Parking:
    """`react(message, tracking)` applies a message, in one transaction with its tracking."""

    MAX_FAILURES = 5

    def __init__(self, app: ServiceApplication, react: Callable[[Message, PartitionTracking], None]) -> None:
        self._app, self._react = app, react

    def count_failure(self, header: Header, error: Exception) -> bool:
        """Counts one failure of an event, and returns whether it is now to be parked.

        The deliveries that NATS counts do not serve: crashes and lost acknowledgements raise that number as well."""
        (row,) = self._app.recorder.fetch(
            "INSERT INTO {schema}.failures AS f VALUES (%s, %s, 1, %s) ON CONFLICT (publisher, event_id)"
            " DO UPDATE SET times = f.times + 1, error = excluded.error, failed_at = now() RETURNING times",
            (header.publisher, header.id, describe_error(error)),
        )
        return bool(row["times"] >= self.MAX_FAILURES)

    def park(self, message: Message, tracking: PartitionTracking, error: Exception | None = None) -> None:
        """Parks an event: because of an error, or without one behind an earlier event of its case."""
        row = _row(message, tracking) | {
            "partition": tracking.partition,
            "error": describe_error(error) if error else None,
        }
        self._app.recorder.insert_events([], tracking=replace(tracking, parks=True), extras={"parked": [row]})
        if error:
            log.warning("case %s of %s is parked: %s", tracking.case, tracking.application_name, row["error"])

    def cases(self) -> list[ParkedCase]:
        """The parked cases, the oldest first."""
        rows = self._app.recorder.fetch(
            "SELECT publisher, case_id AS case, count(*) AS waiting, min(error) AS error, min(parked_at) AS since"
            " FROM {schema}.parked GROUP BY publisher, case_id ORDER BY since"
        )
        return [ParkedCase(**row) for row in rows]

    def replay(self, publisher: str, case: UUID) -> int:
        """Applies the parked events of a case in order, each in one transaction with its removal from the parking.
        Events that arrive meanwhile wait behind. Returns how many were applied; raises what the first one that still
        fails raises."""
        count = 0
        while first := self._first(publisher, case):
            with suppress(NotParked):  # another replica replays it too
                self._react(first.message, first.tracking)
                count += 1
        return count

    def skip(self, publisher: str, case: UUID, reason: str) -> bool:
        """Gives up the first parked event of a case. It is kept in the table `skipped`, with the reason; the events
        behind it can then be replayed. Returns False when none is parked."""
        first = self._first(publisher, case)
        if first is None:
            return False
        row = _row(first.message, first.tracking) | {"error": first.error, "reason": reason}
        self._app.recorder.insert_events([], tracking=first.tracking, extras={"skipped": [row]})
        return True

    def _first(self, publisher: str, case: UUID) -> ParkedEvent | None:
        rows = self._app.recorder.fetch(
            "SELECT number, partition, message, error FROM {schema}.parked WHERE (publisher, case_id) = (%s, %s)"
            " ORDER BY number LIMIT 1",
            (publisher, case),
        )
        for row in rows:
            message = decode(row["message"])
            tracking = PartitionTracking(
                publisher,
                row["number"],
                log_id=message.header.log_id,
                partition=row["partition"],
                case=case,
                unparks=True,
            )
            return ParkedEvent(message, tracking, error=row["error"])
        return None


def _row(message: Message, tracking: PartitionTracking) -> dict[str, Any]:
    return {
        "publisher": tracking.application_name,
        "case_id": str(tracking.case),
        "number": tracking.notification_id,
        "message": b64encode(encode(message)).decode(),
    }
