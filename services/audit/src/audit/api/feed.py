"""One feed of the whole deployment: the events of the cases that a right covers, in audit's own sequence."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import Query
from pydantic import BaseModel

from audit.api.timeline import TimelineEntry, build_entry
from audit.ledger.store import Ledger
from audit.timeline import build_timeline
from shared.access import AccessAction
from shared.eventlog import LogEntry, ServiceApplication
from shared.messaging import MAX_PAGE_EVENTS
from shared.web.auth import Caller, authorize, requires
from shared.web.http import ProblemError, problem_responses
from shared.web.requests import AppDep, case_router
from shared.web.standard.partner_feed import PARTNER_ROLES, check_cursor

router = case_router("/feed", "overview")
CASE_OPENINGS = frozenset({"request-received", "linked-request-opened", "transfer-received"})
"""The events of intake that open a case. Nothing else is in the feed: not the register, a sheet, a fund."""


class FeedEntry(TimelineEntry):
    """An event of a case, as in its timeline, with its place in audit's log."""

    sequence: int
    case: UUID


class FeedOfAllServices(BaseModel):
    """In audit's order. `log_id`: of audit's log. `next`: to be given as `after`; null at the end of the log, from
    where `after` is the last `sequence` or `next` that you had."""

    log_id: UUID
    items: list[FeedEntry]
    next: int | None


@router.get("", summary="Follow the events of all services", responses=problem_responses(409, 503))
def feed(
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
    headers alone."""
    authorize(caller)
    recorder = app.recorder
    check_cursor(recorder, after, None, log)
    _, committed = Ledger(recorder).leaves_and_position([])
    entries = recorder.select_notifications(after, limit, inclusive_of_start=False)
    entries = [entry for entry in entries if entry.id <= committed]
    shown = cache(lambda case: find_visibility(app, caller, case))
    visible = [(entry, with_body) for entry in entries if (with_body := shown(entry.case_id)) is not None]
    items = list(build_items(app, visible))
    caller.record_rows(len(items))
    following = entries[-1].id if len(entries) == limit else None
    return FeedOfAllServices(log_id=recorder.identity().log_id, items=items, next=following)


def build_items(app: ServiceApplication, visible: list[tuple[LogEntry, bool]]) -> Iterator[FeedEntry]:
    bodies = {entry.id: with_body for entry, with_body in visible}
    for entry, recorded in app.events_of([entry for entry, _ in visible]):
        (event,) = build_timeline([recorded.data])
        shown = build_entry(event, bodies[entry.id]).model_dump()
        yield FeedEntry.model_validate(shown | {"sequence": entry.id, "case": entry.case_id})


def find_visibility(app: ServiceApplication, caller: Caller, case: UUID) -> bool | None:
    """Whether the caller reads the bodies of a case, or its headers alone; null when they see nothing of it."""
    first, *_ = (recorded.data for _, recorded in app.events_of(app.recorder.entries_of_case(case)[:1]))
    if first.publisher != "intake" or first.event not in CASE_OPENINGS:
        return None
    try:
        if caller.can(AccessAction.READ, case):
            return True
        return False if caller.can(AccessAction.HEADERS, case) else None
    except ProblemError as refusal:
        if refusal.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise
        return None  # altered: shown to nobody
