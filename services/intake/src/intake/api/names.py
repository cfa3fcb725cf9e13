"""/api/v1/requests/{id}/names and /api/v1/names: what people who work on cases are called, for what other services
show of them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from intake.domain.request import request
from shared.access import AccessAction
from shared.kernel import Role
from shared.names.lookup import NamedStructure, find_person_names, find_structures
from shared.web.auth import STAFF, Caller, CaseReaderDep, authorize, requires
from shared.web.requests import AppDep, case_router

MAX_IDS = 200
PersonIds = Annotated[
    tuple[UUID, ...], Query(max_length=MAX_IDS, description="Ids of people, as histories and feeds show them")
]
router = case_router("/names", "people")


class CaseNames(BaseModel):
    """Names for a reader of the case who has the ids already."""

    structure: NamedStructure
    names: dict[str, str] = Field(description="By id, of the people asked for; without those whom nobody named")


class NamesById(BaseModel):
    """Names for who reads of several cases and has the ids already."""

    names: dict[str, str] = Field(description="By id, of the people and the structures; without those not known here")


@router.get("", summary="Name people and structures by their ids")
def list_names_by_id(
    app: AppDep,
    caller: Annotated[Caller, requires(*STAFF, Role.AUDITOR, Role.DPO)],
    person: PersonIds = (),
    case: Annotated[
        tuple[UUID, ...],
        Query(max_length=MAX_IDS, description="Cases whose structures are named too, those that you may read"),
    ] = (),
) -> NamesById:
    """The people whose ids you give, as a feed or an access log shows them: advisers, managers, leaders, providers. An
    erased person is shown as such. Audit asks this for the feed that it shows you, in your name."""
    authorize(caller)
    structures = find_structures(app, [each for each in case if caller.can(AccessAction.READ, each)])
    named = {str(each.id): each.name for each in structures.values() if each.name}
    names = find_person_names(app, person) | named
    caller.record_rows(len(names))
    return NamesById(names=names)


def add_names(router: APIRouter) -> None:
    @router.get("/{id}/names", summary="Name the people of a case")
    def list_names(
        id: UUID,  # noqa: A002
        app: AppDep,
        caller: CaseReaderDep,
        person: PersonIds = (),
    ) -> CaseNames:
        """The structure, and the people whose ids you give: advisers, managers, leaders, providers. An erased person is
        shown as such. Audit asks this for the timeline that it shows you, in your name."""
        authorize(caller, id, request.decider.name)
        state = app.load_existing(request.decider, id).state
        structure = NamedStructure(state.structure_id, state.structure.name)
        return CaseNames(structure=structure, names=find_person_names(app, person))
