"""Endpoints of the versions of a content that leaders validate: the list, one version, the changes between two."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, create_model

from shared.crypto import with_placeholders, without_placeholders
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication, to_plain
from shared.kernel import ContentChange, ContentFact, Decider, Encrypted, Role, diff_facts, event_name
from shared.kernel.differences import S
from shared.names.lookup import find_person_names
from shared.temporal import PRESENT, CaseAt, load_case_at
from shared.web.auth import Caller, authorize, requires
from shared.web.collections import load_case_for_response
from shared.web.http import ProblemError, shown_as
from shared.web.requests import AppDep, RecordedPointDep

C = TypeVar("C")
Number = Annotated[int, Path(ge=1, le=10**6)]
Since = Annotated[int | None, Query(ge=0, le=10**6, description="The version just before, if none is named")]


@dataclass(frozen=True, slots=True)
class LeaderDecision:
    """A leader's decision on a version, with the reason if they contested it."""

    by: str
    at: datetime
    reason: str | None = None


@dataclass(slots=True)
class ContentVersion:
    """`made_by`: a pseudonym; `edit`: what made this version, in French. `voided_at`: when a later edit voided its
    submission or its validation. `names`: what these people are called, by id."""

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
    names: dict[str, str] = field(default_factory=dict)

    @property
    def people(self) -> set[str]:
        return {self.made_by, *(each.by for each in (*self.validated, *self.contested))}


class VersionHistory(Generic[C]):
    """The versions of one content, each with that content, added in the order of the log."""

    def __init__(self) -> None:
        self.versions: list[ContentVersion] = []
        self.contents: list[C] = []

    def add(self, entry: LogEntry, recorded: RecordedEvent[Any], content: C) -> None:
        """The event made the next version, and this content."""
        version = ContentVersion(
            len(self.versions) + 1,
            recorded.meta.actor,
            role=recorded.meta.role,
            made_at=entry.recorded_at,
            edit=event_name(recorded.data).label,
        )
        self.versions.append(version)
        self.contents.append(content)

    def submit(self, number: int, content_hash: str, entry: LogEntry) -> None:
        version = self.versions[number - 1]
        version.submitted_at, version.content_hash = entry.recorded_at, content_hash

    def validate(self, number: int, entry: LogEntry, recorded: RecordedEvent[Any]) -> None:
        self.versions[number - 1].validated.append(LeaderDecision(recorded.meta.actor, entry.recorded_at))

    def contest(self, number: int, reason: str, entry: LogEntry, recorded: RecordedEvent[Any]) -> None:
        decision = LeaderDecision(recorded.meta.actor, entry.recorded_at, reason=reason)
        self.versions[number - 1].contested.append(decision)

    def void(self, number: int, entry: LogEntry) -> None:
        self.versions[number - 1].voided_at = entry.recorded_at

    def add_names(self, app: ServiceApplication) -> None:
        """What the people of each version are called today."""
        names = find_person_names(app, {person for version in self.versions for person in version.people})
        for version in self.versions:
            version.names = {person: names[person] for person in sorted(version.people & names.keys())}


class ContentAtVersion(BaseModel):
    """A version with its content, decrypted."""

    about: ContentVersion
    content: dict[str, Any]


def _content_at_version(content: type) -> type[ContentAtVersion]:
    described = (shown_as(content), ...)
    return create_model(
        f"{content.__name__}AtVersion", __base__=ContentAtVersion, __doc__=ContentAtVersion.__doc__, content=described
    )


@dataclass(frozen=True, slots=True)
class VersionChanges(Generic[S]):
    """The changes from version `since` (0: the empty content) to `version`."""

    since: int
    version: int
    changes: list[ContentChange[S]]


@dataclass(frozen=True, slots=True)
class VersionEndpoints(Generic[C, S]):
    """`subject`: what has versions, in French. `build_history`: folds them from the log of one case. `empty`: the
    content at version 0. `sections` and `facts`: those of the content, to compare two versions of it."""

    subject: str
    decider: Decider[Any]
    build_history: Callable[[ServiceApplication, CaseAt, UUID], VersionHistory[C]]
    empty: C
    sections: type[S]
    facts: Callable[[C, Callable[[Encrypted], str]], Iterable[ContentFact[S]]]

    def content_at(self, history: VersionHistory[C], number: int) -> C:
        """The content at a version, from 0. Raises ProblemError 404 for a version that was never made."""
        latest = len(history.versions)
        if number > latest:
            raise ProblemError(
                404, "unknown-version", "Version inconnue", f"{self.subject} en est à la version {latest}."
            )
        return history.contents[number - 1] if number else self.empty

    def add_to(self, router: APIRouter, *roles: Role) -> None:
        """GET …/versions, …/versions/{number} and …/versions/{number}/changes."""

        @router.get("/{id}/versions", summary="List the versions of the content")
        def list_versions(
            id: UUID,  # noqa: A002
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            point_in_time: RecordedPointDep,
            response: Response,
        ) -> list[ContentVersion]:
            """Who made each version and when, and what leaders decided on it, now or by a past point in time."""
            authorize(caller, id, self.decider.name)
            case_at = load_case_for_response(app, self.decider, id, point_in_time, response)
            history = self.build_history(app, case_at, id)
            history.add_names(app)
            return history.versions

        @router.get(
            "/{id}/versions/{number}",
            response_model=_content_at_version(type(self.empty)),
            summary="Get a version of the content",
        )
        def get_version(
            id: UUID,  # noqa: A002
            number: Number,
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            point_in_time: RecordedPointDep,
            response: Response,
        ) -> Any:
            """Its content never changes; what leaders had decided on it depends on the point in time."""
            authorize(caller, id, self.decider.name)
            case_at = load_case_for_response(app, self.decider, id, point_in_time, response)
            history = self.build_history(app, case_at, id)
            content = self.content_at(history, number)
            history.add_names(app)
            shown = to_plain(content, app.key_store.display_text)
            return {"about": history.versions[number - 1], "content": shown}

        @router.get(
            "/{id}/versions/{number}/changes",
            response_model=VersionChanges[self.sections],  # type: ignore[name-defined]
            summary="Compare two versions of the content",
        )
        def compare_versions(
            id: UUID,  # noqa: A002
            number: Number,
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            since: Since = None,
        ) -> Any:
            """Texts are compared as they are read: a text whose key is erased no longer differs from another one."""
            authorize(caller, id, self.decider.name)
            history = self.build_history(app, load_case_at(app, self.decider, id, PRESENT), id)
            since = number - 1 if since is None else since
            display_text = with_placeholders(app.key_store.display_text)
            before, after = (self.facts(self.content_at(history, each), display_text) for each in (since, number))
            changes = [
                replace(each, before=without_placeholders(each.before), after=without_placeholders(each.after))
                for each in diff_facts(before, after)
            ]
            return VersionChanges(since, number, changes=changes)
