"""Client of a publisher's feed: its event log over HTTP, page by page, to back-fill what the stream did not bring."""

import ssl
from collections.abc import Mapping
from uuid import UUID

import httpx
import msgspec

from shared.eventlog import UnreadableEvent
from shared.messaging.wire import Message

MAX_PAGE_EVENTS = 500
TIMEOUT_SECONDS = 10.0
LOWEST_POSITION = -(2**62)
"""Positions begin with 1. From here, a reader also sees what somebody put before them by hand."""


class FeedPage(msgspec.Struct, frozen=True):
    """A page of a feed. `next`: the `after` of the next page, None at the end. `since`: the position up to which a log
    restored from a back-up is the history it was before; 0 for a log that was never restored."""

    log_id: UUID
    events: list[Message]
    next: int | None
    since: int = 0


UNREADABLE_ERRORS = (UnreadableEvent, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading raises on an event that no program of ours has written."""
_decode_page = msgspec.json.Decoder(FeedPage).decode


class FeedUnavailable(Exception):
    """The publisher's feed cannot be read now."""


class FeedBroken(FeedUnavailable):
    """The publisher answers 500: its log holds an event that it cannot read."""


class Feed:
    """`bases`: each publisher's base URL. `token`: this service's own. `trusted`: the TLS verification."""

    def __init__(self, bases: Mapping[str, str], token: str, trusted: ssl.SSLContext | bool = True) -> None:
        self._bases = {publisher: base.rstrip("/") for publisher, base in bases.items()}
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_SECONDS, trust_env=False, verify=trusted
        )

    def close(self) -> None:
        self._http.close()

    def page(self, publisher: str, partition: int | None, after: int, limit: int = MAX_PAGE_EVENTS) -> FeedPage:
        """The events of a partition after a number or, without a partition, those of the log after a position.

        Raises FeedUnavailable."""
        if publisher not in self._bases:
            raise FeedUnavailable(f"the address of the feed of {publisher} is not set: see DLA_FEEDS")
        of_partition = {} if partition is None else {"partition": partition}
        try:
            response = self._http.get(
                f"{self._bases[publisher]}/events", params={**of_partition, "after": after, "limit": limit}
            )
            if response.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
                raise FeedBroken(f"the feed of {publisher} fails on the {limit} events after {after}")
            return _decode_page(response.raise_for_status().content)
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            raise FeedUnavailable(f"the feed of {publisher}: {error}") from error
