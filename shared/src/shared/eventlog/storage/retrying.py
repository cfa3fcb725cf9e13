"""Reads that are tried again: a connection of the pool may have died unseen, with its server restarted meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from shared.eventlog.errors import CONNECTION_ERRORS

P = ParamSpec("P")
R = TypeVar("R")
ATTEMPTS, PAUSE_SECONDS = 4, 0.1
SECONDS = 1.0
"""After these nothing is tried again: where a connection took so long to fail, the next one would too."""


def retry_read(read: Callable[P, R]) -> Callable[P, R]:
    @wraps(read)
    def retried(*args: P.args, **kwargs: P.kwargs) -> R:
        end = time.monotonic() + SECONDS
        for _ in range(ATTEMPTS - 1):
            try:
                return read(*args, **kwargs)
            except CONNECTION_ERRORS:
                if time.monotonic() > end:
                    raise
                time.sleep(PAUSE_SECONDS)
        return read(*args, **kwargs)

    return retried
