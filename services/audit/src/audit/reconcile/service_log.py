"""The log of a service as its feed gives it today: page by page, past whatever cannot be read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from uuid import UUID

from shared.messaging import (
    LOWEST_POSITION,
    MAX_PAGE_EVENTS,
    Feed,
    FeedBroken,
    FeedPage,
    ForeignContent,
    Message,
)


@dataclass(frozen=True, slots=True)
class UnreadablePosition:
    """The event after some position cannot be read by itself; in a log without gaps it is at this position."""

    position: int


@dataclass(frozen=True, slots=True)
class ForeignPage:
    """The page from this position on holds what is not the service's, so that nothing of it counts. `what`: the first
    such thing."""

    position: int
    what: str


FeedItem = Message | UnreadablePosition | ForeignPage


class ServiceFeedReader:
    """Read once, in order. `log_id` and `ancestors` (declared restores) are those of the last page used.

    `pool`: its threads read one page ahead. An error of a page is raised when that page is needed."""

    def __init__(self, feed: Feed, publisher: str, pool: Executor, after: int = LOWEST_POSITION) -> None:
        self._feed, self._publisher, self._pool, self._after = feed, publisher, pool, after
        self._items: deque[FeedItem] = deque()
        self._ended = False
        self._page_ahead: Future[FeedPage] | None = None
        self.log_id: UUID | None = None
        self.ancestors: Mapping[str, int] = {}

    def read_ahead(self) -> None:
        """Begins to read the next page, and does not wait for it."""
        self._page_ahead = self._pool.submit(self._feed.page, self._publisher, None, self._after, limit=MAX_PAGE_EVENTS)

    def open(self) -> None:
        """Reads which log it is, unless its first event cannot be read. Raises FeedUnavailable."""
        if self.log_id is None and not self._items:
            self._read()

    def read_until(self, position: int) -> Iterator[FeedItem]:
        """What follows the last item read, up to this position; nothing after a ForeignPage. Raises FeedUnavailable."""
        while self._items or not self._ended:
            if not self._items:
                self._read()
            elif _position(self._items[0]) <= position:
                yield self._items.popleft()
            else:
                return

    def _read(self) -> None:
        limit = MAX_PAGE_EVENTS
        while True:
            try:
                page = self._take_page(limit)
            except FeedBroken:
                if limit == 1:
                    self._after = max(self._after, 0) + 1
                    self._items.append(UnreadablePosition(self._after))
                    return
                limit = max(limit // 8, 1)
                continue
            except ForeignContent as refused:
                self._items.append(ForeignPage(max(self._after, 0) + 1, refused.what))
                self._ended = True
                return
            self.log_id, self.ancestors = page.log_id, page.ancestors
            self._items.extend(page.events)
            self._ended = page.next is None
            if page.next is not None:
                self._after = page.next
                self.read_ahead()
            return

    def _take_page(self, limit: int) -> FeedPage:
        """The page that was read ahead, if there is one, or else the next page of at most `limit` events."""
        ahead, self._page_ahead = self._page_ahead, None
        return ahead.result() if ahead else self._feed.page(self._publisher, None, self._after, limit)


def _position(item: FeedItem) -> int:
    return item.header.position if isinstance(item, Message) else item.position
