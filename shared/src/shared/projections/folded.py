"""Whether a projection shows all of the log: after a migration it is folded anew, and meanwhile shows a part."""

from __future__ import annotations

import time

from shared.eventlog import ServiceApplication
from shared.projections.projection import Projection

WAIT_SECONDS, POLL_SECONDS = 5.0, 0.1
"""A projection that follows the log is behind by a moment; one that is folded anew, by minutes."""


def wait_until_folded(app: ServiceApplication, projection: Projection, seconds: float = WAIT_SECONDS) -> bool:
    """Whether the rows show all that was recorded before the call, now or within so many seconds.

    For what is decided from a list and cannot be undone."""
    head, end = app.recorder.max_notification_id() or 0, time.monotonic() + seconds
    while not _has_folded(app, projection, head):
        if time.monotonic() > end:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _has_folded(app: ServiceApplication, projection: Projection, position: int) -> bool:
    rows = app.recorder.fetch(
        "SELECT position FROM {schema}.projection_checkpoints WHERE projection = %s", (projection.name,)
    )
    return position == 0 or (bool(rows) and rows[0]["position"] >= position)
