"""`/access-log`: who read which case, for auditors and DPOs of the territory, and leaders of their own case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field

from shared.access import AccessLog, AccessLogQuery
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.names.lookup import find_person_names
from shared.web.auth import EXISTENCE, Caller, authorize, authorize_headers, requires
from shared.web.collections import NAMES_DESCRIPTION, NO_NUL_PATTERN
from shared.web.http import ServiceRouter, problem_responses
from shared.web.requests import AppDep, Instant

router = ServiceRouter("/api/v1/access-log", tags=["access log"])
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
    names: dict[str, str] = Field(default={}, description=NAMES_DESCRIPTION)


class AccessLogFilters(BaseModel, extra="forbid"):
    case: UUID | None = Field(None, description="Of this dossier; needed of a leader")
    actor: str | None = Field(None, max_length=200, pattern=NO_NUL_PATTERN, description="By this pseudonym")
    since: Instant | None = Field(None, description="From this instant on")
    until: Instant | None = Field(None, description="Before this instant")
    limit: int = Field(50, ge=1, le=200)


class AccessLogParams(AccessLogFilters):
    after: UUID | None = Field(None, description="The `next` of the page before")


@router.get("", summary="List the reads of cases", responses=problem_responses(400, 428))
def entries(
    request: Request,
    caller: Annotated[Caller, requires(*ACCESS_LOG_READERS)],
    app: AppDep,
    params: Annotated[AccessLogParams, Query()],
) -> AccessLogPage:
    """In this service; each has its own log. Reading it is recorded in it."""
    return find_entries(app, request, caller, params)


def find_entries(app: ServiceApplication, request: Request, caller: Caller, params: AccessLogParams) -> AccessLogPage:
    """Of this service's own log; the reading is authorized and recorded."""
    is_of_case = authorize_log(caller, params.case)
    log: AccessLog = request.app.state.access_log
    units = None if caller.actor.role is Role.LEADER else caller.actor.territory
    rows = log.entries(
        AccessLogQuery(
            params.case,
            params.actor,
            since=params.since,
            until=params.until,
            units=units,
            after=params.after,
            limit=params.limit,
        )
    )
    if not is_of_case:
        caller.record_rows(len(rows))
    items = [_build_entry(row, caller.actor.role) for row in rows]
    return AccessLogPage(
        items=items,
        next=rows[-1]["id"] if len(rows) == params.limit else None,
        names=find_person_names(app, {each.actor for each in items}),
    )


def authorize_log(caller: Caller, case: UUID | None) -> bool:
    """Whether this is recorded as a read of the case. Raises like `authorize_headers`.

    An id that is no case, a person's, or a case that the right does not cover, gives the entries of the own territory
    that name it, which may be none: that there are none tells nothing of what it is."""
    if case is None or not (caller.case or any(caller.can(action, case) for action in EXISTENCE)):
        authorize(caller)
        return False
    authorize_headers(caller, case)
    return True


def _build_entry(row: dict[str, Any], to: Role) -> AccessLogEntry:
    hidden = dict.fromkeys(OF_PERSONS) if to is Role.LEADER else {}
    return AccessLogEntry.model_validate(row | {"case": row["case_id"]} | hidden)
