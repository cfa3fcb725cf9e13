"""Who am I, here?"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from shared.decider import Role
from shared.web.bodies import BoundedRoute
from shared.web.callers import Calling

me_router = APIRouter(prefix="/api/v1/me", tags=["me"], route_class=BoundedRoute)


class Me(BaseModel):
    """`id` is the pseudonym under which the histories name the caller; `case`, the only one that a leader opens."""

    id: str
    role: Role
    unit: str | None
    case: UUID | None


@me_router.get("", summary="Who calls")
def me(caller: Calling) -> Me:
    """As whom this token is taken: an id, which the histories name, and a role."""
    return Me(id=caller.actor.id, role=caller.actor.role, unit=caller.actor.unit, case=caller.case)
