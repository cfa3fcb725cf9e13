"""Retention over HTTP, for the DPO: what is past its term, and what is to be kept beyond it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body
from pydantic import BaseModel

from intake import bootstrap
from intake.domain.request.archive import UnarchiveCase
from intake.domain.retention import HoldDossier, Kept, ReleaseDossier, decider, retention_of
from intake.operations import retention as planned
from intake.settings import deployment
from shared.kernel import Role
from shared.web.auth import Caller, authorize, requires
from shared.web.http import JsonBody, problem_responses
from shared.web.requests import AppDep, case_router
from shared.web.resources import Operation
from shared.web.standard import DPO_ONLY

router = case_router("/retention", "retention")


class Term(BaseModel):
    """`archived_on`: from when a closed dossier is kept as an archive; `due_on`: its term; `due`: whether the next
    `dla-intake retention --act` destroys it; `then`: the same, for people."""

    case: UUID
    unit: str
    kept: Kept
    last_on: date
    archived_on: date | None
    due_on: date
    due: bool
    then: str


class Archived(BaseModel):
    """Whether a dossier is kept as an archive, closed to those who worked on it."""

    case: UUID
    archived: bool


class Suspension(BaseModel):
    """Whether the destruction of a dossier is suspended, and why."""

    case: UUID
    suspended: bool
    motive: str | None


@router.get("", summary="The dossiers that are over, by their term")
def terms(app: AppDep, caller: Annotated[Caller, requires(*DPO_ONLY)]) -> list[Term]:
    """The oldest term first. Nothing is destroyed by asking."""
    authorize(caller)
    today = app.clock.now().date()
    found = planned.terms(app, deployment())
    caller.record_rows(len(found))
    return [
        Term(
            case=each.case,
            unit=each.unit,
            kept=each.kept,
            last_on=each.last_on,
            archived_on=each.archived_on,
            due_on=each.due_on,
            due=each.due(today),
            then=each.then(today),
        )
        for each in found
    ]


def hold(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: Annotated[Caller, requires(*DPO_ONLY)],
    body: Annotated[HoldDossier, JsonBody(), Body()],
) -> Suspension:
    """Kept beyond its term, until it is released: a dispute, an inspection, a request under examination."""
    return _decided(id, app, caller, body)


def release(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: Annotated[Caller, requires(*DPO_ONLY)],
    body: Annotated[ReleaseDossier, JsonBody(), Body()],
) -> Suspension:
    """What it was held for is over: its term counts again."""
    return _decided(id, app, caller, body)


def unarchive(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: Annotated[Caller, requires(*DPO_ONLY)],
    body: Annotated[UnarchiveCase, JsonBody(), Body()],
) -> Archived:
    """The unit reads and works on the dossier again; its term counts from today."""
    authorize(caller)
    receipt = app.handle(bootstrap.requests, id, body, app.context(id, caller.actor), exists=True)
    return Archived(case=id, archived=receipt.state.archived)


def _decided(id: UUID, asked: Any, caller: Caller, command: HoldDossier | ReleaseDossier) -> Suspension:  # noqa: A002
    authorize(caller)
    asked.load_existing(bootstrap.requests, id)
    receipt = asked.handle(decider, retention_of(id), command, asked.context(id, caller.actor))
    motive = receipt.state.held
    return Suspension(
        case=id, suspended=motive is not None, motive=asked.key_store.display_text(motive) if motive else None
    )


for path, endpoint, command, told in (
    ("/{id}/hold", hold, HoldDossier, Suspension),
    ("/{id}/release", release, ReleaseDossier, Suspension),
    ("/{id}/unarchiving", unarchive, UnarchiveCase, Archived),
):
    endpoint.__dict__["operation"] = Operation(command, f"/api/v1/retention{path}", roles=(Role.DPO,))
    router.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        response_model=told,
        responses=problem_responses(409, 410),
        summary=endpoint.__dict__["operation"].title,
    )
