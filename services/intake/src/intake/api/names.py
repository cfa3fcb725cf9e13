"""/api/v1/requests/{id}/names: what people who work on a case are called, for what other services show of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from intake.domain.request import request
from shared.names.lookup import NamedStructure, find_person_names
from shared.web.auth import CaseReaderDep, authorize
from shared.web.requests import AppDep

MAX_IDS = 200


class CaseNames(BaseModel):
    """Names for a reader of the case who has the ids already."""

    structure: NamedStructure
    names: dict[str, str] = Field(description="By id, of the people asked for; without those whom nobody named")


def add_names(router: APIRouter) -> None:
    @router.get("/{id}/names", summary="Name the people of a case")
    def list_names(
        id: UUID,  # noqa: A002
        app: AppDep,
        caller: CaseReaderDep,
        person: Annotated[
            tuple[UUID, ...],
            Query(max_length=MAX_IDS, description="Ids of people, as histories show them"),
        ] = (),
    ) -> CaseNames:
        """The structure, and the people whose ids you give: advisers, managers, leaders, providers. An erased person is
        shown as such. Audit asks this for the timeline that it shows you, in your name."""
        authorize(caller, id, request.decider.name)
        state = app.load_existing(request.decider, id).state
        structure = NamedStructure(state.structure_id, state.structure.name)
        return CaseNames(structure=structure, names=find_person_names(app, person))
