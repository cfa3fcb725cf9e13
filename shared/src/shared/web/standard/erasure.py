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
from shared.eventlog import FoundPerson, ServiceApplication, cases_of_person, find_people, personal_data_of
from shared.kernel import Role
from shared.web.auth import Caller, authorize, authorize_person, requires
from shared.web.http import JsonBody
from shared.web.requests import AppDep, ResourceRouter, case_router

DPO_ONLY = frozenset({Role.DPO})


class SearchWords(BaseModel):
    """A name, or a part of one; or a mail address, a telephone number. In the body: addresses end in proxies' logs."""

    model_config = ConfigDict(extra="forbid", strict=True)

    words: Annotated[str, StringConstraints(min_length=2, max_length=200, pattern=r"\w")]


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


class PersonCandidate(BaseModel):
    """A person, by an id of this service; the same person may have several. `cases`: those of the caller's territory
    that name them; `values`: what these say of them, so that one Martin is not taken for another; `elsewhere`: whether
    they are known outside the territory too; `since`: the first event about them."""

    person: UUID
    cases: list[UUID]
    values: list[PersonalValueResponse]
    elsewhere: bool
    since: datetime


class PersonHere(BaseModel):
    """What this service recorded under a person's own key, in the cases of the caller's territory. `erased`: it has
    forgotten them; `elsewhere`: whether they are known outside the territory too."""

    service: str
    person: UUID
    erased: bool
    elsewhere: bool
    values: list[PersonalValueResponse]


def people_router() -> ResourceRouter:
    router = case_router("/people", "people")

    @router.post("/search", summary="Search for a person by name")
    def search(
        body: Annotated[SearchWords, JsonBody()], app: AppDep, caller: Annotated[Caller, requires(*DPO_ONLY)]
    ) -> list[PersonCandidate]:
        """At most fifty people of whom one value holds all these words, the latest first: those that the cases of the
        caller's territory name. A telephone number is found however it is written; accents do not count.

        Only whole words are found: this service keeps no name in clear, and compares keyed hashes. Each person shown is
        recorded in the access log, with the reason."""
        authorize(caller)
        people = find_people(app, body.words, caller.protects)
        caller.record_rows(len(people))
        return [_candidate(app, caller, each) for each in people]

    @router.get("/{id}", summary="Get the personal data of a person")
    def get(id: UUID, app: AppDep, caller: Annotated[Caller, requires(*DPO_ONLY)]) -> PersonHere:  # noqa: A002
        """Machine-readable, for the rights of access and portability: each value with its place and its date.

        Each service answers for itself, and for the cases of the caller's territory; free text of a case is under the
        case's key, and is not listed here."""
        authorize(caller)
        cases = cases_of_person(app, id)
        covered = authorize_person(caller, id, cases)
        return PersonHere(
            service=app.service,
            person=id,
            erased=app.load(decider, case_erasure_id(id)).state.erased,
            elsewhere=not covered.issuperset(cases),
            values=_values_in(app, id, covered),
        )

    return router


def _candidate(app: ServiceApplication, caller: Caller, found: FoundPerson) -> PersonCandidate:
    covered = authorize_person(caller, found.person, found.cases)
    return PersonCandidate(
        person=found.person,
        cases=[case for case in found.cases if case in covered],
        values=_values_in(app, found.person, covered),
        elsewhere=not covered.issuperset(found.cases),
        since=found.since,
    )


def _values_in(app: ServiceApplication, person: UUID, cases: frozenset[UUID]) -> list[PersonalValueResponse]:
    return [PersonalValueResponse(**asdict(each)) for each in personal_data_of(app, person) if each.case in cases]
