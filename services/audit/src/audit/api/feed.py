"""One feed of the whole deployment: the events of the cases that a right covers, in audit's own sequence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field

from audit.api.timeline import TimelineEntry, build_entry, ids_of_people
from audit.ledger.store import Ledger
from audit.names import fetch_names_of_cases
from audit.phase_services import PhaseServices
from audit.timeline import build_timeline
from audit.visibility import CaseVisibility
from shared.access import AccessAction
from shared.eventlog import LogEntry, ServiceApplication
from shared.messaging import MAX_PAGE_EVENTS
from shared.web.auth import Caller, authorize, forwarded_headers, requires
from shared.web.collections import NAMES_DESCRIPTION
from shared.web.http import problem_responses
from shared.web.requests import AppDep, case_router
from shared.web.standard.partner_feed import PARTNER_ROLES, check_cursor

router = case_router("/feed", "overview")


class FeedEntry(TimelineEntry):
    """An event of a case, as in its timeline, with its place in audit's log."""

    sequence: int


class FeedOfAllServices(BaseModel):
    """In audit's order. `log_id`: of audit's log. `next`: to be given as `after`; null at the end of the log, from
    where `after` is the last `sequence` or `next` that you had. `names`: as intake gives them; null when it does not
    answer."""

    log_id: UUID
    items: list[FeedEntry]
    next: int | None
    names: dict[str, str] | None = Field(default=None, description=NAMES_DESCRIPTION)


@router.get("", summary="Follow the events of all services", responses=problem_responses(409, 503))
def feed(
    request: Request,
    app: AppDep,
    caller: Annotated[Caller, requires(*PARTNER_ROLES)],
    after: Annotated[int, Query(ge=0, le=2**62, description="A position of this feed: what follows it")] = 0,
    limit: Annotated[
        int, Query(ge=1, le=MAX_PAGE_EVENTS, description="How many events are looked at, shown or not")
    ] = MAX_PAGE_EVENTS,
    log: Annotated[UUID | None, Query(description="The `log_id` that the position comes from")] = None,
) -> FeedOfAllServices:
    """What the ledger has committed to, about a second after it was received. A page may be short, or empty, and still
    have a `next`: it holds the cases that your right covers today, and of a confidential one auditors are shown the
    headers alone. A body that names another case is for those who may read that one too."""
    authorize(caller)
    recorder = app.recorder
    check_cursor(recorder, after, None, log)
    _, committed = Ledger(recorder).leaves_and_position([])
    entries = recorder.select_notifications(after, limit, inclusive_of_start=False)
    entries = [entry for entry in entries if entry.id <= committed]
    visibility = CaseVisibility(app, caller, action=AccessAction.FOLLOW)
    items = list(build_items(app, [each for each in entries if is_visible(visibility, each)], visibility))
    caller.record_rows(len(items))
    following = entries[-1].id if len(entries) == limit else None
    names: dict[str, str] | None = {}
    if items:
        people = ids_of_people(items)
        cases = [each.case for each in items if each.body and "structure" in each.body]
        names = fetch_names_of_cases(PhaseServices.of(request), cases, people, forwarded_headers(request, caller))
    return FeedOfAllServices(log_id=recorder.identity().log_id, items=items, next=following, names=names)


def is_visible(visibility: CaseVisibility, entry: LogEntry) -> bool:
    return visibility.shows_bodies(entry.case_id) is not None


def build_items(app: ServiceApplication, visible: list[LogEntry], visibility: CaseVisibility) -> Iterator[FeedEntry]:
    for entry, recorded in app.events_of(visible):
        (event,) = build_timeline([recorded.data], [recorded.originator_id])
        yield FeedEntry.model_validate(build_entry(event, visibility).model_dump() | {"sequence": entry.id})
