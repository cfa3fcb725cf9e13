"""Turns for questions about the past of many cases: a person has one under way, and whoever waits holds no thread."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Depends, Request

from shared.web.auth import CallerDep
from shared.web.limits import Slots

PARAMETERS = frozenset({"as_of", "on"})


async def take_past_turn(request: Request, caller: CallerDep) -> AsyncIterator[None]:
    """For as long as the endpoint runs. Raises ProblemError: 429 or 503."""
    if PARAMETERS.isdisjoint(request.query_params):
        yield
        return
    slots: Slots = request.app.state.past_slots
    async with slots.hold(caller.actor.id):
        yield


PAST_TURN = Depends(take_past_turn, scope="function")
"""For each operation that folds the past of many cases: `dependencies=[PAST_TURN]`. A test finds those that lack it."""
