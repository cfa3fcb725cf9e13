"""Audit over HTTP: what happened to a case, across the phases, as it is or was known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, StringConstraints

from audit.closed_timestamp import PendingService, find_pending_services
from audit.timeline import TimelineEvent, TimelineFilter, build_timeline, events_after, select_known
from shared.eventlog import ServiceApplication, UnknownCase
from shared.kernel import Role
from shared.temporal import FutureInstant
from shared.web.auth import STAFF, Caller, authorize_headers, requires
from shared.web.http import ProblemError, problem_responses
from shared.web.requests import AppDep, AsOfParam, OnParam, case_router

router = case_router("/cases", "cases")
READERS = frozenset({*STAFF, Role.AUDITOR, Role.DPO, Role.LEADER})
MAX_PAGE = 500
EventCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=80)]


class Service(StrEnum):
    INTAKE = "intake"
    DIAGNOSTIC = "diagnostic"
    PARCOURS = "parcours"
    FOLLOWUP = "followup"


class Order(StrEnum):
    OLDEST = "oldest"
    NEWEST = "newest"


class TimelineEntry(BaseModel):
    """One event of a case, as its service told it. `effective_at`: when it happened; `recorded_at`: when it was said.

    `label` is for people. `payload_hash` commits to what only the service holds; `causation` is the event that led
    to it, `rules` the version of the rules it was decided by."""

    service: str
    position: int
    event: str
    label: str | None
    id: UUID
    stream: UUID
    version: int
    recorded_at: datetime
    effective_at: datetime
    actor: str
    role: Role
    unit: str | None
    causation: UUID | None
    correlation: UUID
    rules: str | None
    payload_hash: str
    body: dict[str, Any] | None


class ServiceBasis(BaseModel):
    """The last event of the case that counts, in a service's log."""

    log_id: UUID
    position: int
    recorded_at: datetime


class Timeline(BaseModel):
    """`basis`: by service, how far the answer goes; as long as that is the same, so is the answer, byte for byte.

    `settled`: all is heard that was recorded by `as_of`, so that the answer is the same for ever, apart from what is
    erased; else `unsettled` tells of which services something may still arrive. Null without `as_of`.
    `next`: give it back as `after` to go on; null at the end."""

    events: list[TimelineEntry]
    basis: dict[str, ServiceBasis]
    as_of: datetime | None
    on: date | None
    next: UUID | None
    settled: bool | None = None
    unsettled: list[PendingService] = []


@router.get("/{id}/timeline", responses=problem_responses(409), summary="What happened to a case, across the phases")
def timeline(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: Annotated[Caller, requires(*READERS)],
    as_of: AsOfParam = None,
    on: OnParam = None,
    service: Annotated[list[Service] | None, Query(description="Of these services only")] = None,
    role: Annotated[list[Role] | None, Query(description="By these roles only")] = None,
    event: Annotated[list[EventCode] | None, Query(description="These events only")] = None,
    order: Order = Order.OLDEST,
    after: Annotated[UUID | None, Query(description="What follows this event, as `next` gave it")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = MAX_PAGE,
) -> Timeline:
    """Every event of the case that audit has heard, in the order in which they were recorded, or backwards. Of a
    confidential one auditors are shown the headers, without any `body`."""
    whole = authorize_headers(caller, id)
    if as_of:
        check_is_past(app, as_of)
    awaited = find_pending_services(app, as_of) if as_of else []  # before what was heard is read
    told = select_known(load_case_events(app, id), as_of, on)
    wanted = TimelineFilter(service or (), role or (), events=event or ())
    found = [each for each in told if each in wanted]
    if order is Order.NEWEST:
        found.reverse()
    page = _after(found, after)
    shown = page[:limit]
    return Timeline(
        events=[_happened(each, whole) for each in shown],
        basis=find_basis(told),
        as_of=as_of,
        on=on,
        next=shown[-1].header.id if len(page) > limit else None,
        settled=not awaited if as_of else None,
        unsettled=awaited,
    )


def load_case_events(app: ServiceApplication, case: UUID) -> list[TimelineEvent]:
    heard = [event.data for _, event in app.events_of(app.recorder.entries_of_case(case))]
    if not heard:
        raise UnknownCase(str(case))
    return build_timeline(heard)


def check_is_past(app: ServiceApplication, instant: datetime) -> None:
    if instant >= (now := app.clock.now()):
        raise FutureInstant(now)


def _after(found: Sequence[TimelineEvent], last: UUID | None) -> Sequence[TimelineEvent]:
    if last is None:
        return found
    try:
        return events_after(found, last)
    except LookupError:
        raise ProblemError(
            422,
            "unknown-cursor",
            "Page inconnue",
            "Cet événement ne figure pas dans cette chronologie\u00a0: reprenez du début, avec les mêmes filtres.",
        ) from None


def find_basis(told: Sequence[TimelineEvent]) -> dict[str, ServiceBasis]:
    last = {each.heard.publisher: each.heard for each in told}
    return {
        name: ServiceBasis(log_id=last[name].log_id, position=last[name].position, recorded_at=last[name].recorded_at)
        for name in sorted(last)
    }


def _happened(each: TimelineEvent, whole: bool) -> TimelineEntry:
    heard, header = each.heard, each.header
    return TimelineEntry(
        service=heard.publisher,
        position=heard.position,
        event=heard.event,
        label=heard.label,
        id=header.id,
        stream=header.stream,
        version=header.version,
        recorded_at=heard.recorded_at,
        effective_at=header.effective_at,
        actor=header.actor,
        role=Role(header.role),
        unit=header.unit,
        causation=header.causation,
        correlation=header.correlation,
        rules=header.rules,
        payload_hash=header.payload_hash,
        body=json.loads(heard.body) if whole and heard.body is not None else None,
    )
