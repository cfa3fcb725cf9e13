"""A service's feed, read one page ahead: what was read ahead is given in order, and so are its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from tests.support.servers.taken_over_service import PlayedService

from audit.reconcile.comparison import END_OF_LOG
from audit.reconcile.service_log import ForeignPage, ServiceFeedReader, UnreadablePosition
from shared.messaging import Feed, FeedBroken, FeedPage, FeedUnavailable, ForeignContent, Message

PAGE = 3
WAIT_SECONDS = 10.0
PARCOURS = PlayedService("parcours")
LOG, MESSAGES = PARCOURS.log_id, [PARCOURS.record() for _ in range(2 * PAGE)]
Answer = Callable[[int, int], FeedPage]


def page_after(after: int, limit: int) -> FeedPage:
    """Of a log of two full pages: so many events after a position."""
    following = [message for message in MESSAGES if message.header.position > after][: min(limit, PAGE)]
    last = following[-1].header.position if following else 0
    return FeedPage(LOG, following, next=last if 0 < last < len(MESSAGES) else None)


class PlayedFeed(Feed):
    """`asked[n]` is set once the page after position n is asked for."""

    def __init__(self, answer: Answer = page_after) -> None:
        self._answer = answer
        self.asked = {after: Event() for after in (0, PAGE)}

    def page(self, publisher: str, partition: int | None, after: int, limit: int = 500) -> FeedPage:
        self.asked[max(after, 0)].set()
        return self._answer(after, limit)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def positions(items: Iterator[object]) -> list[int]:
    found = list(items)
    assert all(isinstance(item, Message) for item in found), found
    return [item.header.position for item in found if isinstance(item, Message)]


@pytest.mark.parametrize("begins_ahead", [True, False])
def test_each_event_is_given_once_and_in_order(pool: ThreadPoolExecutor, begins_ahead: bool) -> None:
    reader = ServiceFeedReader(PlayedFeed(), "parcours", pool)
    if begins_ahead:
        reader.read_ahead()
    reader.open()
    assert reader.log_id == LOG
    assert positions(reader.read_until(2)) == [1, 2]
    assert positions(reader.read_until(END_OF_LOG)) == [3, 4, 5, 6]
    assert positions(reader.read_until(END_OF_LOG)) == []


def test_the_next_page_is_read_while_the_first_is_used(pool: ThreadPoolExecutor) -> None:
    feed = PlayedFeed()
    items = ServiceFeedReader(feed, "parcours", pool).read_until(END_OF_LOG)
    next(items)
    assert feed.asked[PAGE].wait(WAIT_SECONDS)


def test_the_first_page_is_read_before_it_is_needed(pool: ThreadPoolExecutor) -> None:
    feed = PlayedFeed()
    ServiceFeedReader(feed, "parcours", pool).read_ahead()
    assert feed.asked[0].wait(WAIT_SECONDS)


@pytest.mark.parametrize(
    ("error", "given"),
    [
        (FeedUnavailable("gone"), None),
        (ForeignContent("parcours", "speaks for intake", LOG), ForeignPage(PAGE + 1, "speaks for intake")),
        (FeedBroken("fails"), UnreadablePosition(PAGE + 1)),
    ],
    ids=["unavailable", "foreign", "broken"],
)
def test_an_error_of_a_page_read_ahead_comes_after_what_precedes_it(
    pool: ThreadPoolExecutor, error: Exception, given: ForeignPage | UnreadablePosition | None
) -> None:
    def answer(after: int, limit: int) -> FeedPage:
        if after == PAGE:
            raise error
        return page_after(after, limit)

    items = ServiceFeedReader(PlayedFeed(answer), "parcours", pool).read_until(PAGE + 1)
    assert [item.header.position for _ in range(PAGE) if isinstance(item := next(items), Message)] == [1, 2, 3]
    if given is None:
        with pytest.raises(FeedUnavailable, match="gone"):
            next(items)
    else:
        assert next(items) == given
