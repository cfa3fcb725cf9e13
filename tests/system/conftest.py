"""A desk and a workshop of their own for each test, with what carries from one to the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.support.samples.sample_services import Desk, DeskFeed, Workshop, desk_at, feed_of, workshop_at
from tests.support.servers.running_server import up
from tests.support.servers.transport_harness import AUDITING, DESK, WORKSHOP, Carrier, Loop, nats_for

from embedded.processes.nats import Nats
from shared.messaging import Feed


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[Nats]:
    """One of its own for each test, where a desk and a workshop may do what a service may."""
    server = nats_for(tmp_path / "nats", DESK, WORKSHOP, AUDITING)
    with up(server):
        yield server


@pytest.fixture
def desk(database: Callable[..., str]) -> Iterator[Desk]:
    desk = desk_at(database("desk"), "desk")
    desk.app.create_tables()
    yield desk
    desk.app.close()


@pytest.fixture
def feed(desk: Desk) -> DeskFeed:
    return DeskFeed(desk)


@pytest.fixture
def workshops(database: Callable[..., str], desk: Desk, feed: DeskFeed) -> Iterator[Callable[..., Workshop]]:
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


@pytest.fixture
def carrier(loop: Loop, nats: Nats, desk: Desk, workshops: object) -> Iterator[Carrier]:
    with ExitStack() as closing:
        yield Carrier(loop, nats, desk, closing)


@pytest.fixture
def http_feed(desk: Desk) -> Iterator[Feed]:
    """The desk's feed as services ask it."""
    with feed_of(desk) as address:
        feed = Feed({desk.name: address}, "token")
        yield feed
        feed.close()
