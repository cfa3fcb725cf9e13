"""`/access-log`: who read which case, for auditors and DPOs of the territory, and leaders of their own case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from shared.access import AccessLog, AccessLogQuery
from shared.kernel import Role
from shared.web.auth import Caller, authorize, authorize_headers, requires
from shared.web.collections import NO_NUL_PATTERN
from shared.web.http import BoundedRoute, problem_responses
from shared.web.requests import Instant

router = APIRouter(prefix="/api/v1/access-log", tags=["access log"], route_class=BoundedRoute)
ACCESS_LOG_READERS = frozenset({Role.AUDITOR, Role.DPO, Role.LEADER})
OF_PERSONS = ("actor", "right_id", "reason", "address", "correlation")
"""Hidden from a leader: the law gives them the dates and the purposes, not who of the staff it was."""


class AccessLogEntry(BaseModel):
    """Somebody, about to be shown a dossier (`case`) or so many `rows` of a list. `actor`: a pseudonym; `right_id`: the
    right that was used; `operation`: as OpenAPI calls it; `correlation` joins the reads of one export, in all services.
    A leader does not see `actor`, `right_id`, `reason`, `address` nor `correlation`."""

    id: UUID
    at: datetime
    actor: str | None
    role: Role
    unit: str | None
    right_id: UUID | None
    operation: str
    address: str | None
    case: UUID | None
    rows: int | None
    reason: str | None
    correlation: UUID | None


class AccessLogPage(BaseModel):
    """The newest first; give `next` back as `after` to go on, until it is null."""

    items: list[AccessLogEntry]
    next: UUID | None


@router.get("", summary="List the reads of cases", responses=problem_responses(400, 428))
def entries(
    request: Request,
    caller: Annotated[Caller, requires(*ACCESS_LOG_READERS)],
    case: Annotated[UUID | None, Query(description="Of this dossier; needed of a leader")] = None,
    actor: Annotated[str | None, Query(max_length=200, pattern=NO_NUL_PATTERN, description="By this pseudonym")] = None,
    since: Annotated[Instant | None, Query(description="From this instant on")] = None,
    until: Annotated[Instant | None, Query(description="Before this instant")] = None,
    after: Annotated[UUID | None, Query(description="The `next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AccessLogPage:
    """In this service; each has its own log. Reading it is recorded in it."""
    if case is None:
        authorize(caller)
    else:
        authorize_headers(caller, case)
    log: AccessLog = request.app.state.access_log
    units = None if caller.actor.role is Role.LEADER else caller.actor.territory
    rows = log.entries(AccessLogQuery(case, actor, since=since, until=until, units=units, after=after, limit=limit))
    if case is None:
        caller.record_rows(len(rows))
    return AccessLogPage(
        items=[_build_entry(row, caller.actor.role) for row in rows],
        next=rows[-1]["id"] if len(rows) == limit else None,
    )


def _build_entry(row: dict[str, Any], to: Role) -> AccessLogEntry:
    hidden = dict.fromkeys(OF_PERSONS) if to is Role.LEADER else {}
    return AccessLogEntry.model_validate(row | {"case": row["case_id"]} | hidden)
