"""Per-stream locks inside one process. Without them a thread can exhaust its 20 optimistic retries (measured with
six threads on one aggregate)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID


@dataclass(slots=True)
class _StreamLock:
    lock: Lock = field(default_factory=Lock)
    users: int = 0
    """The threads that hold it or wait for it."""


class StreamLocks:
    """One lock a stream, which exists as long as a thread holds it or waits for it: no stream waits for another."""

    def __init__(self) -> None:
        self._locks: dict[UUID, _StreamLock] = {}
        self._gate = Lock()

    @contextmanager
    def on(self, streams: Collection[UUID]) -> Iterator[bool]:
        """Locks all these streams, always in the same order, so that no two threads wait for each other for ever.
        Yields whether another thread had one of them: what was loaded before may then be outdated."""
        has_waited, locked = False, list[UUID]()
        try:
            for stream in sorted(streams):
                has_waited |= self._acquire(stream)
                locked.append(stream)
            yield has_waited
        finally:
            for stream in locked:
                self._release(stream)

    def _acquire(self, stream: UUID) -> bool:
        """Returns whether another thread had it."""
        with self._gate:
            entry = self._locks.setdefault(stream, _StreamLock())
            entry.users += 1
            has_waited = entry.users > 1
        entry.lock.acquire()
        return has_waited

    def _release(self, stream: UUID) -> None:
        with self._gate:
            entry = self._locks[stream]
            entry.users -= 1
            if not entry.users:
                del self._locks[stream]
        entry.lock.release()
