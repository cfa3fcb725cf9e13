"""/api/v1/identities: the register of rights, as a list and an identity at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from operator import attrgetter
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from intake.bootstrap import Deployment
from intake.domain.register.rights import BEYOND_YOURS, GrantRight, RevokeRight
from intake.domain.request import request
from intake.operations.register_list import RegisterQuery, find_rights, identities
from shared.access import AccessAction
from shared.eventlog import ServiceApplication
from shared.kernel import ROLE_LABELS, Day, Right, Role
from shared.names.lookup import find_person_names
from shared.queries import InvalidCursor
from shared.web.auth import STAFF, Caller, authorize, requires
from shared.web.collections import NO_NUL_PATTERN, invalid_cursor, sort_labels
from shared.web.requests import AppDep, case_router
from shared.web.resources import AggregateEndpoints

REGISTER_READERS = (Role.MANAGER, Role.REGIONAL, Role.DPO, Role.AUDITOR, Role.OPS)


class RegisterParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: Role | None = Field(None, description="Rights of this role")
    unit: str | None = Field(None, max_length=200, pattern=NO_NUL_PATTERN, description="Rights that name this unit")
    active_on: Day | None = Field(None, description="Rights that hold on this day, and are not revoked")
    sort: Literal["id", "-id", "granted_at", "-granted_at", "until", "-until"] = Field(
        "id",
        description="With a minus the greatest first; by the last of the matching rights to be granted, or the first to"
        " end",
        json_schema_extra={"x-labels": sort_labels(identities)},
    )
    after: str | None = Field(None, max_length=1000, description="The `next` of the page before, in the same order")
    limit: int = Field(50, ge=1, le=200, description="Identities on a page")


class ListedRight(BaseModel):
    """A right over units. `since` and `until`: its first and last days; null for none. `granted_at`: when it was
    given."""

    id: UUID
    role: Role
    role_label: str
    unit: str | None
    units: list[str]
    territories: list[str]
    since: date | None
    until: date | None
    granted_at: datetime
    revoked: bool


class ListedIdentity(BaseModel):
    """A person or a program, by pseudonym. `name`: null where none was given, and to who may not read it."""

    id: UUID
    name: str | None
    rights: list[ListedRight]


class IdentityPage(BaseModel):
    """Give `next` back as `after` to go on, until it is null."""

    items: list[ListedIdentity]
    next: str | None


def build_router(deployment: Deployment) -> APIRouter:
    router = case_router("/identities", "register of rights")
    identities = AggregateEndpoints(router, deployment.register, called="identity")
    identities.create(
        GrantRight,
        *STAFF,
        path="/rights",
        stream=attrgetter("identity"),
        completed=require_case_access,
        may_refuse=(BEYOND_YOURS,),
    )
    readers = (Role.MANAGER, Role.REGIONAL, Role.DPO, Role.AUDITOR)
    rights = identities.parts(
        "right",
        Right,
        "/rights/{right}",
        lambda state: {right.id: right for right in state.rights},
        *readers,
        right=UUID,
    )
    rights.command("/revocation", RevokeRight, *STAFF)
    identities.get(*readers)

    @router.get("", summary="List who holds which right")
    def list_identities(
        app: AppDep, caller: Annotated[Caller, requires(*REGISTER_READERS)], params: Annotated[RegisterParams, Query()]
    ) -> IdentityPage:
        """The identities with a right over a unit that the caller's right covers, each with these rights and no other.
        Rights to one case are not listed here. The operator is shown every right, and no name."""
        authorize(caller)
        is_operator = caller.actor.role is Role.OPS
        query = RegisterQuery(None if is_operator else caller.actor.territory, **params.model_dump())
        try:
            page = find_rights(app.recorder, query)
        except InvalidCursor:
            raise invalid_cursor() from None
        caller.record_rows(len(page.items))
        names = {} if is_operator else find_person_names(app, [row["id"] for row in page.items])
        return IdentityPage(items=[_listed(row, names) for row in page.items], next=page.next)

    return router


def _listed(row: Mapping[str, Any], names: Mapping[str, str]) -> ListedIdentity:
    rights = [
        ListedRight.model_validate({**right, "role_label": ROLE_LABELS[right["role"]]}) for right in row["rights"]
    ]
    return ListedIdentity(id=row["id"], name=names.get(row["id"]), rights=rights)


def require_case_access(app: ServiceApplication, caller: Caller, command: GrantRight) -> GrantRight:
    """The right to one case is granted only by those who work on that case. Raises Refused, alike for a case that they
    do not see and for none."""
    if command.case is None:
        return command
    kind = request.decider.name
    is_read = caller.can(AccessAction.READ, command.case, kind)
    if not is_read or not caller.actor.covers(app.load_existing(request.decider, command.case).state.unit):
        raise BEYOND_YOURS("Ce dossier n’est pas de ceux que vos propres droits couvrent.")
    return command
