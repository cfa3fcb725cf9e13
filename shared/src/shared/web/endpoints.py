"""How does an HTTP call become a command, and a state an answer? The same way for every aggregate."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, dataclass, fields, replace
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict

from shared.decider import Decider, Role
from shared.eventlog.application import Beside, CommandKey, Loaded, Receipt, ServiceApplication, UnknownCase
from shared.eventlog.mapper import plain
from shared.events import name_of, title_of
from shared.ids import uuid7
from shared.replay import Moment
from shared.views import View
from shared.web.allowed import allowed, may_change
from shared.web.answers import answers
from shared.web.bodies import AsJson, BoundedRoute
from shared.web.callers import Caller, Calling
from shared.web.lists import Page, asking, listed
from shared.web.problems import ProblemError
from shared.web.replay import Asking, Bound, ChangedBy, as_it_was, changed_between
from shared.web.stored import StoredEvents, stored_events
from shared.web.unnamed import check_names_none, unnamed

S = TypeVar("S")


# Asynchronous, like each dependency that waits for nothing: FastAPI gives a plain function a turn in its thread pool,
# and these two took a fifth of what a command costs the server.
async def the_application(request: Request) -> ServiceApplication:
    application: ServiceApplication = request.app.state.application
    return application


Asked = Annotated[ServiceApplication, Depends(the_application)]
IfMatch = Annotated[str | None, Header(description="The version you saw, as the ETag gave it", examples=['"7"'])]
IdempotencyKey = Annotated[
    str | None,
    Header(
        max_length=200, description="Repeat it with the same request, within 30 days, to get the first answer again"
    ),
]


class Link(BaseModel):
    """Something that the caller may do next. `rel` names the command, for good; `title` says it to a person."""

    rel: str
    method: Literal["POST"] = "POST"
    href: str
    title: str


class Done(BaseModel):
    """What a command led to: the case's version now, the events recorded, and what the caller may do next."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "01993f2e-5c00-7a10-8a51-3f6f7c1b2d40",
                "version": 4,
                "events": ["meeting-recorded"],
                "links": [
                    {
                        "rel": "assess-criterion",
                        "method": "POST",
                        "href": "/api/v1/requests/01993f2e-5c00-7a10-8a51-3f6f7c1b2d40/criteria",
                        "title": "Examiner un critère d’éligibilité",
                    }
                ],
            }
        }
    )

    id: UUID
    version: int
    events: list[str]
    links: list[Link] = []


class Recorded(BaseModel):
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


def case_router(prefix: str, tag: str) -> APIRouter:
    return APIRouter(prefix=f"/api/v1{prefix}", tags=[tag], route_class=BoundedRoute)


Check = Callable[[ServiceApplication, UUID, Any], None]
Completed = Callable[[ServiceApplication, Caller, Any], Any]
"""What was asked, with what the edge looks up for it: (application, caller, body) to command."""
BesideOf = Callable[[ServiceApplication, UUID], Beside]
"""What the aggregate under this id has beside the log."""
Besides = Callable[[ServiceApplication, UUID, Any], dict[str, Any]]
"""What is shown beside a state: (application, id, state) to plain fields."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A command as it is offered: where, to whom, and what is looked at before the domain is asked."""

    command: type
    path: str
    roles: tuple[Role, ...]
    before: tuple[Callable[..., Any], ...] = ()

    @property
    def title(self) -> str:
        return title_of(self.command)

    def link(self, case: UUID, id: UUID) -> Link:  # noqa: A002
        rel = _words(self.command.__name__).replace(" ", "-").lower()
        return Link(rel=rel, href=self.path.format(case=case, id=id), title=self.title)


def operations_of(routers: Iterable[APIRouter]) -> Iterator[Operation]:
    for route in (route for router in routers for route in router.routes):
        offered = getattr(getattr(route, "endpoint", None), "operation", None)
        if isinstance(offered, Operation):
            yield offered


class Endpoints(Generic[S]):
    """One aggregate over HTTP: `opens` and `does` take commands, `reads` and `lists` give what came of them.

    An aggregate `within` another has streams of its own beside the case: its state names its `case`. One that
    `names_cases` belongs to several, and names none that is confidential and not for the caller."""

    def __init__(
        self,
        router: APIRouter,
        decider: Decider[S],
        within: "Endpoints[Any] | None" = None,
        *,
        names_cases: bool = False,
    ) -> None:
        self._router, self._decider, self._within, self._names_cases = router, decider, within, names_cases
        self._offered: list[Operation] = []
        self._named: set[str] = set()

    def opens(
        self,
        command: type,
        *roles: Role,
        path: str = "",
        stream: Callable[[Any], UUID] | None = None,
        check: Check | None = None,
        completed: Completed | None = None,
        also: tuple[int, ...] = (),
    ) -> None:
        """POST on the collection, or on a `path` below it: a new aggregate, under a new id or the one that `stream`
        derives from the command. `check` may refuse what only other aggregates know; `also`: statuses that come of it
        or of what is `completed`."""
        derived = stream

        def endpoint(
            asked: Asked,
            caller: Calling,
            case: Annotated[UUID, Depends(self._outer_case if self._within else _new_case)],
            response: Response,
            body: Any,
            idempotency_key: IdempotencyKey = None,
        ) -> Done:
            allowed(caller, frozenset(roles), case if self._within else None)
            if check:
                check(asked, case, body)
            if derived:
                stream = case = derived(body)
            else:
                stream = uuid7() if self._within else case
            receipt = self._handled(asked, caller, case, stream, body, idempotency_key, completed=completed)
            response.headers["Location"] = f"{self._router.prefix.format(case=case)}/{receipt.id}"
            return self._done(asked, caller, case if self._within else receipt.id, receipt, response)

        operation = self._opening(command, path, roles, tuple(each for each in (check, completed) if each))
        if derived:
            self._offered.append(operation)
        self._route(path, endpoint, operation, 201, also)

    def does(
        self, path: str, command: type, *roles: Role, check: Check | None = None, beside: BesideOf | None = None
    ) -> None:
        """POST below one aggregate; `check` may refuse what only other aggregates know, `beside` writes with it."""

        def endpoint(
            id: UUID,  # noqa: A002
            asked: Asked,
            caller: Calling,
            case: Annotated[UUID, Depends(self._inner_case if self._within else _own_case)],
            response: Response,
            body: Any,
            if_match: IfMatch = None,
            idempotency_key: IdempotencyKey = None,
        ) -> Done:
            allowed(caller, frozenset(roles), case)
            if check:
                check(asked, case, body)
            receipt = self._handled(
                asked,
                caller,
                case,
                id,
                body,
                idempotency_key,
                _version(if_match),
                exists=True,
                beside=beside(asked, id) if beside else None,
            )
            return self._done(asked, caller, case, receipt, response)

        path = f"/{{id}}{path}"
        operation = Operation(command, self._router.prefix + path, roles, (check,) if check else ())
        self._offered.append(operation)
        self._route(path, endpoint, operation, 200)

    def reads(self, *roles: Role, besides: Besides | None = None) -> None:
        """GET one aggregate: its state, under `beside` what follows from it today, and under `links` what the caller
        may do next; for a case, its history too."""
        case_of = self._inner_case if self._within else _own_case

        @self._router.get("/{id}", response_model=dict[str, Any], summary=f"The {self._decider.name} as it stands")
        def read(
            id: UUID,  # noqa: A002
            asked: Asked,
            caller: Calling,
            case: Annotated[UUID, Depends(case_of)],
            response: Response,
            moment: Asking,
        ) -> Any:
            """Now, with what follows from it today under `beside`, and under `links` what you may do next; or at a past
            moment, with what that rests on."""
            allowed(caller, frozenset(roles), case)
            if moment != Moment():
                return self._told(asked, caller, as_it_was(asked, self._decider, id, moment))
            loaded = asked.existing(self._decider, id)
            response.headers["ETag"] = f'"{loaded.version}"'
            beside = {"beside": besides(asked, id, loaded.state)} if besides else {}
            state = self._told(asked, caller, shown(asked, id, loaded))
            return state | beside | {"links": self.links(caller, case, id, loaded.state)}

        @self._router.get(
            "/{id}/changes", response_model=list[ChangedBy], summary=f"What changed in the {self._decider.name}"
        )
        def between(
            id: UUID,  # noqa: A002
            asked: Asked,
            caller: Calling,
            case: Annotated[UUID, Depends(case_of)],
            since: Bound = "0",
            until: Bound | None = None,
        ) -> Any:
            """Between two versions or instants; each change with the event that made it."""
            allowed(caller, frozenset(roles), case)
            return self._told(asked, caller, changed_between(asked, self._decider, id, since, until))

        if self._within:
            return

        @self._router.get("/{id}/history", response_model=list[Recorded], summary="Everything recorded of the case")
        def history(id: UUID, asked: Asked, caller: Calling) -> Any:  # noqa: A002
            allowed(caller, frozenset(roles), id)
            return self._told(asked, caller, recorded(asked, id))

        @self._router.get("/{id}/stored", response_model=StoredEvents, summary="The case's events as they are stored")
        def as_stored(id: UUID, asked: Asked, caller: Calling) -> Any:  # noqa: A002
            """What `payload_hash` commits to, byte for byte, with the sealed values that the reader may see."""
            allowed(caller, frozenset(roles), id)
            if self._names_cases:
                check_names_none(asked, caller, id)
            return stored_events(asked, id)

    def _told(self, asked: ServiceApplication, caller: Caller, told: Any) -> Any:
        return unnamed(asked, caller, told) if self._names_cases else told

    def lists(self, view: View, *roles: Role) -> None:
        """GET the collection, filtered and sorted by the view's own fields."""

        def index(asked: Asked, caller: Calling, asking: Any) -> Page:
            allowed(caller, frozenset(roles))
            return listed(asked, caller, view, asking)

        index.__annotations__["asking"] = asking(view)
        self._router.add_api_route(
            "", index, methods=["GET"], response_model=Page, summary=f"The {view.name.partition(':')[0]}"
        )

    def _handled(
        self,
        asked: ServiceApplication,
        caller: Caller,
        case: UUID,
        stream: UUID,
        body: Any,
        key: str | None,
        expected: int | None = None,
        exists: bool = False,
        completed: Completed | None = None,
        beside: Beside | None = None,
    ) -> Receipt:
        command_key = None
        if key:
            request = asked.vault.keyed_hash(
                f"{self._router.prefix} {case if self._within else ''} {stream if exists else ''} {body!r}"
            )
            command_key = CommandKey(f"{len(caller.actor.id)}:{caller.actor.id}:{key}", request)
        command = completed(asked, caller, body) if completed else body
        context = asked.context(case, caller.actor)
        return asked.handle(
            self._decider, stream, command, context, expected=expected, key=command_key, exists=exists, beside=beside
        )

    def links(self, caller: Caller, case: UUID, id: UUID, state: S) -> list[Link]:  # noqa: A002
        """What the state is open to, of what is offered to the caller."""
        if not may_change(caller, case):
            return []
        open_now = tuple(self._decider.open_to(state))
        return [
            operation.link(case, id)
            for operation in self._offered
            if issubclass(operation.command, open_now) and caller.actor.role in operation.roles
        ]

    def _opening(
        self, command: type, path: str, roles: tuple[Role, ...], before: tuple[Callable[..., Any], ...]
    ) -> Operation:
        """Whoever reads the case is told that something can be opened within it."""
        operation = Operation(command, self._router.prefix + path, roles, before)
        if self._within:
            self._within._offered.append(replace(operation, path=operation.path.replace("{case}", "{id}")))
        return operation

    def _done(
        self, asked: ServiceApplication, caller: Caller, case: UUID, receipt: Receipt, response: Response
    ) -> Done:
        response.headers["ETag"] = f'"{receipt.version}"'
        state = receipt.state
        if receipt.repeated:
            response.headers["Idempotency-Replayed"] = "true"
            state = asked.load(self._decider, receipt.id, receipt.version).state
        links = self.links(caller, case, receipt.id, state)
        return Done(id=receipt.id, version=receipt.version, events=list(receipt.events), links=links)

    def _outer_case(self, case: UUID, asked: Asked) -> UUID:
        assert self._within is not None
        asked.existing(self._within._decider, case)
        return case

    def _inner_case(self, case: UUID, id: UUID, asked: Asked) -> UUID:  # noqa: A002
        state: Any = asked.existing(self._decider, id).state
        if state.case != case:
            raise UnknownCase(str(id))
        return case

    def _route(
        self, path: str, endpoint: Callable[..., Done], operation: Operation, status: int, also: tuple[int, ...] = ()
    ) -> None:
        command = operation.command
        endpoint.__dict__["operation"] = operation
        empty = all(f.default is not MISSING or f.default_factory is not MISSING for f in fields(command))
        annotation: Any = Annotated[command, AsJson(), Body(default_factory=command) if empty else Body()]
        endpoint.__annotations__["body"] = annotation
        name = _words(command.__name__).replace(" ", "_").lower()
        endpoint.__name__ = f"{name}_{path.rpartition('/')[2]}" if name in self._named else name
        self._named.add(name)
        self._router.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            status_code=status,
            response_model=Done,
            responses=answers(409, 410, *also),
            summary=operation.title,
            description=command.__doc__,
        )


def shown(asked: ServiceApplication, id: UUID, loaded: Loaded[Any]) -> dict[str, Any]:  # noqa: A002
    """A state for a person: sealed values opened, those whose key is gone marked as erased."""
    return {"id": str(id), "version": loaded.version, **plain(loaded.state, asked.vault.shown)}


def recorded(asked: ServiceApplication, case: UUID) -> list[dict[str, Any]]:
    """Every event of a case in this service, with who, when, what and why."""
    entries = asked.recorder.entries_of_case(case)
    if not entries:
        raise UnknownCase(str(case))
    return [
        {
            "position": entry.id,
            "stream": entry.originator_id,
            "version": entry.originator_version,
            "event": name_of(event.data).name,
            "label": name_of(event.data).label,
            "id": event.meta.id,
            "recorded_at": entry.recorded_at,
            "effective_at": event.meta.effective_at,
            "actor": event.meta.actor,
            "role": event.meta.role,
            "unit": event.meta.unit,
            "causation": event.meta.causation,
            "data": plain(event.data, asked.vault.shown),
        }
        for entry, event in asked.events_of(entries)
    ]


async def _new_case() -> UUID:
    return uuid7()


async def _own_case(id: UUID) -> UUID:  # noqa: A002
    return id


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        return None
    found = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', if_match.strip())
    if found is None:
        raise ProblemError(
            400, "malformed-request", "Demande illisible", 'If-Match attend une version, par exemple "7".'
        )
    return int(found[1])


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


EVERYONE_AT_WORK = (Role.ADVISER, Role.MANAGER, Role.REGIONAL)
WHO_READS_A_CASE = (*EVERYONE_AT_WORK, Role.LEADER, Role.AUDITOR)
