"""`/people`: the personal data that a service stores of one person, for the DPO.

For the rights of access and portability, and before an erasure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.erasure import case_erasure_id
from shared.erasure.erasure import decider
from shared.eventlog import find_people, personal_data_of
from shared.kernel import Role
from shared.web.auth import Caller, authorize, authorize_read, requires
from shared.web.http import JsonBody
from shared.web.requests import AppDep, ResourceRouter, case_router

DPO_ONLY = frozenset({Role.DPO})


class SearchWords(BaseModel):
    """A name, or a part of one; or a mail address, a telephone number. In the body: addresses end in proxies' logs."""

    model_config = ConfigDict(extra="forbid", strict=True)

    words: Annotated[str, StringConstraints(min_length=2, max_length=200, pattern=r"\w")]


class PersonCandidate(BaseModel):
    """A person, by an id of this service; the same person may have two. `since`: the first event about them."""

    person: UUID
    cases: list[UUID]
    since: datetime


class PersonalValueResponse(BaseModel):
    """`path`: the field of the event that holds it, under which aggregate (`stream`) of which case."""

    case: UUID
    stream: UUID
    version: int
    event: str
    label: str
    path: str
    recorded_at: datetime
    value: str


class PersonHere(BaseModel):
    """Everything that this service recorded under a person's own key. `erased`: it has forgotten them."""

    service: str
    person: UUID
    erased: bool
    values: list[PersonalValueResponse]


def people_router() -> ResourceRouter:
    router = case_router("/people", "people")

    @router.post("/search", summary="Search for a person by name")
    def search(
        body: Annotated[SearchWords, JsonBody()], app: AppDep, caller: Annotated[Caller, requires(*DPO_ONLY)]
    ) -> list[PersonCandidate]:
        """At most fifty people of whom one value holds all these words, the latest first; accents do not count.

        Only whole words are found: this service keeps no name in clear, and compares keyed hashes."""
        authorize(caller)
        people = find_people(app, body.words)
        caller.record_rows(len(people))
        return [PersonCandidate(person=each.person, cases=list(each.cases), since=each.since) for each in people]

    @router.get("/{id}", summary="Get the personal data of a person")
    def get(id: UUID, app: AppDep, caller: Annotated[Caller, requires(*DPO_ONLY)]) -> PersonHere:  # noqa: A002
        """Machine-readable, for the rights of access and portability: each value with its place and its date.

        Each service answers for itself; free text of a dossier is under the dossier's key, and is not listed here."""
        authorize(caller)
        authorize_read(caller, id)
        erased = app.load(decider, case_erasure_id(id)).state.erased
        return PersonHere(
            service=app.service,
            person=id,
            erased=erased,
            values=[PersonalValueResponse(**asdict(each)) for each in personal_data_of(app, id)],
        )

    return router
