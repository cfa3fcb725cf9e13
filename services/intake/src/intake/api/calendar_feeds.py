"""/api/v1/calendar-feed: the secret address of one's own due dates; /api/v1/calendar-tasks: what it opens."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from annotated_types import Len
from fastapi import Body, Request, Response
from pydantic import BaseModel, ConfigDict

from intake.bootstrap import Deployment
from intake.caseload import caseload_of
from intake.domain.calendar_feed import (
    CalendarFeed,
    EndCalendarFeed,
    MakeCalendarFeed,
    calendar_feed_decider,
    calendar_feed_id,
)
from intake.mail.digests import find_rights_of_today
from intake.mail.tokens import TokenUse, make_token, read_token
from intake.mail.waiting_tasks import WaitingTasks
from shared.eventlog import ServiceApplication
from shared.kernel import paris_date
from shared.web.auth import STAFF, Caller, authorize, requires
from shared.web.http import JsonBody, ProblemError, problem_responses
from shared.web.requests import AppDep, CommandEndpoint, ResourceRouter, case_router

HORIZON = timedelta(days=400)
NO_STORE = {"Cache-Control": "no-store"}


class OwnCalendarFeed(BaseModel):
    """`token`: the secret end of the address; null while there is none. Whoever has it reads the due dates."""

    token: str | None


class CalendarToken(BaseModel):
    """The secret end of the address."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"example": {"token": "AZk_Llw…"}})

    token: Annotated[str, Len(1, 200)]


class CalendarTask(BaseModel):
    """`service`: whose task it is; `id`: the same there for as long as it waits. `label`: in French."""

    service: str
    id: str
    case: UUID
    label: str
    due_on: date


def build_routers(deployment: Deployment) -> tuple[ResourceRouter, ...]:
    return _own_link(), _tasks(deployment)


def _own_link() -> ResourceRouter:
    router = case_router("/calendar-feed", "mails")

    @router.get("", name="get_calendar_feed", summary="Get your calendar feed")
    def get_link(app: AppDep, caller: Annotated[Caller, requires(*STAFF)], response: Response) -> OwnCalendarFeed:
        """Your own: nobody else is shown it."""
        authorize(caller)
        response.headers.update(NO_STORE)
        stream = _stream_of(app, caller)
        return _shown(app, stream, app.load(calendar_feed_decider, stream).state)

    @router.post("/renewal", name="make_calendar_feed", summary="Make calendar feed", responses=problem_responses(409))
    def make(
        app: AppDep,
        caller: Annotated[Caller, requires(*STAFF)],
        body: Annotated[MakeCalendarFeed, JsonBody(), Body()],
        response: Response,
    ) -> OwnCalendarFeed:
        """Another secret address. The former one, if any, opens nothing any more."""
        return handle(app, caller, body, response)

    @router.post("/revocation", name="end_calendar_feed", summary="End calendar feed", responses=problem_responses(409))
    def end(
        app: AppDep,
        caller: Annotated[Caller, requires(*STAFF)],
        body: Annotated[EndCalendarFeed, JsonBody(), Body()],
        response: Response,
    ) -> OwnCalendarFeed:
        """The address opens nothing any more."""
        return handle(app, caller, body, response)

    def handle(
        app: ServiceApplication, caller: Caller, command: MakeCalendarFeed | EndCalendarFeed, response: Response
    ) -> OwnCalendarFeed:
        authorize(caller)
        response.headers.update(NO_STORE)
        stream, context = _stream_of(app, caller), app.context(UUID(caller.actor.id), caller.actor)
        return _shown(app, stream, app.handle(calendar_feed_decider, stream, command, context).state)

    for path, command in (("renewal", MakeCalendarFeed), ("revocation", EndCalendarFeed)):
        router.commands.append(CommandEndpoint(command, f"/api/v1/calendar-feed/{path}", roles=STAFF))
    return router


def _stream_of(app: ServiceApplication, caller: Caller) -> UUID:
    return calendar_feed_id(app.key_store.pseudonym, UUID(caller.actor.id))


def _shown(app: ServiceApplication, stream: UUID, link: CalendarFeed) -> OwnCalendarFeed:
    number = link.number
    return OwnCalendarFeed(token=make_token(app.key_store, TokenUse.CALENDAR, stream, number) if number else None)


def _tasks(deployment: Deployment) -> ResourceRouter:
    router = case_router("/calendar-tasks", "mails")

    @router.post("", name="read_calendar", summary="Read a calendar by its link", responses=problem_responses(404, 503))
    def read_calendar(
        request: Request, app: AppDep, body: Annotated[CalendarToken, JsonBody()], response: Response
    ) -> list[CalendarTask]:
        """What waits for the owner of the link, by due day, without a name of a structure. No other token is needed.
        While a service does not answer there is no answer at all: a calendar that lacks entries would lose them."""
        response.headers.update(NO_STORE)

        def find_number(stream: UUID) -> int | None:
            return app.load(calendar_feed_decider, stream).state.number

        stream = read_token(app.key_store, TokenUse.CALENDAR, body.token, find_number)
        if stream is None:
            detail = "Ce lien d’agenda a été retiré ou renouvelé, ou n’est pas complet."
            raise ProblemError(404, "unknown-calendar-feed", "Lien d’agenda inconnu", detail)
        identity = app.load(calendar_feed_decider, stream).state.identity
        assert identity
        state, today = request.app.state, paris_date(app.clock.now())
        tasks = WaitingTasks(caseload_of(deployment), state.addresses, token=state.service_token, trusted=state.trusted)
        rights = find_rights_of_today(app, identity, today)
        found = tasks.find(app, str(identity), rights, until=today + HORIZON)
        if found.missing:
            detail = "Un service ne répond pas\u00a0: l’agenda serait incomplet. Réessayez dans un instant."
            raise ProblemError(503, "calendar-incomplete", "Agenda momentanément indisponible", detail)
        return [
            CalendarTask(service=task.service, id=task.id, case=UUID(task.case), label=task.label, due_on=task.due_on)
            for task in found.tasks
        ]

    return router
