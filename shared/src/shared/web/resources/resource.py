"""One aggregate as an HTTP resource: where its operations stand, and what they share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.access import find_case_access
from shared.eventlog import LoadedAggregate, Receipt, ServiceApplication, UnknownCase
from shared.kernel import CASE_PATHS, Context, Decider, Refused, Role
from shared.names import name_decider
from shared.names.lookup import PersonNames
from shared.temporal import PRESENT, PointInTime
from shared.web.auth import Caller, can_change, leave_out_linked_cases, redact_hidden_cases
from shared.web.requests import CommandEndpoint, LinkFields, ResourceRouter
from shared.web.resources.guards import is_of_the_state, least_command, refusal_by_state, trial_context
from shared.web.resources.parts import CreatedFields, Part

S = TypeVar("S")
ExtraFields = Callable[[ServiceApplication, UUID, Any], Any]
"""What is shown with a state: (application, id, state) to a value of the class that describes it."""

LoadedParts = Sequence[tuple[UUID, LoadedAggregate[Any]]]


@dataclass(frozen=True, slots=True)
class CaseParts:
    """The aggregates of one kind within a case, as the answer about the whole case lists them.

    `name`: of the list; `shape`: the type of one; `roles`: who reads them; `opened_by`: the first event of each.
    `show(app, caller, case, loaded, names)`: each as it is now, with its links."""

    name: str
    shape: Any
    roles: frozenset[Role]
    decider: Decider[Any]
    opened_by: type
    show: Callable[[ServiceApplication, Caller, UUID, LoadedParts, PersonNames], Sequence[Any]]


class AggregateResource(Generic[S]):
    """The operations of one aggregate, on one router.

    `within`: the resource of the case, for an aggregate that has a stream of its own in a case and whose state names
    its `case`. `called`: what an answer calls it under `created`, if not by the aggregate's name. `readers`: the roles
    that read its state; `shape`: the type of that answer, once it is declared; `extra`: what is shown with it.
    `parts_within`: of a case, what its answer with parts lists."""

    def __init__(
        self,
        router: ResourceRouter,
        decider: Decider[S],
        within: "AggregateResource[Any] | None" = None,
        *,
        called: str | None = None,
    ) -> None:
        self.router, self.decider, self.within = router, decider, within
        self.called = called or decider.name
        self.parts_of: list[Part[S]] = []
        self.parts_within: list[CaseParts] = []
        self.readers: frozenset[Role] = frozenset()
        self.shape: Any = dict[str, Any]
        self.extra: ExtraFields | None = None
        self._children: list[AggregateResource[Any]] = []
        if within:
            within._children.append(self)
        self.case_id: Callable[..., Any] = parent_case if within else own_case
        self.case_kind: str = (within or self).decider.name
        self._offered: list[CommandEndpoint] = []

    def readable_kinds(self, role: Role) -> frozenset[str]:
        """The aggregates of a case whose states a reader of the case may read under this role, by name. What is sealed
        in the events of any other is not opened for them. What a structure is called stands in every state."""
        readable = {each.decider.name for each in self._children if role in each.readers}
        return frozenset({self.decider.name, name_decider.name, *readable})

    def is_mentioned(self, app: ServiceApplication, case: UUID) -> bool:
        """Whether the service was told who may see a case that has not reached its phase; of another kind than the
        phase's own, nothing is told."""
        of_the_phase = self.router.prefix == CASE_PATHS.get(app.service)
        return of_the_phase and find_case_access(app, case) is not None

    def offer(self, endpoint: CommandEndpoint) -> None:
        """From now on a link to this command stands in the responses about the aggregate, while its state allows it."""
        self._offered.append(endpoint)

    def links(self, app: ServiceApplication, caller: Caller, case: UUID, id: UUID, state: S) -> list[LinkFields]:  # noqa: A002
        """The commands that the guards let pass now, of those that the caller may send; for each part, its own."""
        if not can_change(caller, case, self.case_kind):
            return []
        allowed, case_text, id_text = tuple(self.decider.available_commands(state)), str(case), str(id)
        context, role = trial_context(app.context(case, caller.actor)), caller.actor.role
        return [
            endpoint.link(case_text, id_text, part)
            for endpoint in self._offered
            if role in endpoint.roles and issubclass(endpoint.command, allowed)
            for part in endpoint.parts(state)
            if not self._is_refused_by_guards(endpoint.command, part, state, context)
            and not self._is_refused_by_check(app, caller, case, endpoint, part)
        ]

    def _is_refused_by_guards(self, command: type, part: Mapping[str, Any], state: S, context: Context) -> bool:
        """A command that creates another aggregate is that one's to refuse."""
        own = command in self.decider.commands
        return own and refusal_by_state(self.decider.decide, state, command, part, context) is not None

    def _is_refused_by_check(
        self, app: ServiceApplication, caller: Caller, case: UUID, endpoint: CommandEndpoint, part: Mapping[str, Any]
    ) -> bool:
        """The check of the operation, where it may say that nothing that is typed in would pass."""
        if endpoint.check is None or not any(map(is_of_the_state, endpoint.may_refuse)):
            return False
        try:
            endpoint.check(app, caller, case, least_command(endpoint.command, part, app.clock.now()))
        except UnknownCase:
            return True
        except Refused as refused:
            return is_of_the_state(refused)
        return False

    def address(self, case: UUID, id: UUID) -> str:  # noqa: A002
        """The path of one aggregate."""
        return f"{self.router.prefix.format(case=case)}/{id}"

    def created(self, case: UUID, receipt: Receipt) -> dict[str, CreatedFields]:
        """What the command created: the aggregate itself, parts of it, by what each is called."""
        address, created = self.address(case, receipt.id), {}
        if receipt.events and receipt.version == len(receipt.events):
            created[self.called] = {"id": str(receipt.id), "href": address}
        for part in self.parts_of:
            created |= part.created(receipt.previous, receipt.state, address)
        return created

    def links_at(
        self,
        app: ServiceApplication,
        caller: Caller,
        case: UUID,
        id: UUID,  # noqa: A002
        state: S,
        at: PointInTime,
    ) -> list[LinkFields]:
        """The links of a state at a point in time: none in the past, where nothing can be done."""
        return self.links(app, caller, case, id, state) if at == PRESENT else []

    def redact(self, app: ServiceApplication, caller: Caller, response: Any) -> Any:
        """The response without the ids of confidential cases and archives that are not for the caller."""
        if self.decider.names_cases:
            return redact_hidden_cases(app, caller, response)
        if self.decider.linked_cases:
            return leave_out_linked_cases(app, caller, response, self.decider.linked_cases)
        return response

    def require(self, app: ServiceApplication, case: UUID, id: UUID | None = None) -> None:  # noqa: A002
        """Raises UnknownCase without the parent case, or when the aggregate `id` is not in it.

        Called once the caller is authorized: without a right, nobody learns from a 404 what there is."""
        if self.within is None:
            return
        if id is None:
            app.load_existing(self.within.decider, case)
            return
        state: Any = app.load_existing(self.decider, id).state
        if state.case != case:
            raise UnknownCase(str(id))


# Coroutines that wait for nothing: FastAPI's own handler, which answers some requests, calls them in place.
async def own_case(id: UUID) -> UUID:  # noqa: A002
    """The case of an operation on the case itself."""
    return id


async def parent_case(case: UUID) -> UUID:
    """The case of an operation on an aggregate within it."""
    return case
