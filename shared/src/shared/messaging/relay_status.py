"""Status of a service's relay, as its leading replica last reported it: each replica's health check tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.eventlog import ServiceApplication

REPORT_SECONDS, SILENT_SECONDS = 10.0, 30.0
"""A leading relay reports what changes at once, and else every ten seconds. After the longer one without a report, none
leads."""


@dataclass(frozen=True, slots=True)
class RelayStatus:
    """`position`: the last one known to be in the stream; `unsent`: how many events of the log come after it.

    `error`: why nothing is sent, null while all is well. `reported_at`: null before any relay has led."""

    position: int
    unsent: int
    error: str | None
    reported_at: datetime | None


class RelayReporter:
    """Reports for a relay that leads."""

    def __init__(self, app: ServiceApplication) -> None:
        self._app = app
        self._last: tuple[int, str | None] | None = None
        self._reported_at = 0.0

    def report(self, position: int, error: str | None, now: float) -> None:
        """`now`: in seconds of a monotonic clock. Raises the errors of the database."""
        if (position, error) != self._last or now - self._reported_at >= REPORT_SECONDS:
            record_relay_status(self._app, position, error)
            self._last, self._reported_at = (position, error), now


def record_relay_status(app: ServiceApplication, position: int, error: str | None) -> None:
    """Raises the errors of the database."""
    app.recorder.fetch(
        "INSERT INTO {schema}.relay_status VALUES (true, %s, %s, clock_timestamp()) ON CONFLICT (singleton) DO UPDATE"
        " SET position = excluded.position, error = excluded.error, reported_at = excluded.reported_at",
        (position, error),
    )


def find_relay_status(app: ServiceApplication) -> RelayStatus:
    last = app.recorder.max_notification_id() or 0
    rows = app.recorder.fetch(
        "SELECT position, error, reported_at, abs(extract(epoch FROM clock_timestamp() - reported_at)) > %s AS silent"
        " FROM {schema}.relay_status",  # far ahead, it is a report from before the clock was set back
        (SILENT_SECONDS,),
    )
    if not rows:
        return RelayStatus(0, last, error="no relay has led yet", reported_at=None)
    (row,) = rows
    error = row["error"]
    if row["silent"]:
        silence = f"no relay has reported for {SILENT_SECONDS:.0f} seconds"
        error = f"{silence}; the last error of one was {error}" if error else silence
    return RelayStatus(row["position"], max(0, last - row["position"]), error=error, reported_at=row["reported_at"])
