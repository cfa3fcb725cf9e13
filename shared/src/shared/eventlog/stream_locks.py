"""Per-stream locks inside one process. Without them a thread can exhaust its 20 optimistic retries (measured with
six threads on one aggregate)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from uuid import UUID

STRIPES = 64


class StreamLocks:
    """Striped: two streams may share a lock, and then wait for each other without need."""

    def __init__(self) -> None:
        self._locks = [Lock() for _ in range(STRIPES)]

    @contextmanager
    def on(self, streams: Collection[UUID]) -> Iterator[bool]:
        """Locks all these streams, always in the same order, so that no two threads wait for each other for ever.
        Yields whether another thread had one of them: what was loaded before may then be outdated."""
        has_waited = False
        with ExitStack() as lock_stack:
            for stripe in sorted({hash(each) % STRIPES for each in streams}):
                lock = self._locks[stripe]
                if not lock.acquire(blocking=False):
                    has_waited = True
                    lock.acquire()
                lock_stack.callback(lock.release)
            yield has_waited
