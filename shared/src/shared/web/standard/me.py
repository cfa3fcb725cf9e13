"""`/me`: the caller's identity and rights."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.kernel import Role
from shared.web.auth import IdentityDep
from shared.web.http import ServiceRouter

me_router = ServiceRouter("/api/v1/me", tags=["me"])


class MyRight(BaseModel):
    """A right that is valid today; the header DLA-Right names it by its `id`."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    role: Role
    unit: str | None
    units: tuple[str, ...]
    case: UUID | None
    since: date | None
    until: date | None


class Me(BaseModel):
    """`id`: the pseudonym by which histories name the caller, and by which a manager gives them a right."""

    id: UUID
    rights: list[MyRight]


@me_router.get("", summary="Get your identity and your rights")
def get(identity: IdentityDep) -> Me:
    """As whom this token is taken, and with which rights; they may be none."""
    return Me(id=UUID(identity.pseudonym), rights=[MyRight.model_validate(right) for right in identity.rights])
