"""Walks of an aggregate through its history: at each step, every command that somebody may send, with many bodies each.

A body is the example of the operation or the least one, with values that the state holds in place of its own: an id, a
hash, a number, a day that means something there. So what is tried is what passes in a story, and what none tries."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from tests.support.generated.golden_samples import service
from tests.support.generated.openapi_examples import DAY, file

from shared.kernel import Actor, Context, Decider, Encrypted, Refused, Role, paris_date
from shared.web.auth import STAFF
from shared.web.requests import CommandEndpoint, command_endpoints
from shared.web.resources.guards import is_of_the_state, least_command, refusal_by_state, trial_context
from shared.web.resources.parts import address_fields, body_type, with_address

UNIT = "dla-44"
CASE = UUID(int=1)
VARIANTS = 3
"""Bodies that are tried beside the least one and the example."""


def actor(role: Role) -> Actor:
    return Actor(str(UUID(int=100 + [*Role].index(role))), role, unit=UNIT)


NEW_IDS = (UUID(int=900), UUID(int=901), UUID(actor(Role.LEADER).id))
"""Of nothing, and that of the leader who acts."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A command that was sent to a state. `refused`: null where it passed."""

    command: Any
    events: tuple[Any, ...] = ()
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What came of one operation on one part. `offered`: whether an answer links to it."""

    endpoint: CommandEndpoint
    role: Role
    offered: bool
    tried: tuple[Tried, ...]

    @property
    def name(self) -> str:
        return self.endpoint.command.__name__

    @property
    def passing(self) -> list[Tried]:
        return [each for each in self.tried if each.events]

    @property
    def refused_by_state(self) -> list[Tried]:
        """Those that a refusal stopped which says that no body would pass."""
        return [each for each in self.tried if each.refused and is_of_the_state(each.refused)]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation with its example: a whole command without the ids of its address."""

    endpoint: CommandEndpoint
    in_address: tuple[str, ...]
    body: Any

    @staticmethod
    def of(name: str, endpoint: CommandEndpoint) -> Operation:
        in_address = address_fields(endpoint.command, endpoint.path)
        taken: TypeAdapter[Any] = TypeAdapter(body_type(endpoint.command, in_address))
        return Operation(
            endpoint, tuple(in_address), body=taken.validate_json(json.dumps(_examples(name).get(endpoint.path, {})))
        )

    def example(self, address: Mapping[str, Any]) -> Any:
        return with_address(self.endpoint.command, {each: address[each] for each in self.in_address}, self.body)

    def roles(self, random: Random) -> list[Role]:
        """One of those who work on every case, for they are alike, and all others."""
        staff = [role for role in self.endpoint.roles if role in STAFF]
        others = [role for role in self.endpoint.roles if role not in STAFF]
        return [*([random.choice(staff)] if staff else []), *others]


class Walk:
    """One aggregate on its way. `path`: of its operations."""

    def __init__(self, name: str, path: str, *, decider: Decider[Any], random: Random) -> None:
        self._name, self._decider, self._random = name, decider, random
        self._decide = getattr(decider.decide, "__wrapped__", decider.decide)  # the one that is not watched
        self._operations = [Operation.of(name, each) for each in _endpoints(name, path, decider)]
        self._ids = (UUID(int=n) for n in count(1000))
        self.state, self.now = decider.initial, DAY

    def take(self, command: Any, by: Role) -> None:
        """Raises Refused."""
        for event in self._decide(self.state, command, self._context(actor(by))):
            self.state = self._decider.evolve(self.state, event)

    def detour(self, offers: list[Offer]) -> Walk | None:
        """Where one of the commands that pass leads; null where none does."""
        passing = [each for offer in offers for each in offer.passing]
        if not passing:
            return None
        aside = copy(self)
        for event in self._random.choice(passing).events:
            aside.state = self._decider.evolve(aside.state, event)
        return aside

    def offers(self) -> list[Offer]:
        """Each operation, by each role that it is for, on each part of the state, with what came of its bodies."""
        values = Values(self.state, self.now)
        return [
            self._try(operation, role, address, values)
            for operation in self._operations
            for address in operation.endpoint.parts(self.state)
            for role in operation.roles(self._random)
        ]

    def _try(self, operation: Operation, role: Role, address: Mapping[str, Any], values: Values) -> Offer:
        context, endpoint = self._context(actor(role)), operation.endpoint
        allowed = issubclass(endpoint.command, tuple(self._decider.available_commands(self.state)))
        refusal = refusal_by_state(self._decide, self.state, endpoint.command, address, trial_context(context))
        tried = tuple(self._attempt(body, context) for body in self._bodies(operation, address, values))
        return Offer(endpoint, role, offered=allowed and refusal is None, tried=tried)

    def _attempt(self, command: Any, context: Context) -> Tried:
        try:
            return Tried(command, tuple(self._decide(self.state, command, context)))
        except Refused as refused:
            return Tried(command, refused=refused)

    def _context(self, by: Actor) -> Context:
        return Context(CASE, self.now, actor=by, stream=CASE, ids=self._ids)

    def _bodies(self, operation: Operation, address: Mapping[str, Any], values: Values) -> Iterator[Any]:
        least = least_command(operation.endpoint.command, address, self.now)
        example, kept = operation.example(address), frozenset(address)
        yield from (least, example)
        if fields(operation.body):
            varied = [self._vary(self._random.choice((example, least)), values, kept) for _ in range(VARIANTS)]
            yield from filter(_is_well_formed, [_as_named(example, values, kept), *varied])

    def _vary(self, value: Any, values: Values, kept: frozenset[str] = frozenset(), name: str = "") -> Any:
        """The same with some of its values replaced, as deep as they are; `name`: of the field that holds it."""
        if is_dataclass(value) and not isinstance(value, Encrypted | type):
            names = [each.name for each in fields(value) if each.name not in kept]
            return replace(value, **{each: self._vary(getattr(value, each), values, name=each) for each in names})
        if self._random.random() < 0.5:
            return value
        if isinstance(value, tuple):
            return self._random.choice([tuple(self._vary(each, values) for each in value), *values.tuples_like(value)])
        alike = [each for each in values.named[name] if type(each) is type(value)]
        return self._random.choice(alike if alike and self._random.random() < 0.6 else values.like(value))


class Values:
    """What a state holds: `named`, by the field that holds it; the rest by its type."""

    def __init__(self, held: Any, now: datetime) -> None:
        self.named: defaultdict[str, list[Any]] = defaultdict(list)
        self._by_type: defaultdict[type, dict[Any, None]] = defaultdict(dict)
        self._tuples: list[tuple[Any, ...]] = []
        self._today = paris_date(now)
        self._gather(held, "")

    def like(self, value: Any) -> list[Any]:
        """Values that could stand in its place, itself among them."""
        alike = [value, *self._by_type[type(value)]]
        match value:
            case bool():
                return [False, True]
            case Enum():
                return [*type(value)]
            case UUID():
                return [*alike, *NEW_IDS]
            case datetime():
                return alike
            case date():
                return [*alike, *(self._today + timedelta(days=ahead) for ahead in (-1, 0, 40))]
            case int() | float():
                return [*alike, 0, 1]
        return alike

    def last(self, name: str, value: Any) -> Any:
        """The last value of this name and kind; of a list of such values, one. Null without any."""
        if isinstance(value, tuple) and value:
            item = self.last(name, value[0])
            return None if item is None else (item,)
        return next((each for each in reversed(self.named[name]) if type(each) is type(value)), None)

    def tuples_like(self, value: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Tuples of the same kind of item."""
        kinds = {type(item) for item in value}
        return [each for each in self._tuples if {type(item) for item in each} == kinds]

    def _gather(self, value: Any, name: str) -> None:
        if value is None or isinstance(value, Encrypted):
            return
        if is_dataclass(value):
            for each in fields(value):
                self._gather(getattr(value, each.name), each.name)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                self._gather(key, name)
                self._gather(item, name)
        elif isinstance(value, tuple):
            if value and all(isinstance(item, str | int | UUID) for item in value):
                self._tuples.append(value)
            for item in value:
                self._gather(item, name)
        else:
            self.named[name].append(value)
            self._by_type[type(value)][value] = None


def _endpoints(name: str, path: str, decider: Decider[Any]) -> Iterator[CommandEndpoint]:
    """The operations below one aggregate whose command it decides as it is sent."""
    for each in command_endpoints(service(name).routers):
        if each.command in decider.commands and not each.becomes and each.path.startswith(f"/api/v1{path}/{{id}}/"):
            yield each


@cache
def _examples(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file(name).read_text())
    return found


def _as_named(command: Any, values: Values, kept: frozenset[str]) -> Any:
    """With the last value that the state holds under the name of each field, as a client sends back what it read."""
    names = (each.name for each in fields(command) if each.name not in kept)
    held = {name: values.last(name, getattr(command, name)) for name in names}
    return replace(command, **{name: value for name, value in held.items() if value is not None})


@cache
def _adapter(command: type) -> TypeAdapter[Any]:
    return TypeAdapter(command)


def _is_well_formed(command: Any) -> bool:
    """Whether HTTP would let such a body come to the aggregate."""
    kind: Any = type(command)
    adapter = _adapter(kind)
    try:
        adapter.validate_json(adapter.dump_json(command))
    except ValidationError:
        return False
    return True
