"""How does an adviser ask what is due? The same way in each service, so that the answers can be put together."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from shared.kernel import Day, Role
from shared.queries import Caseload, WrongCursor, waiting
from shared.queries.caseload import Wanted
from shared.temporal import Moment, RestsOn
from shared.web.auth import EVERYONE_AT_WORK, Calling, allowed
from shared.web.collections.lists import MYSELF, NO_NUL, whom, wrong_cursor
from shared.web.requests import AS_OF, ON, Asked, Instant, case_router

WHO_READS_A_CASELOAD = frozenset({*EVERYONE_AT_WORK, Role.AUDITOR})


class Task(BaseModel):
    """`what`: a code, `label` its words; `item`: what of the case it is about, where there may be several."""

    case: UUID
    unit: str
    adviser: str | None
    what: str
    label: str
    item: str | None
    since: date
    due_on: date
    late: bool
    href: str


class Tasks(BaseModel):
    """By the day they are due; give `next` back as `after` to go on, until it is null. `rests_on`: the events they
    follow from; `days`: how many are given for each `what`, by which it is late."""

    items: list[Task]
    next: str | None
    rests_on: RestsOn | None = None
    days: dict[str, int] = {}


class Asking(BaseModel, extra="forbid"):
    adviser: str | None = Field(None, max_length=200, pattern=NO_NUL, description=f"`{MYSELF}`: whoever asks")
    unit: str | None = Field(None, max_length=200, pattern=NO_NUL)
    until: Day | None = Field(None, description="Due by that day")
    late: bool = Field(False, description="Only what is late")
    after: str | None = Field(None, max_length=1000, description="The `next` of the page before")
    limit: int = Field(50, ge=1, le=200)
    as_of: Instant | None = Field(None, description=AS_OF)
    on: Day | None = Field(None, description=ON)


def router_of(caseload: Caseload) -> APIRouter:
    router = case_router("/caseload", "caseload")

    @router.get("", summary="What waits for an adviser, by the day it is due")
    def tasks(asked: Asked, caller: Calling, asking: Annotated[Asking, Query()]) -> Tasks:
        """In this service, as its clock judges today, or as it was; each service has its own, of the same shape."""
        allowed(caller, WHO_READS_A_CASELOAD)
        adviser = whom(caller, "adviser", asking.adviser) if asking.adviser is not None else None
        wanted = Wanted(caller.listed, adviser, asking.unit, asking.until, asking.late, asking.after, asking.limit)
        try:
            found = waiting(asked, caseload, wanted, Moment(as_of=asking.as_of, on=asking.on))
        except WrongCursor:
            raise wrong_cursor() from None
        caller.listed_rows(len(found.rows))
        items = []
        for row in found.rows:
            what = caseload.whats[row["what"]]
            href = what.href.format(case=row["case"], item=row["item"])
            items.append(Task(**row | {"since": row["since"][:10], "label": what.label, "href": href}))
        return Tasks(items=items, next=found.next, rests_on=found.rests_on, days=dict(found.days))

    return router
