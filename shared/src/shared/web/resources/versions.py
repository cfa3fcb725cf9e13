"""What is told of a content that leaders are asked about: its versions, one as it was, and what changed between two?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from shared.crypto import marked, unmarked
from shared.eventlog import ServiceApplication, plain
from shared.kernel import Decider, Role, Sealed
from shared.temporal import CaseThen, Moment, case_then
from shared.web.auth import Calling, allowed
from shared.web.collections import then
from shared.web.http import ProblemError
from shared.web.requests import Asked, AskingRecorded

C = TypeVar("C")
Number = Annotated[int, Path(ge=1, le=10**6)]
Since = Annotated[int | None, Query(ge=0, le=10**6, description="The version just before, if none is named")]


@dataclass(frozen=True, slots=True)
class Word:
    """What a leader said of a version, and why if they contested it."""

    by: str
    at: datetime
    reasons: str | None = None


@dataclass(slots=True)
class Version:
    """`made_by`: a pseudonym; `edit`: what made this version, in French. `voided_at`: a later edit made what leaders
    had before them another content."""

    version: int
    made_by: str
    role: Role
    made_at: datetime
    edit: str
    submitted_at: datetime | None = None
    content_hash: str | None = None
    validated: list[Word] = field(default_factory=list)
    contested: list[Word] = field(default_factory=list)
    voided_at: datetime | None = None


Made = Sequence[tuple[Version, C]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A version with its content, sealed values opened."""

    about: Version
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Versions(Generic[C]):
    """`what`: what has them, in French. `made`: each, with the content as it was then, the first one first.
    `nothing`: the content at version 0. `changes`: between two contents, sealed values opened; `difference` is made
    of two numbers and these."""

    what: str
    decider: Decider[Any]
    made: Callable[[ServiceApplication, CaseThen, UUID], Made[C]]
    nothing: C
    changes: Callable[[C, C, Callable[[Sealed], str]], list[Any]]
    difference: Callable[[int, int, list[Any]], Any]

    def at(self, made: Made[C], number: int) -> C:
        """The content, from 0. Raises ProblemError 404 for a version that was never made."""
        if number > len(made):
            raise ProblemError(
                404, "unknown-version", "Version inconnue", f"{self.what} en est à la version {len(made)}."
            )
        return made[number - 1][1] if number else self.nothing

    def offer(self, router: APIRouter, *roles: Role) -> None:
        """GET …/versions, …/versions/{number} and …/versions/{number}/changes."""

        @router.get("/{id}/versions", summary="The versions of the content")
        def list_versions(
            id: UUID,  # noqa: A002
            asked: Asked,
            caller: Calling,
            moment: AskingRecorded,
            response: Response,
        ) -> list[Version]:
            """Who made each version and when, and what leaders said of it; or had said by a past moment."""
            allowed(caller, frozenset(roles), id)
            found = then(asked, self.decider, id, moment, response)
            return [version for version, _ in self.made(asked, found, id)]

        @router.get("/{id}/versions/{number}", summary="One version of the content, as it was")
        def read_version(
            id: UUID,  # noqa: A002
            number: Number,
            asked: Asked,
            caller: Calling,
            moment: AskingRecorded,
            response: Response,
        ) -> Reading:
            """Its content is the same for ever; what leaders had said of it by a past moment is not."""
            allowed(caller, frozenset(roles), id)
            made = self.made(asked, then(asked, self.decider, id, moment, response), id)
            content = self.at(made, number)
            return Reading(made[number - 1][0], plain(content, asked.vault.shown))

        @router.get(
            "/{id}/versions/{number}/changes",
            response_model=self.difference,
            summary="What changed between two versions",
        )
        def read_changes(
            id: UUID,  # noqa: A002
            number: Number,
            asked: Asked,
            caller: Calling,
            since: Since = None,
        ) -> Any:
            allowed(caller, frozenset(roles), id)
            made = self.made(asked, case_then(asked, self.decider, id, Moment()), id)
            since = number - 1 if since is None else since
            before, after = self.at(made, since), self.at(made, number)
            found = self.changes(before, after, marked(asked.vault.shown))
            return self.difference(
                since,
                number,
                [replace(each, before=unmarked(each.before), after=unmarked(each.after)) for each in found],
            )
