"""GET /api/v1/requests/derogations: the derogations from hard criteria that were granted in a year."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from intake import projections
from intake.domain.request.state import DerogationKind
from shared.access import ROWS, scope_condition
from shared.kernel import Role, paris_date
from shared.names.lookup import find_person_names
from shared.web.auth import Caller, authorize, requires
from shared.web.collections import NAMES_DESCRIPTION
from shared.web.requests import AppDep, case_router

router = case_router("/requests/derogations", "requests")
Year = Annotated[int | None, Query(ge=2002, le=2200, description="The calendar year, in Paris; this year, if none")]


class CriterionDerogation(BaseModel):
    """A hard criterion that a manager waived for one structure. Its reason is read in the case. `criterion`, `ground`:
    codes; the ground is null where none was given."""

    case: UUID
    structure: str
    unit: str
    criterion: str
    ground: DerogationKind | None
    granted_by: str
    granted_at: datetime


class CriterionDerogations(BaseModel):
    """The oldest first."""

    items: list[CriterionDerogation]
    names: dict[str, str] = Field(default={}, description=NAMES_DESCRIPTION)


@router.get("", summary="List the derogations granted in a year")
def list_derogations(
    app: AppDep, caller: Annotated[Caller, requires(Role.MANAGER, Role.REGIONAL)], year: Year = None
) -> CriterionDerogations:
    """Of the unit, or of the units of a region; of a confidential case for those who see it."""
    authorize(caller)
    year = year or paris_date(app.clock.now()).year
    condition, values = scope_condition(caller.list_scope)
    rows = app.recorder.fetch(
        f"SELECT document FROM {ROWS} WHERE projection = %(projection)s"  # noqa: S608
        f" AND document->'years' ? %(year)s AND {condition}",
        {"projection": projections.derogations.name, "year": str(year), **values},
    )
    items = [
        CriterionDerogation(
            case=UUID(row["document"]["id"]),
            structure=row["document"]["structure"],
            unit=row["document"]["unit"],
            criterion=each["criterion"],
            ground=each["ground"],
            granted_by=each["by"],
            granted_at=at,
        )
        for row in rows
        for each in row["document"]["derogations"]
        if paris_date(at := datetime.fromisoformat(each["at"])).year == year
    ]
    caller.record_rows(len(items))
    items.sort(key=lambda each: (each.granted_at, each.case))
    return CriterionDerogations(items=items, names=find_person_names(app, {each.granted_by for each in items}))
