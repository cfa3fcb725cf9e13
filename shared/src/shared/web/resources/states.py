"""What is shown of one aggregate? Its state, with what may be done next; as it was; what changed; what was recorded."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from shared.eventlog import LoadedAggregate, LogEntry, RecordedEvent, ServiceApplication, UnknownCase, to_plain
from shared.kernel import Decider, Role, event_name
from shared.projections import Projection
from shared.temporal import PointInTime
from shared.web.auth import (
    Caller,
    authorize,
    can_change,
    redact_confidential_cases,
    require_no_confidential_case,
    requires,
)
from shared.web.collections import Page, list_params, list_rows, load_case_for_response
from shared.web.requests import AppDep, BoundParam, PointInTimeDep
from shared.web.resources.affordances import Link, Operation
from shared.web.resources.history import EventEffect, effects_between, state_at
from shared.web.resources.stored_events import StoredEvents, stored_events

S = TypeVar("S")
Links = list[Link]

ExtraFields = Callable[[ServiceApplication, UUID, Any], dict[str, Any]]
"""What is shown with a state: (application, id, state) to plain fields."""


class HistoryEntry(BaseModel):
    """One event of a case's history. `label` and `data` are for people; `data` shows what the reader may see."""

    position: int
    stream: UUID
    version: int
    event: str
    label: str
    id: UUID
    recorded_at: datetime
    effective_at: datetime | None
    actor: str
    role: Role
    unit: str | None
    causation: UUID | None
    data: dict[str, Any]


class AggregateReads(Generic[S]):
    """One aggregate as it is read.

    One `within` another has streams of its own beside the case: its state names its `case`. One that `names_cases`
    belongs to several, and names none that is confidential and not for the caller."""

    def __init__(
        self,
        router: APIRouter,
        decider: Decider[S],
        within: "AggregateReads[Any] | None" = None,
        *,
        names_cases: bool = False,
    ) -> None:
        self._router, self._decider, self._within, self._names_cases = router, decider, within, names_cases
        self._case_of = parent_case if within else _own_case
        self._offered: list[Operation] = []

    def get(self, *roles: Role, extra: ExtraFields | None = None) -> None:
        """GET one aggregate: its state, under `extra` what follows from it today, and under `links` what the caller
        may do next; for a case, its history too."""

        @self._router.get("/{id}", response_model=dict[str, Any], summary=f"The {self._decider.name} as it stands")
        def read(
            id: UUID,  # noqa: A002
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: Annotated[UUID, Depends(self._case_of)],
            response: Response,
            moment: PointInTimeDep,
        ) -> Any:
            """Now, with what follows from it today under `extra`, and under `links` what you may do next; or at a past
            moment, with what that rests on."""
            authorize(caller, case)
            self._check_stands(app, case, id)
            if moment != PointInTime():
                return self._told(app, caller, state_at(app, self._decider, id, moment))
            loaded = app.load_existing(self._decider, id)
            response.headers["ETag"] = f'"{loaded.version}"'
            following = {"extra": extra(app, id, loaded.state)} if extra else {}
            state = self._told(app, caller, _in_charge(caller, case, plain_state(app, id, loaded)))
            return state | following | {"links": self.links(caller, case, id, loaded.state)}

        @self._router.get(
            "/{id}/changes", response_model=list[EventEffect], summary=f"What changed in the {self._decider.name}"
        )
        def between(
            id: UUID,  # noqa: A002
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: Annotated[UUID, Depends(self._case_of)],
            since: BoundParam = "0",
            until: BoundParam | None = None,
        ) -> Any:
            """Between two versions or instants, as it was recorded; between two days, as it had happened by their end,
            of all that is recorded now. Each change with the event that made it."""
            authorize(caller, case)
            self._check_stands(app, case, id)
            return self._told(app, caller, effects_between(app, self._decider, id, since, until))

        if self._within:
            return

        @self._router.get("/{id}/history", response_model=list[HistoryEntry], summary="Everything recorded of the case")
        def history(
            id: UUID,  # noqa: A002
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            moment: PointInTimeDep,
            response: Response,
        ) -> Any:
            """Or had been by a past moment; a version is that of the case's own aggregate. What this service heard of a
            case that has not come to it yet is told too."""
            authorize(caller, id)
            found = load_case_for_response(app, self._decider, id, moment, response, unopened=True)
            return self._told(app, caller, [_recorded(app, *one) for one in found.told])

        @self._router.get("/{id}/stored", response_model=StoredEvents, summary="The case's events as they are stored")
        def as_stored(id: UUID, app: AppDep, caller: Annotated[Caller, requires(*roles)]) -> Any:  # noqa: A002
            """What `payload_hash` commits to, byte for byte, with the sealed values that the reader may see."""
            authorize(caller, id)
            if self._names_cases:
                require_no_confidential_case(app, caller, id)
            return stored_events(app, id)

    def list(self, view: Projection, *roles: Role) -> None:
        """GET the collection, filtered and sorted by the view's own fields."""

        def index(app: AppDep, caller: Annotated[Caller, requires(*roles)], params: Any) -> Page:
            authorize(caller)
            return list_rows(app, caller, view, params)

        index.__annotations__["params"] = list_params(view)
        self._router.add_api_route(
            "", index, methods=["GET"], response_model=Page, summary=f"The {view.name.partition(':')[0]}"
        )

    def links(self, caller: Caller, case: UUID, id: UUID, state: S) -> Links:  # noqa: A002
        """What the state is open to, of what is offered to the caller."""
        if not can_change(caller, case):
            return []
        open_now = tuple(self._decider.available_commands(state))
        return [
            operation.link(case, id)
            for operation in self._offered
            if issubclass(operation.command, open_now) and caller.actor.role in operation.roles
        ]

    def _links_then(self, caller: Caller, case: UUID, id: UUID, state: S, moment: PointInTime) -> Links:  # noqa: A002
        """Nothing may be done in the past."""
        return self.links(caller, case, id, state) if moment == PointInTime() else []

    def _told(self, app: ServiceApplication, caller: Caller, told: Any) -> Any:
        return redact_confidential_cases(app, caller, told) if self._names_cases else told

    def _check_stands(self, app: ServiceApplication, case: UUID, id: UUID | None = None) -> None:  # noqa: A002
        """Raises UnknownCase without the case around, or when this is not within it. Asked once the right is known:
        whoever has none learns from no 404 what there is."""
        if self._within is None:
            return
        if id is None:
            app.load_existing(self._within._decider, case)
            return
        state: Any = app.load_existing(self._decider, id).state
        if state.case != case:
            raise UnknownCase(str(id))


def plain_state(app: ServiceApplication, id: UUID, loaded: LoadedAggregate[Any]) -> dict[str, Any]:  # noqa: A002
    """A state for a person: sealed values opened, those whose key is gone marked as erased."""
    return {"id": str(id), "version": loaded.version, **to_plain(loaded.state, app.key_store.display_text)}


def _recorded(app: ServiceApplication, entry: LogEntry, event: RecordedEvent[Any]) -> dict[str, Any]:
    """With who, when, what and why."""
    return {
        "position": entry.id,
        "stream": entry.originator_id,
        "version": entry.originator_version,
        "event": event_name(event.data).name,
        "label": event_name(event.data).label,
        "id": event.meta.id,
        "recorded_at": entry.recorded_at,
        "effective_at": event.meta.effective_at,
        "actor": event.meta.actor,
        "role": event.meta.role,
        "unit": event.meta.unit,
        "causation": event.meta.causation,
        "data": to_plain(event.data, app.key_store.display_text),
    }


def _in_charge(caller: Caller, case: UUID, told: dict[str, Any]) -> dict[str, Any]:
    """A state names the adviser whom its first event named; whoever was put in charge since stands in that place, as in
    lists. A past moment shows who it was."""
    known = caller.find_case(case)
    if known and known.adviser:
        for held in (told, *told.values()):
            if isinstance(held, dict) and "adviser" in held:
                held["adviser"] = known.adviser
    return told


async def _own_case(id: UUID) -> UUID:  # noqa: A002
    return id


async def parent_case(case: UUID) -> UUID:
    return case
