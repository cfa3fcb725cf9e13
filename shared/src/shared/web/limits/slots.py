"""Slots for work that costs much: few at once, fewer for each person, and a line in which nobody holds a thread.

Without a share of its own for each person, one account that asks for everything at once makes all others wait."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.web.http import ProblemError


@dataclass(frozen=True, slots=True)
class SlotLimits:
    """`total` at once, `each` of them for one person, of whom `waiting` more stand in line, for `wait_seconds` each."""

    total: int
    each: int
    waiting: int
    wait_seconds: float


PDFS = SlotLimits(total=1, each=1, waiting=3, wait_seconds=60)
"""One process makes them, one after the other."""
PAST = SlotLimits(total=2, each=1, waiting=3, wait_seconds=10)
"""Questions about the past of many cases: ten seconds of a processor at most."""
UPLOADS = SlotLimits(total=8, each=2, waiting=8, wait_seconds=30)
"""Files that one process holds in memory, of 10 MiB at most; a slow sender keeps its slot for two minutes."""
LARGE_FILES = SlotLimits(total=2, each=1, waiting=3, wait_seconds=60)
"""Answers of tens of mebibytes, held in memory until they are sent."""


class Slots:
    """For one kind of work, in one event loop. In line, a person's turn comes when it is free and so is one of theirs:
    those who already have their share are passed over."""

    def __init__(self, limits: SlotLimits) -> None:
        self._limits = limits
        self._in_use: Counter[str] = Counter()
        self._line: deque[tuple[str, asyncio.Future[None]]] = deque()

    @property
    def in_use(self) -> int:
        """By everybody."""
        return self._in_use.total()

    @asynccontextmanager
    async def hold(self, who: str) -> AsyncIterator[None]:
        """Raises ProblemError: 429 when this person has too much of it under way already, 503 when their turn does not
        come in time."""
        if not self._is_free_for(who):
            await self._stand_in_line(who)
        else:
            self._in_use[who] += 1
        try:
            yield
        finally:
            self._release(who)

    def _is_free_for(self, who: str) -> bool:
        return self.in_use < self._limits.total and self._in_use[who] < self._limits.each

    async def _stand_in_line(self, who: str) -> None:
        if sum(each == who for each, _ in self._line) >= self._limits.waiting:
            raise too_many_at_once()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append((who, turn))
        try:
            async with asyncio.timeout(self._limits.wait_seconds):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._release(who)  # the turn came at the very moment at which nobody waited for it any more
            else:
                self._line.remove((who, turn))
            if isinstance(error, TimeoutError):
                raise _no_turn() from None
            raise

    def _release(self, who: str) -> None:
        self._in_use[who] -= 1
        if not self._in_use[who]:
            del self._in_use[who]
        for each in sorted(self._line, key=lambda each: each[0] == who):  # others before one's own next
            waiting, turn = each
            if not turn.cancelled() and self._is_free_for(waiting):
                self._line.remove(each)
                self._in_use[waiting] += 1
                turn.set_result(None)


def too_many_at_once() -> ProblemError:
    detail = "D’autres demandes de votre part sont encore en cours\u00a0: attendez leur réponse, puis recommencez."
    return ProblemError(429, "too-many-at-once", "Trop de demandes à la fois", detail, {"Retry-After": "5"})


def _no_turn() -> ProblemError:
    detail = "D’autres personnes demandent la même chose en ce moment\u00a0: réessayez dans un instant."
    return ProblemError(503, "busy", "Un instant…", detail, {"Retry-After": "10"})
