"""Reports of the parts of a service that run in the background: projections, deadlines, receiving. Any process may then
say how they are, and notices a part that nobody runs any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.eventlog import DATABASE_ERRORS, ServiceApplication
from shared.kernel import WorkerLoop

REPORT_SECONDS = 10.0
LOOK_SECONDS = 2.0
SILENT_SECONDS = 30.0
"""After this long without a good report, nobody runs the part."""

PROJECTIONS, DEADLINES, HOUSEKEEPING = "projections", "deadlines", "housekeeping"
TOKEN = "token"  # noqa: S105  the part that has the service's own token renewed
FindFault = Callable[[], str | None]
"""Why a part does not work in this process now; null while all is well."""


def receiving(publisher: str) -> str:
    """The part that receives the events of a publisher."""
    return f"receiving {publisher}"


class PartReporter:
    """Reports how the parts of this process are: at once when one changes, and every ten seconds."""

    def __init__(self, app: ServiceApplication, parts: Mapping[str, FindFault]) -> None:
        self._app, self._parts = app, parts
        self._last: dict[str, str | None] = {}
        self._reported_at = float("-inf")
        self._loop = WorkerLoop(
            f"{app.service} reports", self._report_changes, interval_seconds=LOOK_SECONDS, expected=DATABASE_ERRORS
        )

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()

    def _report_changes(self) -> None:
        faults = {part: find() for part, find in self._parts.items()}
        if faults != self._last or time.monotonic() - self._reported_at >= REPORT_SECONDS:
            report_parts(self._app, faults)
            self._last, self._reported_at = faults, time.monotonic()


def report_parts(app: ServiceApplication, faults: Mapping[str, str | None]) -> None:
    """Raises the errors of the database."""
    app.recorder.fetch(
        "INSERT INTO {schema}.part_status AS s (part, ran_at, failed_at, error)"
        " SELECT part, CASE WHEN error IS NULL THEN clock_timestamp() END,"
        " CASE WHEN error IS NOT NULL THEN clock_timestamp() END, error"
        " FROM unnest(%s::text[], %s::text[]) AS reported (part, error) ORDER BY part"
        " ON CONFLICT (part) DO UPDATE SET ran_at = coalesce(excluded.ran_at, s.ran_at),"
        " failed_at = coalesce(excluded.failed_at, s.failed_at), error = coalesce(excluded.error, s.error)",
        ([*faults], [*faults.values()]),
    )


@dataclass(frozen=True, slots=True)
class PartStatus:
    """`ran`, `failed`: seconds since a replica last reported that all was well, or that it was not and why."""

    part: str
    ran: float | None = None
    failed: float | None = None
    error: str | None = None

    @property
    def is_silent(self) -> bool:
        """No replica runs it. A report from the future was given before the database's clock was set back."""
        reports = [age for age in (self.ran, self.failed) if age is not None]
        return not any(abs(age) <= SILENT_SECONDS for age in reports)

    @property
    def current_error(self) -> str | None:
        """Why the replica that reported last does not work."""
        is_newest = self.failed is not None and (self.ran is None or self.failed < self.ran)
        return self.error if is_newest and not self.is_silent else None
