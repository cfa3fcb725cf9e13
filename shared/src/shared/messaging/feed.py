"""The client of a publisher's feed: its log read over HTTP, page by page, for what the stream did not bring."""

import ssl
from collections.abc import Mapping
from uuid import UUID

import httpx
import msgspec

from shared.eventlog import UnreadableEvent
from shared.messaging.wire import Message

MAX_PAGE_EVENTS = 500
LOWEST_POSITION = -(2**62)
"""Positions begin with 1: what somebody put before them by hand is shown to who asks for it."""


class FeedPage(msgspec.Struct, frozen=True):
    """`next`: give it back as `after` to go on; null at the end. `since`: after which position the log, restored from a
    back-up, is another history than before; 0 if it never was."""

    log_id: UUID
    events: list[Message]
    next: int | None
    since: int = 0


UNREADABLE_ERRORS = (UnreadableEvent, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""How reading fails on what no program has written."""
_decode_page = msgspec.json.Decoder(FeedPage).decode


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

    def page(self, publisher: str, partition: int | None, after: int, limit: int = MAX_PAGE_EVENTS) -> FeedPage:
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
