"""A caller under each of their rights at once: whoever is given cases one by one lists them together."""

from dataclasses import dataclass, replace
from typing import Any

from fastapi import Depends, Request

from shared.kernel import Right, Role
from shared.web.auth.authentication import RIGHT_HEADER, IdentityDep, get_caller
from shared.web.auth.authorization import RequiredRoles
from shared.web.auth.caller import Caller
from shared.web.http import MayWait
from shared.web.requests import AppDep, names_positions, wait_for_positions


@dataclass(frozen=True, slots=True)
class OwnRight:
    """A right that is valid today, and the caller who acts under it."""

    right: Right
    caller: Caller


@dataclass(frozen=True, slots=True)
class EveryRight(MayWait):
    """A dependency that gives each right of these roles, in the order in which they were given; with the header
    DLA-Right, this one alone."""

    roles: frozenset[Role]

    async def __call__(self, request: Request, identity: IdentityDep, app: AppDep) -> list[OwnRight]:
        """Raises ProblemError as `requires` does, for whoever has no right of these roles."""
        named = request.headers.get(RIGHT_HEADER)
        rights = [right for right in identity.rights if right.role in self.roles and named in (None, str(right.id))]
        if not rights:
            await RequiredRoles(self.roles)(await get_caller(request, identity, app), request)
        await wait_for_positions(request)
        return [
            OwnRight(right, await get_caller(request, replace(identity, rights=(right,)), app))
            for right in sorted(rights, key=lambda right: right.id)
        ]

    def waits(self, request: Request) -> bool:
        return names_positions(request)


def under_every_right(*roles: Role) -> Any:
    """Declares the roles of an operation: `own: Annotated[list[OwnRight], under_every_right(Role.PROVIDER)]`."""
    return Depends(EveryRight(frozenset(roles)))
