"""What is told of a content that leaders are asked about: its versions, one as it was, and what changed between two?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from shared.crypto import with_placeholders, without_placeholders
from shared.eventlog import ServiceApplication, to_plain
from shared.kernel import Decider, Encrypted, Role
from shared.temporal import CaseAt, PointInTime, load_case_at
from shared.web.auth import Caller, authorize, requires
from shared.web.collections import load_case_for_response
from shared.web.http import ProblemError
from shared.web.requests import AppDep, RecordedPointDep

C = TypeVar("C")
Number = Annotated[int, Path(ge=1, le=10**6)]
Since = Annotated[int | None, Query(ge=0, le=10**6, description="The version just before, if none is named")]


@dataclass(frozen=True, slots=True)
class LeaderDecision:
    """What a leader said of a version, and why if they contested it."""

    by: str
    at: datetime
    reasons: str | None = None


@dataclass(slots=True)
class ContentVersion:
    """`made_by`: a pseudonym; `edit`: what made this version, in French. `voided_at`: a later edit made what leaders
    had before them another content."""

    version: int
    made_by: str
    role: Role
    made_at: datetime
    edit: str
    submitted_at: datetime | None = None
    content_hash: str | None = None
    validated: list[LeaderDecision] = field(default_factory=list)
    contested: list[LeaderDecision] = field(default_factory=list)
    voided_at: datetime | None = None


VersionMade = Sequence[tuple[ContentVersion, C]]


@dataclass(frozen=True, slots=True)
class ContentAtVersion:
    """A version with its content, sealed values opened."""

    about: ContentVersion
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class VersionEndpoints(Generic[C]):
    """`what`: what has them, in French. `made`: each, with the content as it was then, the first one first.
    `nothing`: the content at version 0. `changes`: between two contents, sealed values opened; `difference` is made
    of two numbers and these."""

    what: str
    decider: Decider[Any]
    made: Callable[[ServiceApplication, CaseAt, UUID], VersionMade[C]]
    nothing: C
    changes: Callable[[C, C, Callable[[Encrypted], str]], list[Any]]
    difference: Callable[[int, int, list[Any]], Any]

    def at(self, made: VersionMade[C], number: int) -> C:
        """The content, from 0. Raises ProblemError 404 for a version that was never made."""
        if number > len(made):
            raise ProblemError(
                404, "unknown-version", "Version inconnue", f"{self.what} en est à la version {len(made)}."
            )
        return made[number - 1][1] if number else self.nothing

    def offer(self, router: APIRouter, *roles: Role) -> None:
        """GET …/versions, …/versions/{number} and …/versions/{number}/changes."""

        @router.get("/{id}/versions", summary="List the versions of the content")
        def list_versions(
            id: UUID,  # noqa: A002
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            moment: RecordedPointDep,
            response: Response,
        ) -> list[ContentVersion]:
            """Who made each version and when, and what leaders said of it; or had said by a past moment."""
            authorize(caller, id)
            found = load_case_for_response(app, self.decider, id, moment, response)
            return [version for version, _ in self.made(app, found, id)]

        @router.get("/{id}/versions/{number}", summary="Get a version of the content")
        def get_version(
            id: UUID,  # noqa: A002
            number: Number,
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            moment: RecordedPointDep,
            response: Response,
        ) -> ContentAtVersion:
            """Its content is the same for ever; what leaders had said of it by a past moment is not."""
            authorize(caller, id)
            made = self.made(app, load_case_for_response(app, self.decider, id, moment, response), id)
            content = self.at(made, number)
            return ContentAtVersion(made[number - 1][0], to_plain(content, app.key_store.display_text))

        @router.get(
            "/{id}/versions/{number}/changes",
            response_model=self.difference,
            summary="Compare two versions of the content",
        )
        def compare_versions(
            id: UUID,  # noqa: A002
            number: Number,
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            since: Since = None,
        ) -> Any:
            authorize(caller, id)
            made = self.made(app, load_case_at(app, self.decider, id, PointInTime()), id)
            since = number - 1 if since is None else since
            before, after = self.at(made, since), self.at(made, number)
            found = self.changes(before, after, with_placeholders(app.key_store.display_text))
            return self.difference(
                since,
                number,
                [
                    replace(each, before=without_placeholders(each.before), after=without_placeholders(each.after))
                    for each in found
                ],
            )
