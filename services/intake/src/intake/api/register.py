"""/api/v1/identities: the register of rights, an identity at a time."""

from __future__ import annotations

from operator import attrgetter
from uuid import UUID

from fastapi import APIRouter

from intake.bootstrap import Deployment
from intake.domain.register.rights import BEYOND_YOURS, GrantRight, RevokeRight
from intake.domain.request import request
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.web.auth import STAFF, Caller
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints


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
        also=(404,),
    )
    readers = (Role.MANAGER, Role.REGIONAL, Role.DPO, Role.AUDITOR)
    rights = identities.parts(
        "right", "/rights/{right}", lambda state: {right.id: right for right in state.rights}, *readers, right=UUID
    )
    rights.command("/revocation", RevokeRight, *STAFF)
    identities.get(*readers)
    return router


def require_case_access(app: ServiceApplication, caller: Caller, command: GrantRight) -> GrantRight:
    """The right to one case is granted only by those who work on that case. Raises Refused."""
    if command.case is None:
        return command
    unit = app.load_existing(request.decider, command.case).state.unit
    if not caller.actor.covers(unit) or caller.is_hidden(command.case):
        raise BEYOND_YOURS("Ce dossier n’est pas de ceux que vos propres droits couvrent.")
    return command
