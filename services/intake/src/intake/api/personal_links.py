"""/api/v1/requests/{case}/access-links: personal links to a case, given, renewed, listed and revoked."""

import inspect
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Response
from fastapi import Request as HttpRequest
from pydantic import BaseModel, ConfigDict, Field

from intake.api.mails import MAIL_OFF, require_mail
from intake.bootstrap import Deployment
from intake.domain.personal_link import (
    AccessLink,
    AccessLinkGiven,
    GiveAccessLink,
    IssueAccessLink,
    RenewAccessLink,
    RevokeAccessLink,
    decider,
)
from intake.domain.request.state import Request
from shared.eventlog import LoadedAggregate, ServiceApplication
from shared.kernel import Role, event_name, paris_date, uuid7
from shared.names.lookup import PersonNames
from shared.temporal import PRESENT, PointInTime
from shared.web.auth import STAFF, Authenticator, Caller, authorize, requires
from shared.web.collections import NAMES_DESCRIPTION, load_case_for_response
from shared.web.http import JsonBody, problem_responses
from shared.web.identity import new_secret
from shared.web.requests import (
    AppDep,
    CommandEndpoint,
    IdempotencyKeyHeader,
    Link,
    PointInTimeDep,
    PrefersMinimalDep,
    ResourceRouter,
    case_router,
)
from shared.web.resources import AggregateEndpoints, CaseParts, CommandResult, plain_state

NO_STORE = {"Cache-Control": "no-store"}


NEW_ACCESS_LINK_EXAMPLE: dict[str, Any] = {
    "id": "01993f2e-5c00-7a10-8a51-3f6f7c1b2d41",
    "version": 1,
    "events": ["link-given"],
    "created": {
        "access_link": {
            "id": "01993f2e-5c00-7a10-8a51-3f6f7c1b2d41",
            "href": "/api/v1/requests/01993f2e-5c00-7a10-8a51-3f6f7c1b2d40"
            "/access-links/01993f2e-5c00-7a10-8a51-3f6f7c1b2d41",
        }
    },
    "links": [],
    "secret": "dla_link_kJ0v2Hq9…",
    "address": "https://console.example/acces",
    "until": "2026-10-10",
}


class NewAccessLink(CommandResult):
    """`secret`: the bearer token of the link, given in this response only and stored nowhere; null when the response is
    repeated for an Idempotency-Key. `address`: where the person types or pastes it, if the deployment has a
    console; it does not hold the secret, as browsers record every address. `until`: its last day."""

    model_config = ConfigDict(json_schema_extra={"example": NEW_ACCESS_LINK_EXAMPLE})

    secret: str | None
    address: str | None
    until: date


class AccessLinkRow(BaseModel):
    """`until`: the last day; `given_by`: a pseudonym, and `names` what they are called; `email`: where it is mailed."""

    id: UUID
    version: int
    role: Role
    name: str
    email: str | None
    until: date
    given_by: str
    revoked: bool
    names: dict[str, str] = Field(default={}, description=NAMES_DESCRIPTION)
    links: list[Link] = []


def build_router(deployment: Deployment, requests: AggregateEndpoints[Request]) -> APIRouter:
    router = case_router("/requests/{case}/access-links", "personal links")
    links = AccessLinkEndpoints(router, requests, deployment)
    links.give(*STAFF)
    links.command("/revocation", RevokeAccessLink, *STAFF)
    links.list_all(*STAFF, Role.AUDITOR, Role.DPO)
    links.get(*STAFF, Role.AUDITOR, Role.DPO)
    return router


class AccessLinkEndpoints(AggregateEndpoints[AccessLink]):
    """Links are given and renewed in an own way, because the secret is made here and never enters the log."""

    def __init__(self, router: ResourceRouter, requests: AggregateEndpoints[Request], deployment: Deployment) -> None:
        super().__init__(router, decider, within=requests, called="access_link")
        self._deployment = deployment

    def give(self, *roles: Role) -> None:
        """POST on the collection, and below one person's link to renew it."""

        def give_link(
            request: HttpRequest,
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: UUID,
            response: Response,
            body: Annotated[GiveAccessLink, JsonBody(), Body()],
            minimal: PrefersMinimalDep,
            idempotency_key: IdempotencyKeyHeader = None,
        ) -> NewAccessLink:
            authorize(caller, case, self.case_kind)
            given = self._issue(request, app, caller, case, uuid7(), body, idempotency_key, response, minimal=minimal)
            response.headers["Location"] = self.address(case, given.id)
            return given

        def renew_link(
            request: HttpRequest,
            id: UUID,  # noqa: A002
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: UUID,
            response: Response,
            body: Annotated[RenewAccessLink, JsonBody(), Body()],
            minimal: PrefersMinimalDep,
            idempotency_key: IdempotencyKeyHeader = None,
        ) -> NewAccessLink:
            authorize(caller, case, self.case_kind)
            return self._issue(request, app, caller, case, id, body, idempotency_key, response, minimal=minimal)

        declared = self.declare_creation(GiveAccessLink, "", roles, becomes=IssueAccessLink, may_refuse=(MAIL_OFF,))
        self._add_link_route(give_link, declared, "", 201)
        renewal = CommandEndpoint(
            RenewAccessLink, f"{self.router.prefix}/{{id}}/renewal", roles=roles, becomes=IssueAccessLink
        )
        self.router.commands.append(renewal)
        self.offer(renewal)
        self._add_link_route(renew_link, renewal, "/{id}/renewal", 200)

    def list_all(self, *roles: Role) -> None:
        @self.router.get("", name="list", summary="List the personal links to the case")
        def list_(
            case: UUID,
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            at: PointInTimeDep,
            response: Response,
        ) -> list[AccessLinkRow]:
            """Each person once, with their last link, now or in the past. Secrets are stored nowhere.

            `version`: that of the request."""
            assert self.within is not None
            authorize(caller, case, self.case_kind)
            past = load_case_for_response(app, self.within.decider, case, at, response)
            links = [(person, past.load(decider, person)) for person in past.streams_opened_by(AccessLinkGiven)]
            return self._rows(app, caller, case, links, PersonNames(app), at)

        assert self.within is not None
        self.within.parts_within.append(
            CaseParts(
                "access_links",
                AccessLinkRow,
                roles=frozenset(roles),
                decider=decider,
                opened_by=AccessLinkGiven,
                show=self._rows,
            )
        )

    def _rows(
        self,
        app: ServiceApplication,
        caller: Caller,
        case: UUID,
        links: Sequence[tuple[UUID, LoadedAggregate[AccessLink]]],
        people: PersonNames,
        at: PointInTime = PRESENT,
    ) -> list[AccessLinkRow]:
        names = people.find({loaded.state.given_by for _, loaded in links})
        return [
            AccessLinkRow(
                **plain_state(app, person, loaded),
                names={id: name for id, name in names.items() if id == loaded.state.given_by},  # noqa: A001
                links=[*map(Link.model_validate, self.links_at(app, caller, case, person, loaded.state, at))],
            )
            for person, loaded in links
        ]

    def _issue(
        self,
        request: HttpRequest,
        app: ServiceApplication,
        caller: Caller,
        case: UUID,
        person: UUID,
        body: GiveAccessLink | RenewAccessLink,
        key: str | None,
        response: Response,
        *,
        minimal: bool,
    ) -> NewAccessLink:
        authenticator: Authenticator = request.app.state.authenticator
        secret = self._make_secret(app, person, body)
        identity = authenticator.link_identity(secret)
        assert identity is not None

        def prepare() -> IssueAccessLink:
            if isinstance(body, GiveAccessLink) and body.email is not None:
                require_mail(self._deployment)
            self.require(app, case, person if isinstance(body, RenewAccessLink) else None)
            return build_issue_command(app, case, person, identity, body, self._deployment.settings.link_days)

        receipt = self.handle(
            app,
            caller,
            prepare,
            case=case,
            stream=person,
            request=body,
            key=key,
            exists=isinstance(body, RenewAccessLink),
        )
        result = self.result(app, caller, case, receipt, response, minimal=minimal)
        response.headers.update(NO_STORE)
        until = app.load_existing(decider, receipt.id).state.until
        assert until is not None
        if receipt.repeated:
            return NewAccessLink(**result, secret=None, address=None, until=until)
        return NewAccessLink(**result, secret=secret, address=self._address, until=until)

    def _make_secret(self, app: ServiceApplication, person: UUID, body: GiveAccessLink | RenewAccessLink) -> str:
        """One that its mail finds again, if it is mailed. Any other would be renewed when the mail is opened, and the
        other services would refuse the new one until they have received it."""
        if isinstance(body, GiveAccessLink) and body.email is not None and self._deployment.sends_mail:
            return self._deployment.mailed_links.secret(app.key_store.pseudonym, person, 0)
        return new_secret()

    @property
    def _address(self) -> str | None:
        console = self._deployment.settings.console_url
        return f"{str(console).rstrip('/')}/acces" if console else None

    def _add_link_route(
        self, endpoint: Callable[..., NewAccessLink], declared: CommandEndpoint, path: str, status: int
    ) -> None:
        self.router.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            status_code=status,
            response_model=NewAccessLink,
            response_model_exclude_unset=True,
            responses=problem_responses(409, 410),
            summary=declared.summary,
            description=inspect.getdoc(declared.command),
        )


def build_issue_command(
    app: ServiceApplication,
    case: UUID,
    person: UUID,
    identity: UUID,
    body: GiveAccessLink | RenewAccessLink,
    link_days: int,
) -> IssueAccessLink:
    """One person has one link, and so one id in the histories of the case: the same name and the same role are the same
    person."""
    longest = paris_date(app.clock.now()) + timedelta(days=link_days)
    namesake = _find_namesake(app, case, body) if isinstance(body, GiveAccessLink) else None
    return IssueAccessLink(body, person, identity=identity, longest=longest, namesake=namesake)


def _find_namesake(app: ServiceApplication, case: UUID, body: GiveAccessLink) -> UUID | None:
    for person in find_link_holders(app, case):
        link = app.load_existing(decider, person).state
        if (
            link.role is Role(body.role)
            and link.name
            and app.key_store.display_text(link.name).casefold() == body.name.casefold()
        ):
            return person
    return None


def find_link_holders(app: ServiceApplication, case: UUID) -> list[UUID]:
    """Those who were given a link to the case, the first one first."""
    return app.recorder.streams_of_case(case, event_name(AccessLinkGiven).name)
