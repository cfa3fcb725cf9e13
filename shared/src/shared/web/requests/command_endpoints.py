"""A command as it is offered over HTTP: the router that takes it, and the link that a response offers it by."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from shared.documents import DocumentedAggregate
from shared.eventlog import ServiceApplication
from shared.kernel import Refusal, Role, command_title
from shared.web.http import ServiceRouter

LinkFields = dict[str, str]
"""A `Link` as it is sent. An answer has a dozen, and a model of each takes longer than the decision that offers it."""


class Link(BaseModel):
    """An operation that the caller may use next."""

    rel: str = Field(description="The name of the command; it never changes", examples=["admit-request"])
    method: Literal["POST"] = Field(default="POST", description="The HTTP method")
    href: str = Field(description="The path of the operation, below the address of this service")
    title: str = Field(description="What the command does, in French", examples=["Admettre la demande"])


@dataclass(frozen=True, slots=True)
class CommandEndpoint:
    """A command that an operation takes.

    `path`: of the operation, with its parameters. `becomes`: the command that the aggregate is given instead, where the
    operation adds what it looked up. `may_refuse`: what the operation itself refuses, before the aggregate decides.
    `check`: raises Refused for what only other aggregates know (application, caller, case, command). `parts`: the ids
    of each part of a state that the operation can name in its address; one address without any."""

    command: type
    path: str
    roles: tuple[Role, ...]
    becomes: type | None = None
    may_refuse: tuple[Refusal, ...] = ()
    check: Callable[[ServiceApplication, Any, UUID, Any], None] | None = None
    parts: Callable[[Any], Iterable[Mapping[str, Any]]] = lambda _state: ({},)

    @property
    def title(self) -> str:
        """The command in French, a verb and its object."""
        return _title(self.command)

    @property
    def summary(self) -> str:
        """The command in English, from the name of its class: "Admit request"."""
        return split_words(self.command.__name__).capitalize()

    def link(self, case: str, id: str, part: Mapping[str, Any]) -> LinkFields:  # noqa: A002
        """`part`: the ids of the part that the command is for, by their names in the path."""
        href = self.path.format(case=case, id=id, **part)
        return {"rel": _relation(self.command), "method": "POST", "href": href, "title": _title(self.command)}


class ResourceRouter(ServiceRouter):
    """A router of one resource, which also lists the commands that its operations take, and the aggregates of which it
    gives documents."""

    def __init__(self, prefix: str, tag: str) -> None:
        super().__init__(prefix=prefix, tags=[tag])
        self.commands: list[CommandEndpoint] = []
        self.documented: list[DocumentedAggregate] = []


def case_router(prefix: str, tag: str) -> ResourceRouter:
    """A router below `/api/v1`; `tag` groups its operations in OpenAPI and begins their ids."""
    return ResourceRouter(f"/api/v1{prefix}", tag)


def command_endpoints(routers: Iterable[APIRouter]) -> Iterator[CommandEndpoint]:
    """The commands that a service's operations take."""
    for router in routers:
        if isinstance(router, ResourceRouter):
            yield from router.commands


_title = cache(command_title)


@cache
def _relation(command: type) -> str:
    return split_words(command.__name__).replace(" ", "-").lower()


def split_words(name: str) -> str:
    """`AdmitRequest` to "Admit Request"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
