"""Changes of a case between two points in time: which events, and where each service shows what they changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from audit.api.timeline import READERS, ServiceBasis, check_is_past, find_basis, load_case_events
from audit.timeline import TimelineEvent, select_known
from shared.eventlog import ServiceApplication
from shared.kernel import CASE_PATHS, Day
from shared.temporal import NotYetOpened
from shared.web.auth import Caller, authorize, requires
from shared.web.http import problem_responses
from shared.web.requests import AppDep, Instant, case_router

router = case_router("/cases", "cases")


class ServiceChanges(BaseModel):
    """Where a service tells what these events changed in the case; those of other objects are only named. `basis`:
    the last event of the case in this service's log that counts at the second moment."""

    service: str
    events: list[UUID]
    path: str | None
    basis: ServiceBasis | None = None


Bound = Instant | Day


@router.get(
    "/{id}/changes",
    responses=problem_responses(409),
    summary="Which events changed a case between two moments, and where each change is told",
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
    """By service: audit holds headers, the services know what changed and show it to whom they may."""
    authorize(caller, id)
    heard = load_case_events(app, id)
    then = _counted(app, heard, until)
    before = _counted(app, heard, since) if since else []
    known = {each.header.id for each in before}
    basis = find_basis(then)
    told = [each for each in then if each.header.id not in known]
    return [
        _there(id, name, [each for each in told if each.heard.publisher == name], before, (since, until), basis)
        for name in CASE_PATHS
        if any(each.heard.publisher == name for each in told)
    ]


def _counted(app: ServiceApplication, heard: Sequence[TimelineEvent], bound: date | None) -> list[TimelineEvent]:
    """By an instant or a day, which is over; nothing before the first event."""
    instant, day = (bound, None) if isinstance(bound, datetime) else (None, bound)
    if instant:
        check_is_past(app, instant)
    try:
        return select_known(heard, instant, day)
    except NotYetOpened:
        return []


def _there(
    case: UUID,
    name: str,
    told: Sequence[TimelineEvent],
    before: Sequence[TimelineEvent],
    bounds: tuple[date | None, date | None],
    basis: Mapping[str, ServiceBasis],
) -> ServiceChanges:
    """A service is asked by versions for what was recorded, and by days for what had happened there by then."""
    own = [each.header.version for each in told if each.header.stream == case]
    known = [each.header.version for each in before if (each.heard.publisher, each.header.stream) == (name, case)]
    asked = [
        bound.isoformat() if bound and versions and not isinstance(bound, datetime) else str(max(versions, default=0))
        for bound, versions in zip(bounds, (known, own), strict=True)
    ]
    path = f"{CASE_PATHS[name]}/{case}/changes?since={asked[0]}&until={asked[1]}" if own else None
    return ServiceChanges(service=name, events=[each.header.id for each in told], path=path, basis=basis[name])
