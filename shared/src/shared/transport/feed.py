"""How is a publisher's log read over HTTP? By pages; what the stream did not bring is asked for here."""

import ssl
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

import httpx
import msgspec
from eventsourcing.persistence import MapperDeserialisationError
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from shared.decider import Role
from shared.eventlog.partitions import PARTITIONS
from shared.transport.partners import PARTNERS, check_cursor, shown_to
from shared.transport.wire import Message, Published, encode, messages_of
from shared.web.allowed import allowed
from shared.web.answers import answers
from shared.web.asked import Asked
from shared.web.callers import Caller, calling
from shared.web.problems import ProblemError

LARGEST_PAGE = 500
LOWEST = -(2**62)
"""Positions begin with 1: what somebody put before them by hand is shown to who asks for it."""


class Page(msgspec.Struct, frozen=True):
    """`next`: give it back as `after` to go on; null at the end. `since`: after which position the log, restored from a
    back-up, is another history than before; 0 if it never was."""

    log_id: UUID
    events: list[Message]
    next: int | None
    since: int = 0


UNREADABLE = (MapperDeserialisationError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""How reading fails on what no program has written."""
_decode_page = msgspec.json.Decoder(Page).decode


class FeedUnavailable(Exception):
    """A publisher's feed cannot be read now."""


class FeedBroken(FeedUnavailable):
    """The publisher answers, and fails on what was asked for: it holds something that it cannot read."""


class Feed:
    """`bases`: each publisher's address; `token`: this service's own; `trusted`: who may have signed certificates."""

    def __init__(self, bases: Mapping[str, str], token: str, trusted: ssl.SSLContext | bool = True) -> None:
        self._bases = {publisher: base.rstrip("/") for publisher, base in bases.items()}
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {token}"}, timeout=10, trust_env=False, verify=trusted
        )

    def close(self) -> None:
        self._http.close()

    def page(self, publisher: str, partition: int | None, after: int, limit: int = LARGEST_PAGE) -> Page:
        """What follows a number of a partition, or without one what follows a position. Raises FeedUnavailable."""
        if publisher not in self._bases:
            raise FeedUnavailable(f"nobody told where the feed of {publisher} is: set DLA_FEEDS")
        which = {} if partition is None else {"partition": partition}
        try:
            answer = self._http.get(
                f"{self._bases[publisher]}/events", params={**which, "after": after, "limit": limit}
            )
            if answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
                raise FeedBroken(f"the feed of {publisher} fails on the {limit} that follow {after}")
            return _decode_page(answer.raise_for_status().content)
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            raise FeedUnavailable(f"the feed of {publisher}: {error}") from error


class EventsPage(BaseModel):
    """Headers of stored events, with the public body of those that have one; `next` is the next page's `after`; `since`
    is the position from which a log restored from a back-up goes its own way."""

    log_id: UUID
    events: list[dict[str, Any]]
    next: int | None
    since: int = 0


def feed_router(published: Published, who: Callable[..., Any] = calling) -> APIRouter:
    """`who` says who calls: the deployment's services are shown every event's header, whatever the case."""
    router = APIRouter(tags=["events"])

    @router.get("/events", response_model=EventsPage, responses=answers(409, 422), summary="What is recorded, in order")
    def events(
        asked: Asked,
        caller: Annotated[Caller, Depends(who)],
        after: Annotated[int, Query(ge=LOWEST, description="A position: what follows it; 0 for the beginning")] = 0,
        partition: Annotated[
            int | None, Query(ge=0, lt=PARTITIONS, description="For services: `after` is a number of this partition")
        ] = None,
        limit: Annotated[
            int, Query(ge=1, le=LARGEST_PAGE, description="How many events are looked at, shown or not")
        ] = LARGEST_PAGE,
        log: Annotated[UUID | None, Query(description="The `log_id` that the position comes from")] = None,
    ) -> Response:
        """Everything recorded here after a position, to the deployment's services; to a partner the events of the cases
        that its right covers today and that are not confidential, with the same headers and positions. A partner's page
        may be short, or empty, and still have a `next`: of a confidential case auditors are shown the headers alone."""
        allowed(caller, PARTNERS | {Role.SERVICE})
        recorder, partner = asked.recorder, caller.actor.role is not Role.SERVICE
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
                messages = shown_to(caller, asked, published, entries)
                caller.listed_rows(len(messages))
            else:
                messages = messages_of(asked, published, entries)
        except UNREADABLE as error:
            raise ProblemError(
                500,
                "unreadable-event",
                "Événement illisible",
                "Ce service ne peut plus lire un événement qu’il détient.",
            ) from error
        page = Page(identity.log_id, messages, following, identity.since)
        return Response(encode(page), media_type="application/json")

    return router
