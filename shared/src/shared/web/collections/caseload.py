"""The caseload over HTTP: an adviser's tasks by the day they are due, in the same shape in each service."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from shared.eventlog import ServiceApplication
from shared.kernel import Day, Role
from shared.names.lookup import NamedStructure
from shared.queries import Caseload, InvalidCursor, fetch_caseload
from shared.queries.caseload import CaseloadQuery
from shared.temporal import Basis, PointInTime
from shared.web.auth import STAFF, Caller, authorize, requires
from shared.web.collections.lists import MYSELF, NO_NUL_PATTERN, invalid_cursor, resolve_myself
from shared.web.collections.named import NamedPerson, name_rows
from shared.web.collections.past_turn import PAST_TURN
from shared.web.requests import AS_OF_DESCRIPTION, ON_DESCRIPTION, AppDep, Instant, ResourceRouter, case_router

CASELOAD_READERS = frozenset({*STAFF, Role.AUDITOR})
CONSULTED_ROLES = frozenset({Role.COMMITTEE, Role.RESOURCE_CENTRE})
"""Those whom the staff of a case asks for something: they are shown what they are asked, and no other task."""
NAMELESS_READERS = CONSULTED_ROLES | {Role.SERVICE}
"""Those who are given no name of a structure or of its adviser."""


class Task(BaseModel):
    """`id`: the same for as long as the task waits. `what`: a code, `label` its words; `item`: what of the case it is
    about, where there may be several."""

    id: str
    case: UUID
    structure: NamedStructure | None
    unit: str
    adviser: NamedPerson | None
    what: str
    label: str
    item: str | None
    since: date
    due_on: date
    late: bool
    href: str


class Tasks(BaseModel):
    """By the day they are due; give `next` back as `after` to go on, until it is null. `basis`: the events they
    follow from; `days`: how many are given for each `what`, by which it is late."""

    items: list[Task]
    next: str | None
    basis: Basis | None = None
    days: dict[str, int] = {}


class CaseloadParams(BaseModel, extra="forbid"):
    adviser: str | None = Field(None, max_length=200, pattern=NO_NUL_PATTERN, description=f"`{MYSELF}` for yourself")
    unit: str | None = Field(None, max_length=200, pattern=NO_NUL_PATTERN)
    until: Day | None = Field(None, description="Due by that day")
    late: bool = Field(False, description="Only what is late")
    after: str | None = Field(None, max_length=1000, description="The `next` of the page before")
    limit: int = Field(50, ge=1, le=200)
    as_of: Instant | None = Field(None, description=AS_OF_DESCRIPTION)
    on: Day | None = Field(None, description=ON_DESCRIPTION)


def caseload_router(caseload: Caseload, *consulted: Role) -> ResourceRouter:
    """`consulted`: those of CONSULTED_ROLES whom this service asks for something."""
    router = case_router("/caseload", "caseload")

    @router.get(
        "",
        dependencies=[PAST_TURN],
        summary="List the tasks of an adviser, or what a committee or a resource centre is asked",
    )
    def list_tasks(
        app: AppDep,
        caller: Annotated[Caller, requires(*CASELOAD_READERS, *consulted, Role.SERVICE)],
        params: Annotated[CaseloadParams, Query()],
    ) -> Tasks:
        """In this service, as its clock judges today, or as it was; each service has its own, of the same shape. What a
        committee or a resource centre is asked names neither the structure nor its adviser, and no name is given to
        the deployment's services, which count what waits for a person."""
        authorize(caller)
        adviser = resolve_myself(caller, "adviser", params.adviser) if params.adviser is not None else None
        query = CaseloadQuery(
            caller.list_scope,
            caller.actor.role if caller.actor.role in CONSULTED_ROLES else None,
            adviser=adviser,
            unit=params.unit,
            until=params.until,
            late=params.late,
            after=params.after,
            limit=params.limit,
        )
        try:
            page = fetch_caseload(app, caseload, query, PointInTime(as_of=params.as_of, on=params.on))
        except InvalidCursor:
            raise invalid_cursor() from None
        caller.record_rows(len(page.rows))
        items = []
        for row in _rows_for(app, caller, page.rows):
            what = caseload.task_kinds[row["what"]]
            href = what.href.format(case=row["case"], item=row["item"])
            items.append(Task(**row | {"id": row["key"], "since": row["since_on"], "label": what.label, "href": href}))
        return Tasks(items=items, next=page.next, basis=page.basis, days=dict(page.days))

    return router


def _rows_for(app: ServiceApplication, caller: Caller, rows: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    if caller.actor.role in NAMELESS_READERS:
        return [row | {"structure": None, "adviser": None} for row in rows]
    return name_rows(app, rows, lambda row: row["case"])
