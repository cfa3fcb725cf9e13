"""Personal links over HTTP: given once, renewed, listed, taken back."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Request, Response
from pydantic import BaseModel, ConfigDict

from intake.domain.personal_link import Bearer, GiveLink, IssueLink, LinkGiven, PersonalLink, RenewLink, decider
from intake.settings import deployment
from shared.eventlog import ServiceApplication
from shared.kernel import Role, event_name, uuid7
from shared.web.auth import Authenticator, Caller, authorize, requires
from shared.web.collections import load_case_for_response
from shared.web.http import JsonBody, problem_responses
from shared.web.identity import new_secret
from shared.web.requests import AppDep, IdempotencyKeyHeader, PointInTimeDep
from shared.web.resources import AggregateEndpoints, CommandResult, Link, Operation, plain_state

TOLD_ONCE = {"Cache-Control": "no-store"}


EXAMPLE: dict[str, Any] = {
    "id": "01993f2e-5c00-7a10-8a51-3f6f7c1b2d41",
    "version": 1,
    "events": ["link-given"],
    "links": [],
    "secret": "dla_link_kJ0v2Hq9…",
    "address": "https://console.example/acces#dla_link_kJ0v2Hq9…",
    "until": "2026-10-10",
}


class Given(CommandResult):
    """`secret`: the bearer token that the link carries, told here once and kept nowhere; null when the answer is given
    again to an Idempotency-Key. `address`: the whole link, where the deployment has a console; the secret stands in its
    fragment, which no server is told. `until`: its last day."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    secret: str | None
    address: str | None
    until: date


class LinkRow(BaseModel):
    """`until`: the last day; `given_by`: a pseudonym."""

    id: UUID
    version: int
    role: Bearer
    name: str
    until: date
    given_by: str
    revoked: bool
    links: list[Link] = []


class PersonalLinks(AggregateEndpoints[PersonalLink]):
    def give(self, *roles: Role) -> None:
        """POST on the collection, and below one person's link for a new one."""

        def give_link(
            request: Request,
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: UUID,
            response: Response,
            body: Annotated[GiveLink, JsonBody(), Body()],
            idempotency_key: IdempotencyKeyHeader = None,
        ) -> Given:
            authorize(caller, case)
            self._check_stands(app, case)
            given = self._issued(request, app, caller, case, uuid7(), body, idempotency_key, response)
            response.headers["Location"] = f"{self._router.prefix.format(case=case)}/{given.id}"
            return given

        def renew_link(
            request: Request,
            id: UUID,  # noqa: A002
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: UUID,
            response: Response,
            body: Annotated[RenewLink, JsonBody(), Body()],
            idempotency_key: IdempotencyKeyHeader = None,
        ) -> Given:
            authorize(caller, case)
            self._check_stands(app, case, id)
            return self._issued(request, app, caller, case, id, body, idempotency_key, response)

        self._takes(give_link, self._opening(GiveLink, "", roles, (issued,)), "", 201)
        renewal = Operation(RenewLink, f"{self._router.prefix}/{{id}}/renewal", roles=roles, before=(issued,))
        self._offered.append(renewal)
        self._takes(renew_link, renewal, "/{id}/renewal", 200)

    def list_all(self, *roles: Role) -> None:
        @self._router.get("", summary="Who was given a link to the case")
        def index(
            case: UUID,
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            moment: PointInTimeDep,
            response: Response,
        ) -> list[LinkRow]:
            """Each person once, with the link that they were given last. Secrets are kept nowhere. Now, or as it was;
            `version` is the request's."""
            assert self._within is not None
            authorize(caller, case)
            found = load_case_for_response(app, self._within._decider, case, moment, response)
            known = [(person, found.loaded(decider, person)) for person in found.begun_by(LinkGiven)]
            return [
                LinkRow(
                    **plain_state(app, person, loaded),
                    links=self._links_then(caller, case, person, loaded.state, moment),
                )
                for person, loaded in known
            ]

    def _issued(
        self,
        request: Request,
        app: ServiceApplication,
        caller: Caller,
        case: UUID,
        person: UUID,
        body: GiveLink | RenewLink,
        key: str | None,
        response: Response,
    ) -> Given:
        authenticator: Authenticator = request.app.state.authenticator
        secret = new_secret()
        identity = authenticator.link_identity(secret)
        assert identity is not None

        receipt = self._handled(
            app,
            caller,
            case,
            person,
            body,
            key,
            exists=isinstance(body, RenewLink),
            completed=lambda app, _, body: issued(app, case, person, identity, body),
        )
        done = self._done(app, caller, case, receipt, response)
        response.headers.update(TOLD_ONCE)
        until = app.load_existing(decider, receipt.id).state.until
        assert until is not None
        if receipt.repeated:
            return Given(**done.model_dump(), secret=None, address=None, until=until)
        return Given(**done.model_dump(), secret=secret, address=address_of(secret), until=until)

    def _takes(self, endpoint: Callable[..., Given], operation: Operation, path: str, status: int) -> None:
        endpoint.__dict__["operation"] = operation
        self._router.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            status_code=status,
            response_model=Given,
            responses=problem_responses(409, 410),
            summary=operation.title,
            description=operation.command.__doc__,
        )


def issued(app: ServiceApplication, case: UUID, person: UUID, identity: UUID, asked: GiveLink | RenewLink) -> IssueLink:
    """What was asked, for as long as the deployment allows at most. One person has one link, and so one id in the
    histories of the case: whoever has the name and the role of another is that other."""
    longest = app.clock.now().date() + timedelta(days=deployment().link_days)
    namesake = _namesake(app, case, asked) if isinstance(asked, GiveLink) else None
    return IssueLink(asked, person, identity=identity, longest=longest, namesake=namesake)


def _namesake(app: ServiceApplication, case: UUID, asked: GiveLink) -> UUID | None:
    for person in persons(app, case):
        known = app.load_existing(decider, person).state
        if (
            known.role is asked.role
            and known.name
            and app.key_store.display_text(known.name).casefold() == asked.name.casefold()
        ):
            return person
    return None


def persons(app: ServiceApplication, case: UUID) -> list[UUID]:
    """Who was given a link to the case, the first one first."""
    given = f"{event_name(LinkGiven).name}:"
    return [entry.originator_id for entry in app.recorder.entries_of_case(case) if entry.topic.startswith(given)]


def address_of(secret: str) -> str | None:
    """The whole link, where the deployment has a console. A fragment is sent to no server, and so stands in no log."""
    console = deployment().console_url
    return f"{str(console).rstrip('/')}/acces#{secret}" if console else None
