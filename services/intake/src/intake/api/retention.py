"""/api/v1/retention: terms of finished cases, suspension of a destruction and archives, for the DPO."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel

from intake.bootstrap import Deployment
from intake.domain.request import request
from intake.domain.request.archive import UnarchiveCase
from intake.domain.retention import HoldCase, ReleaseCase, RetentionClass, decider, retention_id
from intake.operations.retention import find_terms
from shared.eventlog import CommandOptions, ServiceApplication
from shared.kernel import Role, paris_date
from shared.web.auth import Caller, authorize, authorize_data_protection, requires
from shared.web.http import JsonBody, problem_responses
from shared.web.requests import AppDep, CommandEndpoint, case_router
from shared.web.standard import DPO_ONLY


class TermRow(BaseModel):
    """`archived_on`: from when a closed case is an archive; `due_on`: when its keys are to be destroyed; `due`: whether
    the next `dla-intake retention --act` destroys them; `status`: the same, in French; `suspended`: whether the DPO
    suspended the destruction, before the term or after."""

    case: UUID
    unit: str
    retention_class: RetentionClass
    last_on: date
    archived_on: date | None
    due_on: date
    due: bool
    status: str
    suspended: bool = False


class ArchiveState(BaseModel):
    """Whether a case is an archive, which its unit does not read."""

    case: UUID
    archived: bool


class HoldState(BaseModel):
    """Whether the destruction of a case is suspended, and why."""

    case: UUID
    suspended: bool
    reason: str | None


def build_router(deployment: Deployment) -> APIRouter:
    router = case_router("/retention", "retention")

    @router.get("", summary="List the finished cases by their term")
    def list_terms(app: AppDep, caller: Annotated[Caller, requires(*DPO_ONLY)]) -> list[TermRow]:
        """Of the caller's territory, the oldest term first. Reading this list destroys nothing."""
        authorize(caller)
        today = paris_date(app.clock.now())
        terms = find_terms(app, deployment.settings, caller.actor.territory)
        caller.record_rows(len(terms))
        return [
            TermRow(
                case=term.case,
                unit=term.unit,
                retention_class=term.retention_class,
                last_on=term.last_on,
                archived_on=term.archived_on,
                due_on=term.due_on,
                due=term.is_due(today),
                status=term.status(today),
                suspended=term.suspended,
            )
            for term in terms
        ]

    for path, endpoint, command, model in (
        ("/{id}/hold", hold, HoldCase, HoldState),
        ("/{id}/release", release, ReleaseCase, HoldState),
        ("/{id}/unarchiving", unarchive, UnarchiveCase, ArchiveState),
    ):
        declared = CommandEndpoint(command, f"/api/v1/retention{path}", roles=(Role.DPO,))
        router.commands.append(declared)
        router.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            response_model=model,
            responses=problem_responses(409, 410),
            summary=declared.summary,
        )
    return router


def hold(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: Annotated[Caller, requires(*DPO_ONLY)],
    body: Annotated[HoldCase, JsonBody(), Body()],
) -> HoldState:
    """The case is kept beyond its term until it is released: a dispute, an inspection, a request under examination."""
    return _handle(id, app, caller, body)


def release(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: Annotated[Caller, requires(*DPO_ONLY)],
    body: Annotated[ReleaseCase, JsonBody(), Body()],
) -> HoldState:
    """The reason of the suspension is over: the term applies again."""
    return _handle(id, app, caller, body)


def unarchive(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: Annotated[Caller, requires(*DPO_ONLY)],
    body: Annotated[UnarchiveCase, JsonBody(), Body()],
) -> ArchiveState:
    """The unit reads and works on the case again. Its term counts from today."""
    authorize_data_protection(caller, id, request.decider.name)
    receipt = app.handle(request.decider, id, body, app.context(id, caller.actor), CommandOptions(must_exist=True))
    return ArchiveState(case=id, archived=receipt.state.archived)


def _handle(id: UUID, app: ServiceApplication, caller: Caller, command: HoldCase | ReleaseCase) -> HoldState:  # noqa: A002
    authorize_data_protection(caller, id, request.decider.name)
    app.load_existing(request.decider, id)
    receipt = app.handle(decider, retention_id(id), command, app.context(id, caller.actor))
    reason = receipt.state.hold_reason
    return HoldState(
        case=id, suspended=reason is not None, reason=app.key_store.display_text(reason) if reason else None
    )
