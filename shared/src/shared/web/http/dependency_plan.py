"""Dependency plans: what FastAPI has found out about one operation, arranged to be solved in one thread.

FastAPI's own solver works out anew for each request how each dependency is called, and changes threads for each plain
function. A plan does that once. What it gives is the same: the order of dependencies, one call of each, errors of
validation with their places, headers set on the way."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant

from shared.web.http.parameter_readers import ReadParameter, parameter_readers, read_body_parameter

T = TypeVar("T")
Errors = list[dict[str, Any]]


class MayWait(ABC):
    """A dependency that waits in the event loop for some requests, and for all others finishes at once.

    FastAPI's own handler answers the requests for which it waits."""

    __slots__ = ()

    @abstractmethod
    def waits(self, request: Request) -> bool: ...


class NotPlannable(Exception):
    """The operation uses something of FastAPI that plans leave to it."""


class Waited(RuntimeError):
    """A dependency waited for something in a thread, which has no event loop: declare it as `MayWait`."""


@dataclass(slots=True)
class SolvedRequest:
    """What is known of one request while its dependencies are solved. `found`: by the number of the dependency, its
    value, or else the errors for which it was not called."""

    request: Request
    body: Any
    response: Response
    exits: ExitStack
    found: dict[int, tuple[Any, Errors]] = field(default_factory=dict)


Call = Callable[[SolvedRequest, dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one function, by how they get their values."""

    dependencies: tuple[PlannedDependency, ...]
    readers: tuple[ReadParameter, ...]
    request_names: tuple[str, ...]
    response_name: str | None

    def solve(self, solved: SolvedRequest) -> tuple[dict[str, Any], Errors]:
        """The arguments, and the errors of validation of these and of what they depend on."""
        values: dict[str, Any] = {}
        errors: Errors = []
        for each in self.dependencies:
            value, own_errors = each.solve(solved)
            if own_errors:
                errors += own_errors
            elif each.name is not None:
                values[each.name] = value
        for read in self.readers:
            read(solved.request, solved.body, values, errors)
        for name in self.request_names:
            values[name] = solved.request
        if self.response_name is not None:
            values[self.response_name] = solved.response
        return values, errors


@dataclass(frozen=True, slots=True)
class PlannedDependency:
    """`number`: the same for each use of one function in the operation, which is called once."""

    number: int
    name: str | None
    call: Call
    parameters: Parameters
    is_shared: bool

    def solve(self, solved: SolvedRequest) -> tuple[Any, Errors]:
        if self.is_shared and self.number in solved.found:
            return solved.found[self.number]
        values, errors = self.parameters.solve(solved)
        found = (None, errors) if errors else (self.call(solved, values), errors)
        solved.found.setdefault(self.number, found)
        return found


@dataclass(frozen=True, slots=True)
class DependencyPlan:
    """Of one operation. `may_wait`: those of its dependencies that wait for some requests."""

    parameters: Parameters
    may_wait: tuple[MayWait, ...]

    def waits(self, request: Request) -> bool:
        return any(each.waits(request) for each in self.may_wait)


def plan_dependencies(dependant: Dependant) -> DependencyPlan:
    """Raises NotPlannable."""
    planner = _Planner()
    parameters = planner.parameters(dependant)
    return DependencyPlan(parameters, tuple(each for each in planner.numbers_by_call if isinstance(each, MayWait)))


class _Planner:
    def __init__(self) -> None:
        self._numbers: dict[tuple[Any, str], int] = {}

    @property
    def numbers_by_call(self) -> Iterator[Any]:
        return (call for call, _ in self._numbers)

    def parameters(self, dependant: Dependant) -> Parameters:
        if (
            dependant.websocket_param_name
            or dependant.background_tasks_param_name
            or dependant.security_scopes_param_name
            or dependant.own_oauth_scopes
            or dependant.parent_oauth_scopes
            or dependant.concurrency is not None
        ):
            raise NotPlannable(dependant.path)
        readers = parameter_readers(dependant)
        if dependant.body_params:
            if len(dependant.body_params) > 1:
                raise NotPlannable(dependant.path)
            readers += (read_body_parameter(dependant.body_params[0]),)
        requests = (dependant.request_param_name, dependant.http_connection_param_name)
        return Parameters(
            tuple(map(self._dependency, dependant.dependencies)),
            readers,
            request_names=tuple(name for name in requests if name),
            response_name=dependant.response_param_name,
        )

    def _dependency(self, dependant: Dependant) -> PlannedDependency:
        assert dependant.call is not None
        kind = planned_call(dependant.call, ends_with_endpoint=dependant.scope == "function")
        number = self._numbers.setdefault((dependant.call, dependant.scope or ""), len(self._numbers))
        return PlannedDependency(
            number,
            dependant.name,
            call=kind,
            parameters=self.parameters(dependant),
            is_shared=dependant.use_cache,
        )


def planned_call(function: Callable[..., Any], *, ends_with_endpoint: bool) -> Call:
    """How a dependency is called in a thread. Raises NotPlannable for one that ends once the response is sent."""
    if is_kind(inspect.isgeneratorfunction, function) or is_kind(inspect.isasyncgenfunction, function):
        if not ends_with_endpoint:
            raise NotPlannable(function)
        is_async = is_kind(inspect.isasyncgenfunction, function)
        manager: Callable[..., Any] = asynccontextmanager(function) if is_async else contextmanager(function)
        enter = partial(_enter_at_once, manager) if is_async else manager
        return lambda solved, values: solved.exits.enter_context(enter(**values))
    if is_kind(inspect.iscoroutinefunction, function):
        return lambda _, values: finish_at_once(function(**values))
    return lambda _, values: function(**values)


def is_kind(test: Callable[[Any], bool], function: Callable[..., Any]) -> bool:
    """Of the function itself, or of an object that is called like one."""
    own = inspect.unwrap(function)
    return test(own) or (not inspect.isclass(own) and test(getattr(own, "__call__", None)))  # noqa: B004


def finish_at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing. Raises Waited for one that does."""
    try:
        work.send(None)
    except StopIteration as finished:
        result: T = finished.value
        return result
    work.close()
    raise Waited(work)


@contextmanager
def _enter_at_once(make: Callable[..., AbstractAsyncContextManager[T]], **values: Any) -> Iterator[T]:
    manager: Any = make(**values)
    value = finish_at_once(manager.__aenter__())
    try:
        yield value
    except BaseException as error:
        if not finish_at_once(manager.__aexit__(type(error), error, error.__traceback__)):
            raise
    else:
        finish_at_once(manager.__aexit__(None, None, None))


def is_plannable_endpoint(function: Callable[..., Any]) -> bool:
    """A plain function: no coroutine, and nothing that gives its answer in parts."""
    kinds: Sequence[Callable[[Any], bool]] = (
        inspect.iscoroutinefunction,
        inspect.isasyncgenfunction,
        inspect.isgeneratorfunction,
    )
    return not any(is_kind(kind, function) for kind in kinds)
