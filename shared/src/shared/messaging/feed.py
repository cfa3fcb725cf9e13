"""Client of a publisher's feed: its event log over HTTP, page by page, to back-fill what the stream did not bring."""

import ssl
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import msgspec

from shared.eventlog import UnreadableEvent
from shared.messaging.provenance import MessageSource, check_ancestors, check_page
from shared.messaging.service_token import FixedToken, ServiceToken, TokenUnavailable
from shared.messaging.wire import UNREADABLE_JSON, Message

MAX_PAGE_EVENTS = 500
MAX_PAGE_BYTES = 64 * 2**20
"""131 kB an event; ours have one or two. A page without an end would take the memory of whoever asks for it."""
TIMEOUT_SECONDS = 10.0
MAX_PAGE_SECONDS = 30.0
"""For a whole page: TIMEOUT_SECONDS begins anew with each piece of it."""
LOWEST_POSITION = -(2**62)
"""Positions begin with 1. From here, a reader also sees what somebody put before them by hand."""


class FeedPage(msgspec.Struct, frozen=True):
    """A page of a feed. `next`: the `after` of the next page, None at the end. `since`: the position up to which a log
    restored from a back-up is the history it was before; 0 for a log that was never restored. `ancestors`: the ids that
    this log had before, each with the last position that is the same in both."""

    log_id: UUID
    events: list[Message]
    next: int | None
    since: int = 0
    ancestors: dict[str, int] = {}


UNREADABLE_ERRORS = (UnreadableEvent, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading raises on an event that no program of ours has written."""
_decode_page = msgspec.json.Decoder(FeedPage).decode


class FeedUnavailable(Exception):
    """The publisher's feed cannot be read now."""


class FeedBroken(FeedUnavailable):
    """The publisher answers 500: its log holds an event that it cannot read."""


class Feed:
    """`bases`: each publisher's base URL. `token`: this service's own, or one that is renewed. `trusted`: the TLS
    verification."""

    def __init__(
        self, bases: Mapping[str, str], token: str | ServiceToken, trusted: ssl.SSLContext | bool = True
    ) -> None:
        self._bases = {publisher: base.rstrip("/") for publisher, base in bases.items()}
        self._token = FixedToken(token) if isinstance(token, str) else token
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False, verify=trusted)

    def close(self) -> None:
        self._http.close()

    def page(self, publisher: str, partition: int | None, after: int, limit: int = MAX_PAGE_EVENTS) -> FeedPage:
        """The events of a partition after a number or, without a partition, those of the log after a position.

        Raises FeedUnavailable, or ForeignContent for a page that holds anything which is not the publisher's."""
        if publisher not in self._bases:
            raise FeedUnavailable(f"the address of the feed of {publisher} is not set: see DLA_FEEDS")
        of_partition = {} if partition is None else {"partition": partition}
        url, params = f"{self._bases[publisher]}/events", {**of_partition, "after": after, "limit": limit}
        try:
            page = _decode_page(self._read(publisher, url, params))
            check_page(page.events, MessageSource(publisher, page.log_id, partition=partition), after, page.next)
            check_ancestors(page.ancestors, publisher, page.log_id)
        except (httpx.HTTPError, msgspec.DecodeError, *UNREADABLE_JSON) as error:
            raise FeedUnavailable(f"the feed of {publisher}: {error}") from error
        return page

    def _read(self, publisher: str, url: str, params: dict[str, Any]) -> bytes:
        content, end = bytearray(), time.monotonic() + MAX_PAGE_SECONDS
        try:
            headers = {"Authorization": f"Bearer {self._token.value()}"}
        except TokenUnavailable as error:
            raise FeedUnavailable(f"the feed of {publisher}: {error}") from error
        with self._http.stream("GET", url, params=params, headers=headers) as response:
            if response.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
                raise FeedBroken(f"the feed of {publisher} fails on {params}")
            for piece in response.raise_for_status().iter_bytes():
                content += piece
                if len(content) > MAX_PAGE_BYTES or time.monotonic() > end:
                    raise FeedUnavailable(f"the feed of {publisher}: a page without an end")
        return bytes(content)
