"""A desk and a workshop of their own for each test, with what carries from one to the other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from desk import REGION, Desk, LogOfTheDesk, Loop, Workshop, desk_at, feed_of, workshop_at

from embedded.nats import Nats
from shared.transport import topology
from shared.transport.relay import Relay
from shared.transport.subscriptions import Subscriptions

_numbers = itertools.count(1)


@pytest.fixture
def desk(database: Callable[..., str]) -> Iterator[Desk]:
    desk = desk_at(database("desk"), f"desk{next(_numbers)}")
    desk.app.create_tables()
    yield desk
    desk.app.close()


@pytest.fixture
def feed(desk: Desk) -> LogOfTheDesk:
    return LogOfTheDesk(desk)


@pytest.fixture
def workshops(database: Callable[..., str], desk: Desk, feed: LogOfTheDesk) -> Iterator[Callable[..., Workshop]]:
    """Replicas of the workshop: programs of their own, on one database."""
    url = database("workshop")
    with ExitStack() as closing:

        def another(whole: bool = False) -> Workshop:
            workshop = workshop_at(url, desk, feed, whole=whole)
            workshop.app.create_tables()
            closing.callback(workshop.app.close)
            return workshop

        yield another


@pytest.fixture
def workshop(workshops: Callable[..., Workshop]) -> Workshop:
    return workshops()


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


class Carrier:
    """Starts relays and subscriptions on the one NATS, and stops them all at the end."""

    def __init__(self, loop: Loop, nats: Nats, desk: Desk, closing: ExitStack) -> None:
        self.loop, self.nats, self.desk, self._closing = loop, nats, desk, closing
        self.where = {"region": REGION, "nats_url": nats.url, "token": nats.token}
        self.deaths: list[str] = []

    def install(self, whole: bool = False) -> None:
        """The deploy step."""
        heard = [self.desk.name]
        self.loop.do(topology.install(self.nats.url, self.nats.token, REGION, "workshop", heard, whole))

    def relay(self) -> Relay:
        relay = self.loop.call(lambda: Relay(self.desk.app, self.desk.published, **self.where))
        running = self.loop.call(lambda: self.loop.loop.create_task(relay.run()))

        async def end() -> None:
            await relay.stop()
            await running

        self._closing.callback(lambda: self.loop.do(end()))
        return relay

    def hears(self, workshop: Workshop) -> Subscriptions:
        make = lambda: Subscriptions(workshop.inbox, fatal=self.deaths.append, **self.where)  # noqa: E731
        subscriptions = self.loop.call(make)
        self.loop.do(subscriptions.start())
        self._closing.callback(lambda: self.loop.do(subscriptions.stop()))
        return subscriptions


@pytest.fixture
def carrier(loop: Loop, nats: Nats, desk: Desk, workshops: object) -> Iterator[Carrier]:
    with ExitStack() as closing:
        yield Carrier(loop, nats, desk, closing)


@pytest.fixture
def http_feed(desk: Desk) -> Iterator[object]:
    with feed_of(desk) as feed:
        yield feed
