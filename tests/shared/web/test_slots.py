"""Slots: who asks for everything at once waits for themselves, and all others for their turn."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from shared.web.http import ProblemError
from shared.web.limits import SlotLimits, Slots

LIMITS = SlotLimits(total=2, each=1, waiting=2, wait_seconds=5)


class Work:
    """Takes slots until it is told to end each."""

    def __init__(self, limits: SlotLimits = LIMITS) -> None:
        self.slots = Slots(limits)
        self.begun: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._ends: dict[str, list[asyncio.Event]] = {}

    async def ask(self, who: str) -> asyncio.Task[None]:
        task = asyncio.create_task(self._work(who))
        self._tasks.append(task)
        await asyncio.sleep(0)
        return task

    async def end(self, who: str) -> None:
        self._ends[who].pop(0).set()
        for _ in range(5):
            await asyncio.sleep(0)

    async def _work(self, who: str) -> None:
        async with self.slots.hold(who):
            self.begun.append(who)
            self._ends.setdefault(who, []).append(end := asyncio.Event())
            await end.wait()

    async def give_up(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def played(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_one_person_has_one_and_another_begins_at_once() -> None:
    async def story() -> None:
        work = Work()
        await work.ask("greedy")
        await work.ask("greedy")
        await work.ask("calm")
        assert work.begun == ["greedy", "calm"]
        await work.end("greedy")
        assert work.begun == ["greedy", "calm", "greedy"]
        await work.give_up()

    played(story())


def test_who_has_too_many_in_line_is_told_to_wait_themselves() -> None:
    async def story() -> None:
        work = Work()
        for _ in range(3):
            await work.ask("greedy")
        refused = await work.ask("greedy")
        with pytest.raises(ProblemError) as told:
            await refused
        assert (told.value.status_code, told.value.slug) == (429, "too-many-at-once")
        assert told.value.headers == {"Retry-After": "5"}
        await work.ask("calm")
        assert work.begun == ["greedy", "calm"]
        await work.give_up()

    played(story())


def test_the_others_in_line_come_before_ones_own_next() -> None:
    async def story() -> None:
        work = Work(SlotLimits(total=1, each=1, waiting=2, wait_seconds=5))
        for who in ("greedy", "greedy", "greedy", "calm"):
            await work.ask(who)
        await work.end("greedy")
        await work.end("calm")
        assert work.begun == ["greedy", "calm", "greedy"]
        await work.give_up()

    played(story())


def test_a_turn_that_does_not_come_is_told_and_leaves_the_line() -> None:
    async def story() -> None:
        work = Work(SlotLimits(total=1, each=1, waiting=2, wait_seconds=0.01))
        await work.ask("greedy")
        with pytest.raises(ProblemError) as told:
            await (await work.ask("calm"))
        assert (told.value.status_code, told.value.slug) == (503, "busy")
        await work.end("greedy")
        await work.ask("late")
        assert work.begun == ["greedy", "late"]
        await work.give_up()

    played(story())


def test_who_gives_up_in_line_or_at_work_keeps_no_slot() -> None:
    async def story() -> None:
        work = Work(SlotLimits(total=1, each=1, waiting=2, wait_seconds=5))
        at_work, in_line = await work.ask("first"), await work.ask("second")
        in_line.cancel()
        await work.end("first")
        assert at_work.done()
        third = await work.ask("third")
        waiting = await work.ask("fourth")
        third.cancel()
        waiting.cancel()  # at the moment at which its turn comes
        await asyncio.gather(third, waiting, return_exceptions=True)
        await work.ask("fifth")
        assert work.begun == ["first", "third", "fifth"]
        await work.give_up()

    played(story())


def test_a_turn_that_comes_while_its_person_goes_is_given_to_the_next() -> None:
    async def story() -> None:
        work = Work(SlotLimits(total=1, each=1, waiting=2, wait_seconds=5))
        await work.ask("first")
        going, next_one = await work.ask("going"), await work.ask("next")
        work._ends["first"].pop(0).set()
        await asyncio.sleep(0)  # the turn was given, and not yet taken
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        await asyncio.sleep(0)
        assert work.begun == ["first", "next"]
        assert not next_one.done()
        await work.give_up()

    played(story())
