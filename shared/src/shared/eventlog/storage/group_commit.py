"""Group commit: concurrent appends of one process share a transaction. The first leads, the others wait for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

Job = TypeVar("Job")
Answer = TypeVar("Answer")


@dataclass(eq=False)
class QueuedAppend(Generic[Job, Answer]):
    """A job in the queue, and its answer once it is committed."""

    work: Job
    answer: Answer | BaseException | None = None
    woken: Event = field(default_factory=Event)


class GroupCommit(Generic[Job, Answer]):
    """`commit` receives a group and fills in each answer, which may be an exception; each thread gets its own."""

    MAX_GROUP = 64

    def __init__(self, commit: Callable[[list[QueuedAppend[Job, Answer]]], None]) -> None:
        self._commit = commit
        self._queue: list[QueuedAppend[Job, Answer]] = []
        self._has_leader = False
        self._gate = Lock()

    def submit(self, work: Job) -> Answer:
        mine: QueuedAppend[Job, Answer] = QueuedAppend(work)
        with self._gate:
            self._queue.append(mine)
            leads, self._has_leader = not self._has_leader, True
        if not leads:
            mine.woken.wait()
            leads = mine.answer is None  # woken without an answer: the lead was handed on
        if leads:
            self._lead()
        if isinstance(mine.answer, BaseException):
            raise mine.answer
        assert mine.answer is not None
        return mine.answer

    def _lead(self) -> None:
        with self._gate:
            group, self._queue = self._queue[: self.MAX_GROUP], self._queue[self.MAX_GROUP :]
        try:
            self._commit(group)
        finally:
            with self._gate:
                heir = self._queue[0] if self._queue else None
                self._has_leader = heir is not None
            for each in group:
                if each.answer is None:
                    each.answer = InterruptedError("the append was interrupted; whether it was stored is unknown")
                each.woken.set()
            if heir:
                heir.woken.set()
