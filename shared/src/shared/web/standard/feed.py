"""`GET /events`: the service's log over HTTP. Other services read every header, partners what their right covers."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field, create_model

from shared.contracts.base import PublicEvent
from shared.eventlog import PARTITIONS
from shared.kernel import Role
from shared.messaging import (
    HEADER_MODEL,
    LOWEST_POSITION,
    MAX_PAGE_EVENTS,
    UNREADABLE_ERRORS,
    FeedPage,
    ToIntegrationEvent,
    encode,
    messages_of,
)
from shared.web.auth import Caller, authorize, requires
from shared.web.http import ProblemError, ServiceRouter, problem_responses
from shared.web.requests import AppDep
from shared.web.standard.event_bodies import event_body
from shared.web.standard.partner_feed import PARTNER_ROLES, check_cursor, messages_for_partner


class EventMessage(BaseModel):
    """A stored event as other services receive it. `contract`: name and version of the form of its `body`, like
    `request-admitted:v1`; an event that concerns no other service has neither."""

    header: HEADER_MODEL = Field(description="The public facts of the event")  # type: ignore[valid-type]
    contract: str | None = Field(description="Name and version of the body’s contract")
    body: dict[str, Any] | None = Field(description="What the event says to other services, by its contract")
    label: str | None = Field(description="The event’s French name")


class EventsPage(BaseModel):
    """Headers of stored events, with the public body of those that have one; `next` is the next page's `after`; `since`
    is the position from which a log restored from a back-up goes its own way; `ancestors` are the ids that it had
    before, each with the last position that is the same in both."""

    log_id: UUID
    events: list[EventMessage]
    next: int | None
    since: int = 0
    ancestors: dict[str, int] = {}


def _page_of(contracts: Iterable[type[PublicEvent]]) -> type[EventsPage]:
    """The page of a service that publishes under these contracts: it says which bodies they have."""
    description = EventMessage.model_fields["body"].description
    body = (event_body(contracts), Field(description=description))
    message = create_model("EventMessage", __base__=EventMessage, __doc__=EventMessage.__doc__, body=body)
    events = (list[message], ...)  # type: ignore[valid-type]  # made of the contracts
    return create_model("EventsPage", __base__=EventsPage, __doc__=EventsPage.__doc__, events=events)


def feed_router(published: ToIntegrationEvent, contracts: Iterable[type[PublicEvent]]) -> ServiceRouter:
    """`contracts`: those that `published` makes."""
    router = ServiceRouter(tags=["events"])

    @router.get(
        "/events",
        response_model=_page_of(contracts),
        responses=problem_responses(409, 422),
        summary="List the events of this service",
    )
    def list_events(
        app: AppDep,
        caller: Annotated[Caller, requires(*PARTNER_ROLES, Role.SERVICE)],
        after: Annotated[
            int, Query(ge=LOWEST_POSITION, description="A position: what follows it; 0 for the beginning")
        ] = 0,
        partition: Annotated[
            int | None, Query(ge=0, lt=PARTITIONS, description="For services: `after` is a number of this partition")
        ] = None,
        limit: Annotated[
            int, Query(ge=1, le=MAX_PAGE_EVENTS, description="How many events are looked at, shown or not")
        ] = MAX_PAGE_EVENTS,
        log: Annotated[UUID | None, Query(description="The `log_id` that the position comes from")] = None,
    ) -> Response:
        """Everything recorded here after a position, to the deployment's services; to a partner the events of the cases
        that its right covers today and that are not confidential, with the same headers and positions. A partner's page
        may be short, or empty, and still have a `next`: of a confidential case auditors are shown the headers alone."""
        authorize(caller)
        recorder, partner = app.recorder, caller.actor.role is not Role.SERVICE
        if partner:
            check_cursor(recorder, after, partition, log)
        if partition is None:
            entries = recorder.select_notifications(after, limit, inclusive_of_start=False)
        else:
            entries = recorder.entries_of_partition(partition, after, limit)
        following = None
        if len(entries) == limit:
            following = entries[-1].id if partition is None else entries[-1].number
        identity = recorder.identity()
        try:
            if partner:
                messages = messages_for_partner(caller, app, published, entries)
                caller.record_rows(len(messages))
            else:
                messages = messages_of(app, published, entries)
        except UNREADABLE_ERRORS as error:
            raise ProblemError(
                500,
                "unreadable-event",
                "Événement illisible",
                "Ce service ne peut plus lire un événement qu’il détient.",
            ) from error
        page = FeedPage(identity.log_id, messages, following, since=identity.since, ancestors=dict(identity.ancestors))
        return Response(encode(page), media_type="application/json")

    return router
