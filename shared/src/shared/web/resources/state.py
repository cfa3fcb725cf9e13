"""Reading one aggregate: its state, now or at a point in time, what changed, and what was recorded."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel, Field

from shared.access import AccessAction
from shared.eventlog import LoadedAggregate, LogEntry, RecordedEvent, ServiceApplication, UnknownCase, to_plain
from shared.kernel import Encrypted, Role, event_name
from shared.names.lookup import PersonNames
from shared.projections import Projection
from shared.temporal import PRESENT
from shared.web.auth import EXISTENCE, Caller, authorize, authorize_drafts, require_no_hidden_case, requires
from shared.web.collections import (
    NAMES_DESCRIPTION,
    PAST_TURN,
    inline_names,
    list_params,
    list_rows,
    load_case_for_response,
    name_entries,
    name_part,
    name_state,
    named_state_members,
    page_of,
)
from shared.web.http import REDACTED, shown_as
from shared.web.requests import AppDep, BoundParam, Link, PointInTimeDep, PrefersMinimalDep
from shared.web.resources.history import EventEffect, StateAt, effects_between, state_at
from shared.web.resources.parts import Part, address_params
from shared.web.resources.resource import AggregateResource, ExtraFields
from shared.web.resources.stored_events import StoredEvents, is_readable, stored_events


class HistoryEntry(BaseModel):
    """One event of a case's history, as a person reads it."""

    position: int = Field(description="Its position in this service's log")
    stream: UUID = Field(description="The aggregate that recorded it: the case itself, or one within it")
    version: int = Field(description="Its number in that aggregate, from 1")
    event: str = Field(description="The name of the event", examples=["request-admitted"])
    label: str = Field(description="The same in French", examples=["Demande admise"])
    id: UUID = Field(description="The id of the event, the same in every service")
    recorded_at: datetime = Field(description="When it was recorded")
    effective_at: datetime | None = Field(description="When it happened, if the event says so")
    actor: str = Field(description="Who did it, by pseudonym; `service:…` for a service")
    role: Role = Field(description="The role they acted under")
    unit: str | None = Field(description="The unit they acted for")
    causation: UUID | None = Field(description="The event of another service that caused it")
    data: dict[str, Any] = Field(description="Its fields; encrypted values are shown as far as the reader may see them")
    names: dict[str, str] = Field(default={}, description=NAMES_DESCRIPTION)


def add_state(
    resource: AggregateResource[Any], *roles: Role, extra: ExtraFields | None = None, extra_kind: type | None = None
) -> None:
    """GET one aggregate and `/changes`; for a case also `/history` and `/stored`.

    `extra`: what follows from the state today, shown under the same name; `extra_kind`: its class."""
    sometimes = {"extra": extra_kind} if extra_kind else {}
    named = named_state_members(type(resource.decider.initial))
    shape = shown_as(
        type(resource.decider.initial),
        added={"id": UUID, "version": int, **named["added"]},
        omitted=named["omitted"],
        sometimes={**sometimes, "links": list[Link], "replayed": StateAt},
        redacted=resource.decider.names_cases,
        linked=resource.decider.linked_cases,
    )
    router, decider, name = resource.router, resource.decider, resource.decider.name
    resource.readers, resource.shape, resource.extra = frozenset(roles), shape, extra

    @router.get("/{id}", name="get", response_model=shape, summary=f"Get the {name}")
    def get(
        id: UUID,  # noqa: A002
        app: AppDep,
        caller: Annotated[Caller, requires(*roles)],
        case: Annotated[UUID, Depends(resource.case_id)],
        response: Response,
        at: PointInTimeDep,
        minimal: PrefersMinimalDep,
    ) -> Any:
        """The state now, with `names`, what the people in it are called, by id; `extra`, what follows from it today;
        and `links`, the commands you may send next. At a point in time, the state as it was then, with its basis under
        `replayed`."""
        authorize(caller, case, resource.case_kind)
        resource.require(app, case, id)
        if at != PRESENT:
            authorize_drafts(caller, case, resource.case_kind)
            return state_at(app, decider, id, at=at, case=case, redact=partial(resource.redact, app, caller))
        loaded = app.load_existing(decider, id)
        response.headers["ETag"] = f'"{loaded.version}"'
        return current_state(resource, app, caller, case, id, loaded, minimal=minimal)

    @router.get(
        "/{id}/changes",
        name="list_changes",
        response_model=list[EventEffect],
        summary=f"List what changed in the {name} between two points in time",
    )
    def list_changes(
        id: UUID,  # noqa: A002
        app: AppDep,
        caller: Annotated[Caller, requires(*roles)],
        case: Annotated[UUID, Depends(resource.case_id)],
        since: BoundParam = "0",
        until: BoundParam | None = None,
    ) -> Any:
        """Each event with the fields that it changed, and the `names` of the people in it. Between two versions or
        instants, in the order of recording; between two days, what had happened by their end, of all that is recorded
        now."""
        authorize(caller, case, resource.case_kind)
        authorize_drafts(caller, case, resource.case_kind)
        resource.require(app, case, id)
        effects = [each.model_dump(mode="json") for each in effects_between(app, decider, id, since, until)]
        called = dict(inline_names(plain_state(app, id, app.load_existing(decider, id))))
        return name_entries(app, case, resource.redact(app, caller, effects), called)

    if resource.within is None:
        _add_history(resource, *roles)


def current_state(
    resource: AggregateResource[Any],
    app: ServiceApplication,
    caller: Caller,
    case: UUID,
    id: UUID,  # noqa: A002
    loaded: LoadedAggregate[Any],
    *,
    minimal: bool = False,
    names: PersonNames | None = None,
) -> dict[str, Any]:
    """The state of an aggregate now, as its address gives it to an authorized caller. `minimal`: without links.
    `names`: of an answer that has more than this state."""
    extra = resource.extra
    plain = to_plain(extra(app, id, loaded.state), app.key_store.display_text) if extra else None
    following = resource.redact(app, caller, {"extra": plain}) if extra else {}
    state = resource.redact(app, caller, _with_current_adviser(resource, caller, case, plain_state(app, id, loaded)))
    links = {} if minimal else {"links": resource.links(app, caller, case, id, loaded.state)}
    return name_state(app, case, state, names=names) | following | links


def _add_history(resource: AggregateResource[Any], *roles: Role) -> None:
    router = resource.router

    @router.get("/{id}/history", name="list_history", response_model=list[HistoryEntry], summary="List the history")
    def list_history(
        id: UUID,  # noqa: A002
        app: AppDep,
        caller: Annotated[Caller, requires(*roles)],
        at: PointInTimeDep,
        response: Response,
    ) -> Any:
        """Every event of the case in this service, or those recorded by a point in time; a version is that of the
        case's own aggregate. Of a case that has not reached this service yet, what was received about it."""
        authorize(caller, id, resource.case_kind)
        authorize_drafts(caller, id, resource.case_kind)
        mentioned = resource.is_mentioned(app, id)
        history = load_case_for_response(app, resource.decider, id, at, response, unopened=mentioned)
        readable = resource.readable_kinds(caller.actor.role)
        entries = [
            _history_entry(
                entry,
                event,
                show=app.key_store.display_text if is_readable(app, entry, id, readable) else _withhold,
            )
            for entry, event in history.counted
        ]
        return name_entries(app, id, resource.redact(app, caller, entries))

    @router.get(
        "/{id}/stored", name="list_stored_events", response_model=StoredEvents, summary="List the events as stored"
    )
    def list_stored_events(id: UUID, app: AppDep, caller: Annotated[Caller, requires(*roles)]) -> Any:  # noqa: A002
        """The stored bytes, which `payload_hash` commits to, with the encrypted values that the reader may see."""
        authorize(caller, id, resource.case_kind)
        authorize_drafts(caller, id, resource.case_kind)
        if resource.decider.names_cases:
            require_no_hidden_case(app, caller, id, (AccessAction.READ,))
        elif resource.decider.linked_cases:
            require_no_hidden_case(app, caller, id, EXISTENCE)
        return stored_events(app, resource, id, caller.actor.role)


def add_part(resource: AggregateResource[Any], part: Part[Any], *roles: Role) -> None:
    """GET one part of an aggregate."""
    router, decider = resource.router, resource.decider
    words = part.name.replace("_", " ")
    shape = shown_as(
        part.kind,
        name=f"{part.kind.__name__}Part",
        added={"id": str, "version": int, "names": dict[str, str]},
        sometimes={"links": list[Link], "replayed": StateAt},
        redacted=decider.names_cases,
    )

    @router.get(f"/{{id}}{part.path}", name=f"get_{part.name}", response_model=shape, summary=f"Get one {words}")
    def get_part(
        id: UUID,  # noqa: A002
        app: AppDep,
        caller: Annotated[Caller, requires(*roles)],
        case: Annotated[UUID, Depends(resource.case_id)],
        response: Response,
        address: Annotated[dict[str, Any], Depends(address_params(part.ids, part.name))],
        at: PointInTimeDep,
        minimal: PrefersMinimalDep,
    ) -> Any:
        """As it stands in the state, now or at a point in time; the version is the aggregate's. `names`: what the
        people in it are called, by id. `links`: the commands that you may send to it next."""
        authorize(caller, case, resource.case_kind)
        resource.require(app, case, id)
        *_, own = address.values()

        def find(state: Any) -> Any:
            parts = part.find(state)
            if (key := part.key(address)) not in parts:
                raise UnknownCase(f"{id} {key}")
            return parts[key]

        if at != PRESENT:
            redact = partial(resource.redact, app, caller)
            return state_at(app, decider, id, at=at, case=case, redact=redact, part=find) | {"id": str(own)}
        loaded = app.load_existing(decider, id)
        response.headers["ETag"] = f'"{loaded.version}"'
        plain = to_plain(find(loaded.state), app.key_store.display_text)
        shown = name_part(app, resource.redact(app, caller, plain))
        here = resource.address(case, id) + part.path.format(**address)
        links = resource.links(app, caller, case, id, loaded.state)
        links = [link for link in links if link["href"].startswith(f"{here}/")]
        return {**shown, "id": str(own), "version": loaded.version} | ({} if minimal else {"links": links})


def add_list(resource: AggregateResource[Any], projection: Projection, *roles: Role) -> None:
    """GET the collection, filtered and sorted by the fields of the projection."""
    params_of_list = list_params(projection)
    plural = projection.name.partition(":")[0].replace("-", " ")

    @resource.router.get(
        "",
        name="list",
        response_model=page_of(projection),
        summary=f"List the {plural}",
        dependencies=[PAST_TURN],
    )
    def list_(
        app: AppDep,
        caller: Annotated[Caller, requires(*roles)],
        params: params_of_list,  # type: ignore[valid-type]  # made from the projection's fields
    ) -> Any:
        """The rows that your right covers, a page at a time; now, or as they were."""
        authorize(caller)
        return list_rows(app, caller, projection, params)


def plain_state(app: ServiceApplication, id: UUID, loaded: LoadedAggregate[Any]) -> dict[str, Any]:  # noqa: A002
    """A state for a person: encrypted values decrypted, those whose key is gone marked as erased."""
    return {"id": str(id), "version": loaded.version, **to_plain(loaded.state, app.key_store.display_text)}


def _history_entry(entry: LogEntry, event: RecordedEvent[Any], *, show: Callable[[Encrypted], str]) -> dict[str, Any]:
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
        "data": to_plain(event.data, show),
    }


def _withhold(_value: Encrypted) -> str:
    """What the reader may not read in the state of the aggregate that recorded it."""
    return REDACTED


def _with_current_adviser(
    resource: AggregateResource[Any], caller: Caller, case: UUID, state: dict[str, Any]
) -> dict[str, Any]:
    """The state with the adviser who is in charge today, as lists show it. A past state shows who it was then."""
    known = caller.find_case(case, resource.case_kind)
    if known and known.adviser:
        for fields in (state, *state.values()):
            if isinstance(fields, dict) and "adviser" in fields:
                fields["adviser"] = known.adviser
    return state
