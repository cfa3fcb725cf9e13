"""Changes of a case between two points in time: which events, and where each service shows what they changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from audit.api.timeline import READERS, ServiceBasis, check_is_past, find_basis, load_case_events
from audit.ownership import CASE
from audit.timeline import TimelineEvent, select_known
from shared.eventlog import ServiceApplication
from shared.kernel import CASE_PATHS, Day
from shared.temporal import NotYetOpened
from shared.web.auth import Caller, authorize, requires
from shared.web.http import problem_responses
from shared.web.requests import AppDep, Instant, case_router

router = case_router("/cases", "cases")


class ServiceChanges(BaseModel):
    """The events of one service that changed the case, and the address where the service shows what they changed;
    events of other objects are only named. `basis`: the last event of the case in this service's log that counts at
    the second point in time."""

    service: str
    events: list[UUID]
    path: str | None
    basis: ServiceBasis | None = None


Bound = Instant | Day


@router.get(
    "/{id}/changes",
    responses=problem_responses(409),
    summary="Events that changed a case between two points in time",
)
def changes(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: Annotated[Caller, requires(*READERS)],
    since: Annotated[
        Bound | None,
        Query(description="An instant: recorded after it; a day: happened after it; from the beginning without"),
    ] = None,
    until: Annotated[
        Bound | None, Query(description="Recorded by this instant, or happened by the end of this day; now without")
    ] = None,
) -> list[ServiceChanges]:
    """By service. Audit stores headers only; each service knows what changed, and shows it to those who may see it."""
    authorize(caller, id, CASE)
    events = load_case_events(app, id)
    after = _known_at(app, events, until)
    before = _known_at(app, events, since) if since else []
    known = {each.header.id for each in before}
    basis = find_basis(after)
    new = [each for each in after if each.header.id not in known]
    return [
        _service_changes(
            id, name, [each for each in new if each.received.publisher == name], before, (since, until), basis
        )
        for name in CASE_PATHS
        if any(each.received.publisher == name for each in new)
    ]


def _known_at(app: ServiceApplication, events: Sequence[TimelineEvent], bound: date | None) -> list[TimelineEvent]:
    """`bound`: a past instant or a day. Nothing before the first event."""
    instant, day = (bound, None) if isinstance(bound, datetime) else (None, bound)
    if instant:
        check_is_past(app, instant)
    try:
        return select_known(events, instant, day)
    except NotYetOpened:
        return []


def _service_changes(
    case: UUID,
    name: str,
    new: Sequence[TimelineEvent],
    before: Sequence[TimelineEvent],
    bounds: tuple[date | None, date | None],
    basis: Mapping[str, ServiceBasis],
) -> ServiceChanges:
    """The address asks the service by versions for what was recorded, and by days for what had happened."""
    own = [each.header.version for each in new if each.header.stream == case]
    known = [each.header.version for each in before if (each.received.publisher, each.header.stream) == (name, case)]
    since, until = (
        bound.isoformat() if bound and versions and not isinstance(bound, datetime) else str(max(versions, default=0))
        for bound, versions in zip(bounds, (known, own), strict=True)
    )
    path = f"{CASE_PATHS[name]}/{case}/changes?since={since}&until={until}" if own else None
    return ServiceChanges(service=name, events=[each.header.id for each in new], path=path, basis=basis[name])
