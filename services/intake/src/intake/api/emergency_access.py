"""POST /api/v1/requests/{id}/emergency-access: a confidential case is opened for reading, for three hours."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel

from intake.domain.request.emergency import OpenEmergencyAccess
from intake.domain.request.state import Request
from shared.kernel import Role
from shared.web.auth import Caller, authorize_emergency, requires
from shared.web.http import JsonBody, problem_responses
from shared.web.requests import AppDep, CommandEndpoint, IdempotencyKeyHeader
from shared.web.resources import AggregateEndpoints

ROLES = (Role.ADVISER, Role.REGIONAL)
"""Whom a confidential case of their own unit is closed to; a manager sees it anyway."""
PATH = "/{id}/emergency-access"


class OpenedEmergencyAccess(BaseModel):
    """`until`: when the access ends."""

    case: UUID
    until: datetime


def add_emergency_access(requests: AggregateEndpoints[Request]) -> None:
    """No link leads to it: whoever sees the case needs none, and nobody else is told of the case."""
    router = requests.router

    def open_emergency_access(
        id: UUID,  # noqa: A002
        app: AppDep,
        caller: Annotated[Caller, requires(*ROLES)],
        body: Annotated[OpenEmergencyAccess, JsonBody(), Body()],
        idempotency_key: IdempotencyKeyHeader = None,
    ) -> OpenedEmergencyAccess:
        """The access is recorded, with its reason, before this answers; whoever is in charge of the case gets a task,
        and a mail if they chose so. Other services know of it within seconds, and end it by themselves. The case is
        read and not changed, and stands in no list.

        Again while it lasts: the same access."""
        authorize_emergency(caller, id, requests.decider.name)
        receipt = requests.handle(
            app, caller, lambda: body, case=id, stream=id, request=body, key=idempotency_key, exists=True
        )
        own = [each for each in receipt.state.emergency_accesses if each.by == caller.actor.id]
        return OpenedEmergencyAccess(case=id, until=own[-1].until)

    declared = CommandEndpoint(OpenEmergencyAccess, router.prefix + PATH, roles=ROLES)
    router.commands.append(declared)
    _add(router, open_emergency_access, declared)


def _add(router: APIRouter, endpoint: object, declared: CommandEndpoint) -> None:
    router.add_api_route(
        PATH,
        endpoint,  # type: ignore[arg-type]  # FastAPI takes any function
        methods=["POST"],
        response_model=OpenedEmergencyAccess,
        responses=problem_responses(409),
        summary=declared.summary,
    )
