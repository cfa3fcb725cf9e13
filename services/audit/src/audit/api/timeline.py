"""Timeline of a case over HTTP."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field, StringConstraints

from audit.closed_timestamp import PendingService, find_pending_services
from audit.linked_cases import CaseRelation, find_linked_cases, follow_transfers
from audit.names import fetch_names
from audit.ownership import CASE
from audit.phase_services import PhaseServices
from audit.timeline import (
    TimelineEvent,
    TimelineFilter,
    build_timeline,
    events_after,
    merge_timelines,
    select_known,
)
from audit.visibility import CaseVisibility
from shared.contracts.registry import ALL_CONTRACTS
from shared.eventlog import ServiceApplication, UnknownCase
from shared.kernel import SERVICE_LABELS, LabelledEnum, Role
from shared.names.lookup import ids_in
from shared.temporal import FutureInstant
from shared.web.auth import STAFF, Caller, authorize_headers, authorize_headers_alone, forwarded_headers, requires
from shared.web.collections import NAMES_DESCRIPTION
from shared.web.http import ProblemError, problem_responses
from shared.web.requests import AppDep, AsOfParam, OnParam, case_router
from shared.web.standard import event_body

router = case_router("/cases", "cases")
READERS = frozenset({*STAFF, Role.AUDITOR, Role.DPO, Role.LEADER, Role.PARTNER})
MAX_PAGE_EVENTS = 500
EventCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=80)]


class TimelineService(LabelledEnum):
    INTAKE = "intake", SERVICE_LABELS["intake"]
    DIAGNOSTIC = "diagnostic", SERVICE_LABELS["diagnostic"]
    PARCOURS = "parcours", SERVICE_LABELS["parcours"]
    FOLLOWUP = "followup", SERVICE_LABELS["followup"]


class Order(LabelledEnum):
    OLDEST = "oldest", "les plus anciens d’abord"
    NEWEST = "newest", "les plus récents d’abord"


class TimelineEntry(BaseModel):
    """One event of a case, as its service published it. `effective_at`: when it happened; `recorded_at`: when it was
    recorded.

    `label` is the event's French name. `contract`: name and version of the form of the `body`; both are null too
    where the body names another case that you may not read. `payload_hash` commits to the content that only the
    service stores; `causation` is the event that led to it, `rules` the version of the rules it was decided by."""

    case: UUID
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
    contract: str | None = Field(description="Name and version of the form of the body; null without one")
    body: event_body(ALL_CONTRACTS, encrypted=False)  # type: ignore[valid-type]


class ServiceBasis(BaseModel):
    """The last event of the case that counts, in a service's log."""

    log_id: UUID
    position: int
    recorded_at: datetime


class LinkedCaseResponse(BaseModel):
    """A case that this one comes from or led to, which you may read. `href`: its own timeline."""

    id: UUID
    relation: CaseRelation
    href: str


class TimelineResponse(BaseModel):
    """`basis`: by service, how far the answer goes; while it stays the same, so does the answer, byte for byte, but for
    `names`: what the people whose ids stand in the events are called, by id, as intake shows it to you. Null when
    intake does not answer, or you are shown the headers alone.

    `final`: everything recorded by `as_of` was received, so that only an erasure changes the answer; else `pending`
    names the services of which something may still arrive. Null without `as_of`.
    `next`: to be given as `after` for the next page; null on the last one."""

    events: list[TimelineEntry]
    linked_cases: list[LinkedCaseResponse]
    basis: dict[str, ServiceBasis]
    as_of: datetime | None
    on: date | None
    next: UUID | None
    final: bool | None = None
    pending: list[PendingService] = []
    names: dict[str, str] | None = Field(default=None, description=NAMES_DESCRIPTION)


@router.get("/{id}/timeline", responses=problem_responses(409), summary="Timeline of a case across the services")
def timeline(
    id: UUID,  # noqa: A002
    request: Request,
    app: AppDep,
    caller: Annotated[Caller, requires(*READERS)],
    as_of: AsOfParam = None,
    on: OnParam = None,
    service: Annotated[list[TimelineService] | None, Query(description="Only events of these services")] = None,
    role: Annotated[list[Role] | None, Query(description="Only events by these roles")] = None,
    event: Annotated[list[EventCode] | None, Query(description="Only these events")] = None,
    order: Order = Order.OLDEST,
    after: Annotated[UUID | None, Query(description="The page after this event, as `next` gave it")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_EVENTS, description="Events per page")] = MAX_PAGE_EVENTS,
    transfers: Annotated[
        bool,
        Query(
            description="With the events of the cases that the request was transferred from and taken over as, those "
            "that you may read"
        ),
    ] = False,
) -> TimelineResponse:
    """Every event of the case that audit has received, in the order of recording, or backwards. For a confidential
    case, auditors get the headers without any `body`; partners never get more. `linked_cases`: those that a transfer or
    a need found in follow-up has linked to it."""
    with_bodies = authorize_timeline(caller, id)
    if as_of:
        check_is_past(app, as_of)
    pending = find_pending_services(app, as_of) if as_of else []  # before the events are read
    visibility = CaseVisibility(app, caller, {id: with_bodies})
    if transfers:
        chain = follow_transfers(id, partial(load_case_events, app), visibility.shows_bodies)
        for case in chain.keys() - {id}:
            authorize_timeline(caller, case)
    else:
        chain = {id: load_case_events(app, id)}
    known = select_known(merge_timelines(chain.values()), as_of, on)
    selection = TimelineFilter(service or (), role or (), events=event or ())
    matches = [each for each in known if selection.matches(each)]
    if order is Order.NEWEST:
        matches.reverse()
    rest = _page_after(matches, after)
    page = rest[:limit]
    events = [build_entry(each, visibility) for each in page]
    names = None
    if with_bodies:
        names = fetch_names(PhaseServices.of(request), id, ids_of_people(events), forwarded_headers(request, caller))
    return TimelineResponse(
        events=events,
        linked_cases=_visible_links(id, known, visibility),
        names=names,
        basis=find_basis(known),
        as_of=as_of,
        on=on,
        next=page[-1].header.id if len(rest) > limit else None,
        final=not pending if as_of else None,
        pending=pending,
    )


def _visible_links(case: UUID, known: Sequence[TimelineEvent], visibility: CaseVisibility) -> list[LinkedCaseResponse]:
    """Of the case's own events: whoever does not see their bodies does not see what they link."""
    if not visibility.shows_bodies(case):
        return []
    return [
        LinkedCaseResponse(id=linked.id, relation=linked.relation, href=f"{router.prefix}/{linked.id}/timeline")
        for linked in find_linked_cases(each for each in known if each.header.case == case)
        if visibility.shows_bodies(linked.id) is not None
    ]


def authorize_timeline(caller: Caller, case: UUID) -> bool:
    """Whether the bodies may be shown, or the headers alone. Raises like `authorize_headers` when neither may."""
    if caller.actor.role is Role.PARTNER:
        authorize_headers_alone(caller, case, CASE)
        return False
    return authorize_headers(caller, case, CASE)


def load_case_events(app: ServiceApplication, case: UUID) -> list[TimelineEvent]:
    """Raises UnknownCase."""
    entries = app.recorder.entries_of_case(case)
    if not entries:
        raise UnknownCase(str(case))
    received = [event for _, event in app.events_of(entries)]
    return build_timeline((event.data for event in received), (event.originator_id for event in received))


def check_is_past(app: ServiceApplication, instant: datetime) -> None:
    """Raises FutureInstant."""
    if instant >= (now := app.clock.now()):
        raise FutureInstant(now)


def _page_after(events: Sequence[TimelineEvent], last: UUID | None) -> Sequence[TimelineEvent]:
    if last is None:
        return events
    try:
        return events_after(events, last)
    except LookupError:
        raise ProblemError(
            422,
            "unknown-cursor",
            "Page inconnue",
            "Cet événement ne figure pas dans cette chronologie\u00a0: reprenez du début, avec les mêmes filtres.",
        ) from None


def ids_of_people(events: Sequence[TimelineEntry]) -> list[str]:
    """The ids in these events that may be people's, who acted first."""
    return [*ids_in([each.actor for each in events]), *ids_in([each.body for each in events])]


def find_basis(events: Sequence[TimelineEvent]) -> dict[str, ServiceBasis]:
    last = {each.received.publisher: each.received for each in events}
    return {
        name: ServiceBasis(log_id=last[name].log_id, position=last[name].position, recorded_at=last[name].recorded_at)
        for name in sorted(last)
    }


def build_entry(event: TimelineEvent, visibility: CaseVisibility) -> TimelineEntry:
    """As its reader may see it. A case that came from one which they may not know of is shown as one that began by
    itself."""
    with_body = bool(visibility.shows_bodies(event.header.case)) and visibility.shows_body(event.received)
    received, header = event.received, event.header
    return TimelineEntry(
        case=header.case,
        service=received.publisher,
        position=received.position,
        event=received.event,
        label=received.label,
        id=header.id,
        stream=header.stream,
        version=header.version,
        recorded_at=received.recorded_at,
        effective_at=header.effective_at,
        actor=header.actor,
        role=Role(header.role),
        unit=header.unit,
        causation=header.causation,
        correlation=header.case if visibility.hides(header.correlation) else header.correlation,
        rules=header.rules,
        payload_hash=header.payload_hash,
        contract=received.contract if with_body else None,
        body=json.loads(received.body) if with_body and received.body is not None else None,
    )
