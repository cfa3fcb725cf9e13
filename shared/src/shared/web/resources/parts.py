"""The parts of an aggregate that have an id and an address of their own, such as the actions of a parcours."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, make_dataclass
from typing import Annotated, Any, Generic, TypeVar, get_type_hints

from fastapi import Path
from pydantic import BaseModel, Field

S = TypeVar("S")


CreatedFields = dict[str, str]
"""A `Created` as it is sent."""


class Created(BaseModel):
    """What a command created."""

    id: str = Field(description="Its id, as its address and the state name it")
    href: str = Field(description="The address that reads it and that its commands stand below")


@dataclass(frozen=True, slots=True)
class Part(Generic[S]):
    """The parts of one kind.

    `name`: what an answer calls one of them. `kind`: the class of one, as the state has it. `path`: the address of one,
    below the aggregate's, with the fields of the commands that name it: "/actions/{action}". `find`: the parts of a
    state by id; by a tuple of ids, where the address has several. `ids`: the type of each id in the address."""

    name: str
    kind: type
    path: str
    find: Callable[[S], Mapping[Any, Any]]
    ids: Mapping[str, Any]

    def addresses(self, state: S) -> Iterator[dict[str, Any]]:
        """The ids that name each part of the state, by field."""
        for key in self.find(state):
            yield dict(zip(self.ids, key if isinstance(key, tuple) else (key,), strict=True))

    def key(self, address: Mapping[str, Any]) -> Any:
        """What `find` knows the part by."""
        ids = tuple(address[name] for name in self.ids)
        return ids if len(ids) > 1 else ids[0]

    def created(self, before: S, after: S, aggregate: str) -> Iterator[tuple[str, CreatedFields]]:
        """The part that `after` has and `before` has not. `aggregate`: the aggregate's address. Where a command makes
        several of one kind, such as the figures of a plan, none: one name cannot say which."""
        known = self.find(before).keys()
        made = [address for address in self.addresses(after) if self.key(address) not in known]
        if len(made) == 1:
            *_, own = made[0].values()
            yield self.name, {"id": str(own), "href": aggregate + self.path.format(**made[0])}


def address_params(ids: Mapping[str, Any], of: str) -> Callable[..., Any]:
    """A dependency that reads the ids in an operation's address, by name. `of`: what the last of them is the id of."""
    called = {**{name: name for name in ids}, **dict.fromkeys([*ids][-1:], of)}

    async def read_address(**values: Any) -> dict[str, Any]:
        return values

    # The signature is what FastAPI reads: the parameters are not known before the part is declared.
    read_address.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=Annotated[kind, Path(description=f"Which {called[name].replace('_', ' ')}, by its id")],
            )
            for name, kind in ids.items()
        ]
    )
    return read_address


def address_fields(command: type, path: str) -> dict[str, Any]:
    """The fields of a command that the address of its operation names, with their types."""
    hints = get_type_hints(command, include_extras=True)
    return {name: hints[name] for name in re.findall(r"\{(\w+)\}", path) if name in hints}


def body_type(command: type, in_address: Mapping[str, Any]) -> type:
    """The command without the fields that its address names: what the body of a request is validated as."""
    if not in_address:
        return command
    hints = get_type_hints(command, include_extras=True)
    own_fields = [
        (
            each.name,
            hints[each.name],
            field(default_factory=each.default_factory)
            if each.default_factory is not MISSING
            else field(default=each.default),
        )
        for each in fields(command)
        if each.name not in in_address
    ]
    namespace = {
        "__module__": command.__module__,
        "__doc__": command.__doc__,
        "__pydantic_config__": command.__pydantic_config__,  # type: ignore[attr-defined]
    }
    return make_dataclass(command.__name__, own_fields, frozen=True, slots=True, namespace=namespace)


def with_address(command: type, address: Mapping[str, Any], body: Any) -> Any:
    """The whole command, of its address and its body."""
    if not address:
        return body
    return command(**address, **{each.name: getattr(body, each.name) for each in fields(body)})
