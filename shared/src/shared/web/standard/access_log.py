"""Who reads the log of consultations? Auditors of the territory, the DPO, and of their own dossier its leaders."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from shared.access import Consultations, Wanted
from shared.kernel import Role
from shared.web.auth import Calling, allowed, read, whole_or_headers
from shared.web.collections import NO_NUL
from shared.web.http import BoundedRoute
from shared.web.requests import Instant

router = APIRouter(prefix="/api/v1/consultations", tags=["log of consultations"], route_class=BoundedRoute)
READERS = frozenset({Role.AUDITOR, Role.DPO, Role.LEADER})
OF_PERSONS = ("who", "under", "motive", "address", "correlation")
"""What a leader is not told: the law gives them the dates and the purposes, not who of the staff it was."""


class Read(BaseModel):
    """Somebody, about to be shown a dossier (`case`) or so many `rows` of a list. `who`: a pseudonym; `under`: the
    right that was used; `operation`: as OpenAPI calls it; `correlation` joins the reads of one export, in all services.
    A leader is not told `who`, `under`, `motive`, `address` nor `correlation`."""

    id: UUID
    at: datetime
    who: str | None
    role: Role
    unit: str | None
    under: UUID | None
    operation: str
    address: str | None
    case: UUID | None
    rows: int | None
    motive: str | None
    correlation: UUID | None


class ReadsPage(BaseModel):
    """The newest first; give `next` back as `after` to go on, until it is null."""

    items: list[Read]
    next: UUID | None


@router.get("", summary="Who read which dossier here, when and why")
def consultations(
    request: Request,
    caller: Calling,
    case: Annotated[UUID | None, Query(description="Of this dossier; needed of a leader")] = None,
    who: Annotated[str | None, Query(max_length=200, pattern=NO_NUL, description="By this pseudonym")] = None,
    since: Annotated[Instant | None, Query(description="From this instant on")] = None,
    until: Annotated[Instant | None, Query(description="Before this instant")] = None,
    after: Annotated[UUID | None, Query(description="The `next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ReadsPage:
    """In this service; each has its own log. Reading it is recorded in it."""
    everywhere = caller.actor.role is Role.DPO
    if case is None or everywhere:
        allowed(caller, READERS)
    else:
        whole_or_headers(caller, READERS, case)
    if case and everywhere:
        read(caller, case)
    log: Consultations = request.app.state.consultations
    units = None if everywhere or caller.actor.role is Role.LEADER else caller.actor.territory
    found = log.found(Wanted(case, who, since, until, units, after, limit))
    if case is None:
        caller.listed_rows(len(found))
    return ReadsPage(
        items=[_shown(row, caller.actor.role) for row in found],
        next=found[-1]["id"] if len(found) == limit else None,
    )


def _shown(row: dict[str, Any], to: Role) -> Read:
    hidden = dict.fromkeys(OF_PERSONS) if to is Role.LEADER else {}
    return Read.model_validate(row | {"case": row["case_id"]} | hidden)
