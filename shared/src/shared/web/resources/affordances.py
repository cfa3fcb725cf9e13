"""Which commands are offered, where, and to whom?"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from shared.kernel import Role, command_title


class Link(BaseModel):
    """Something that the caller may do next. `rel` names the command, for good; `title` says it to a person."""

    rel: str
    method: Literal["POST"] = "POST"
    href: str
    title: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A command as it is offered: where, to whom, and what is looked at before the domain is asked."""

    command: type
    path: str
    roles: tuple[Role, ...]
    before: tuple[Callable[..., Any], ...] = ()

    @property
    def title(self) -> str:
        return command_title(self.command)

    def link(self, case: UUID, id: UUID) -> Link:  # noqa: A002
        rel = split_words(self.command.__name__).replace(" ", "-").lower()
        return Link(rel=rel, href=self.path.format(case=case, id=id), title=self.title)


def command_operations(routers: Iterable[APIRouter]) -> Iterator[Operation]:
    for route in (route for router in routers for route in router.routes):
        offered = getattr(getattr(route, "endpoint", None), "operation", None)
        if isinstance(offered, Operation):
            yield offered


def split_words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
