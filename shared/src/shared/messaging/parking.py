"""What becomes of an event that keeps failing? Its case waits, in order, until somebody mends it; others go on."""

from __future__ import annotations

import logging
import traceback
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.eventlog import NotParked, PartitionTracking, ServiceApplication
from shared.kernel import Refused
from shared.messaging.wire import Header, Message, decode, encode

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ParkedCase:
    """Its first event fails with `error`; `waiting` events in all wait to be replayed."""

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
    """`react` has a message's effects, in one transaction with its tracking."""

    FAILURES = 5

    def __init__(self, app: ServiceApplication, react: Callable[[Message, PartitionTracking], None]) -> None:
        self._app, self._react = app, react

    def is_due(self, header: Header, error: Exception) -> bool:
        """Counts a failure of ours: NATS counts deliveries, which crashes and lost acknowledgements raise as well."""
        (row,) = self._app.recorder.fetch(
            "INSERT INTO {schema}.failures AS f VALUES (%s, %s, 1, %s) ON CONFLICT (publisher, event_id)"
            " DO UPDATE SET times = f.times + 1, error = excluded.error, failed_at = now() RETURNING times",
            (header.publisher, header.id, _told(error)),
        )
        return bool(row["times"] >= self.FAILURES)

    def park(self, message: Message, tracking: PartitionTracking, error: Exception | None = None) -> None:
        """Puts an event aside: for an error, or without one behind an earlier event of its case."""
        row = _row(message, tracking) | {"partition": tracking.partition, "error": _told(error) if error else None}
        self._app.recorder.insert_events([], tracking=replace(tracking, parks=True), extras={"parked": [row]})
        if error:
            log.warning("case %s of %s is parked: %s", tracking.case, tracking.application_name, row["error"])

    def cases(self) -> list[ParkedCase]:
        rows = self._app.recorder.fetch(
            "SELECT publisher, case_id AS case, count(*) AS waiting, min(error) AS error, min(parked_at) AS since"
            " FROM {schema}.parked GROUP BY publisher, case_id ORDER BY since"
        )
        return [ParkedCase(**row) for row in rows]

    def replay(self, publisher: str, case: UUID) -> int:
        """Applies a parked case in order, each event in one transaction with its leaving; what arrives waits behind.

        Gives how many; raises what the first one that still fails raises."""
        done = 0
        while first := self._first(publisher, case):
            with suppress(NotParked):  # somebody else replays it too
                self._react(first.message, first.tracking)
                done += 1
        return done

    def skip(self, publisher: str, case: UUID, motive: str) -> bool:
        """Gives up the first parked event of a case, kept with the motive; those behind can then be replayed.

        False if none is parked."""
        first = self._first(publisher, case)
        if first is None:
            return False
        row = _row(first.message, first.tracking) | {"error": first.error, "motive": motive}
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
            log_id, place = message.header.log_id, (row["partition"], case)
            return ParkedEvent(
                message, PartitionTracking(publisher, row["number"], log_id, *place, unparks=True), error=row["error"]
            )
        return None


def _row(message: Message, tracking: PartitionTracking) -> dict[str, Any]:
    return {
        "publisher": tracking.application_name,
        "case_id": str(tracking.case),
        "number": tracking.notification_id,
        "message": b64encode(encode(message)).decode(),
    }


def _told(error: Exception) -> str:
    """Enough to mend it, and not the error's own text: it could hold what nobody here may read."""
    if isinstance(error, Refused):
        return f"refused: {error.slug}"
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {where.name}, {Path(where.filename).name}:{where.lineno}"
