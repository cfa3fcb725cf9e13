"""Turns for questions about the past of many cases: a person has one under way, and whoever waits holds no thread."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Depends, Request

from shared.web.auth import CallerDep
from shared.web.http import MayWait
from shared.web.limits import Slots

PARAMETERS = frozenset({"as_of", "on"})


class PastTurn(MayWait):
    """A turn for as long as the endpoint runs, where the request is about the past."""

    async def __call__(self, request: Request, caller: CallerDep) -> AsyncIterator[None]:
        """Raises ProblemError: 429 or 503."""
        if not self.waits(request):
            yield
            return
        slots: Slots = request.app.state.past_slots
        async with slots.hold(caller.actor.id):
            yield

    def waits(self, request: Request) -> bool:
        return not PARAMETERS.isdisjoint(request.query_params)


take_past_turn = PastTurn()
PAST_TURN = Depends(take_past_turn, scope="function")
"""For each operation that folds the past of many cases: `dependencies=[PAST_TURN]`. A test finds those that lack it."""
