"""GET /api/v1/parcours/derogations: the derogations from the duration of a support that were granted in a year."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from parcours import projections
from shared.access import ROWS, scope_condition
from shared.kernel import Role, paris_date
from shared.names.lookup import find_person_names, find_structures
from shared.web.auth import Caller, authorize, requires
from shared.web.collections import NAMES_DESCRIPTION
from shared.web.requests import AppDep, case_router

router = case_router("/parcours/derogations", "parcours")
Year = Annotated[int | None, Query(ge=2002, le=2200, description="The calendar year, in Paris; this year, if none")]


class DurationDerogation(BaseModel):
    """A support that a manager lets be shorter or longer than the scheme says. Its reason is read in the case.
    `structure`: what it is called; null where this service was not told."""

    case: UUID
    structure: str | None
    unit: str
    granted_by: str
    granted_at: datetime


class DurationDerogations(BaseModel):
    """The oldest first."""

    items: list[DurationDerogation]
    names: dict[str, str] = Field(default={}, description=NAMES_DESCRIPTION)


@router.get("", summary="List the derogations of duration granted in a year")
def list_derogations(
    app: AppDep, caller: Annotated[Caller, requires(Role.MANAGER, Role.REGIONAL)], year: Year = None
) -> DurationDerogations:
    """Of the unit, or of the units of a region; of a confidential case for those who see it."""
    authorize(caller)
    year = year or paris_date(app.clock.now()).year
    condition, values = scope_condition(caller.list_scope)
    rows = app.recorder.fetch(
        f"SELECT document FROM {ROWS} WHERE projection = %(projection)s"  # noqa: S608
        f" AND document->'years' ? %(year)s AND {condition}",
        {"projection": projections.derogations.name, "year": str(year), **values},
    )
    structures = find_structures(app, [UUID(row["document"]["id"]) for row in rows])
    items = [
        DurationDerogation(
            case=UUID(row["document"]["id"]),
            structure=structures[case].name if (case := UUID(row["document"]["id"])) in structures else None,
            unit=row["document"]["unit"],
            granted_by=row["document"]["derogation"]["by"],
            granted_at=datetime.fromisoformat(row["document"]["derogation"]["at"]),
        )
        for row in rows
    ]
    caller.record_rows(len(items))
    items.sort(key=lambda each: (each.granted_at, each.case))
    return DurationDerogations(items=items, names=find_person_names(app, {each.granted_by for each in items}))
