"""The part of the deploy step that is in the database."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import closing

from shared.eventlog import OUTAGES, ServiceApplication

WAIT_SECONDS = 60
"""A deploy step often starts beside its database, on a machine that is busy starting everything else."""
PAUSE_SECONDS = 1
log = logging.getLogger(__name__)


def migrate_database(
    connect: Callable[[], ServiceApplication], serving_role: str | None, seconds: float = WAIT_SECONDS
) -> None:
    """Creates what is missing, as often as it takes while the database does not answer; running it twice does no harm.
    Raises what it raised last after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        try:
            with closing(connect()) as app:
                app.create_tables(serving_role)
        except OUTAGES as error:
            if time.monotonic() > end:
                raise
            log.warning("PostgreSQL does not answer yet: %s", error)
            time.sleep(PAUSE_SECONDS)
        else:
            return
