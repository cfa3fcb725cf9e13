"""/api/v1/identities: the register of rights, as a list and an identity at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from operator import attrgetter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from intake.bootstrap import Deployment
from intake.domain.register.rights import BEYOND_YOURS, GrantRight, RevokeRight
from intake.domain.request import request
from intake.operations.register_list import RegisterEntry, RegisterQuery, find_rights
from shared.access import AccessAction
from shared.eventlog import ServiceApplication
from shared.kernel import ROLE_LABELS, Day, Right, Role
from shared.names.lookup import find_person_names
from shared.web.auth import STAFF, Caller, authorize, requires
from shared.web.collections import NO_NUL_PATTERN
from shared.web.requests import AppDep, case_router
from shared.web.resources import AggregateEndpoints

REGISTER_READERS = (Role.MANAGER, Role.REGIONAL, Role.DPO, Role.AUDITOR, Role.OPS)


class RegisterParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: Role | None = Field(None, description="Rights of this role")
    unit: str | None = Field(None, max_length=200, pattern=NO_NUL_PATTERN, description="Rights that name this unit")
    active_on: Day | None = Field(None, description="Rights that hold on this day, and are not revoked")
    after: UUID | None = Field(None, description="The `next` of the page before")
    limit: int = Field(50, ge=1, le=200, description="Identities on a page")


class ListedRight(BaseModel):
    """A right over units. `since` and `until`: its first and last days; null for none."""

    id: UUID
    role: Role
    role_label: str
    unit: str | None
    units: list[str]
    territories: list[str]
    since: date | None
    until: date | None
    revoked: bool


class ListedIdentity(BaseModel):
    """A person or a program, by pseudonym. `name`: null where none was given, and to who may not read it."""

    id: UUID
    name: str | None
    rights: list[ListedRight]


class IdentityPage(BaseModel):
    """By the id of the identities; give `next` back as `after` to go on, until it is null."""

    items: list[ListedIdentity]
    next: UUID | None


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
        """The identities with a right over a unit that the caller's right covers, by their id, each with these rights
        and no other. Rights to one case are not listed here. The operator is shown every right, and no name."""
        authorize(caller)
        is_operator = caller.actor.role is Role.OPS
        query = RegisterQuery(None if is_operator else caller.actor.territory, **params.model_dump())
        page, last = find_rights(app, query)
        caller.record_rows(len(page))
        identities = [rights[0].identity for rights in page]
        names = {} if is_operator else find_person_names(app, identities)
        return IdentityPage(items=[_listed(rights, names) for rights in page], next=last)

    return router


def _listed(rights: list[RegisterEntry], names: Mapping[str, str]) -> ListedIdentity:
    identity = rights[0].identity
    return ListedIdentity(id=identity, name=names.get(str(identity)), rights=[_listed_right(each) for each in rights])


def _listed_right(entry: RegisterEntry) -> ListedRight:
    right = entry.right
    return ListedRight(
        id=right.id,
        role=right.role,
        role_label=ROLE_LABELS[right.role],
        unit=right.unit,
        units=list(right.units),
        territories=list(right.territories),
        since=right.since,
        until=right.until,
        revoked=entry.revoked,
    )


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
