"""The event log and the relay on the servers of the public images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError
from testcontainers.community.nats import NatsContainer
from testcontainers.community.postgres import PostgresContainer
from tests.support.samples.note_aggregate import assert_dense, entries, make_stored_events, make_tracking, open_notes
from tests.support.samples.sample_services import REGION, DeskFeed, desk_at, eventually, register_in_turn, workshop_at
from tests.support.servers.transport_harness import DESK, WORKSHOP, Carrier, Loop

from embedded.processes.nats_users import DEPLOYER, authorization, new_seed
from shared.eventlog import TrackingRefused
from shared.kernel import uuid7
from shared.messaging.permissions import accounts

pytestmark = pytest.mark.containers


@pytest.fixture(scope="module")
def database() -> Iterator[Callable[[str], str]]:
    """`database("desk")`: the URL of an empty database."""
    with PostgresContainer("postgres:18", driver=None) as server:

        def fresh(name: str) -> str:
            with psycopg.connect(server.get_connection_url(), autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}"')
            return server.get_connection_url().removesuffix(server.dbname) + name

        yield fresh


@pytest.fixture
def nats() -> Iterator[Any]:
    seeds = {user: new_seed() for user in (DEPLOYER, "desk", "workshop")}
    told = authorization(accounts([DESK, WORKSHOP], REGION), REGION, seeds)
    container = NatsContainer("nats:2.15-alpine").with_copy_into_container(told.encode(), "/tmp/dla.conf")
    with container.with_command(["--jetstream", "--config", "/tmp/dla.conf"]) as server:
        yield SimpleNamespace(url=server.nats_uri(), seed=seeds.__getitem__, deployer_seed=seeds[DEPLOYER])


def test_the_log_stays_dense_after_what_it_refuses(database: Callable[[str], str]) -> None:
    case = uuid7()
    with closing(open_notes(database("notes"))) as app:
        app.create_tables()
        assert list(app.recorder.insert_events(make_stored_events(case, 1, 2), tracking=make_tracking(1)) or ()) == [
            1,
            2,
        ]
        with pytest.raises(IntegrityError):
            app.recorder.insert_events(make_stored_events(case, 2))
        for second_time_then_jump in (1, 3):
            with pytest.raises(TrackingRefused):
                app.recorder.insert_events(
                    make_stored_events(uuid7(), 1), tracking=make_tracking(second_time_then_jump)
                )
        app.recorder.insert_events(make_stored_events(uuid7(), 1), tracking=make_tracking(2))
        assert len(entries(app.recorder)) == 3
        assert_dense(entries(app.recorder))


def test_what_the_desk_records_is_followed_once_and_in_order(database: Callable[[str], str], nats: Any) -> None:
    desk = desk_at(database("desk"), "desk")
    workshop = workshop_at(database("workshop"), desk, DeskFeed(desk))
    with closing(desk.app), closing(workshop.app), closing(Loop()) as loop, ExitStack() as carrying:
        desk.app.create_tables()
        workshop.app.create_tables()
        carrier = Carrier(loop, nats, desk, carrying)
        carrier.install()
        relay = carrier.relay()
        carrier.subscribe_workshop(workshop)
        register_in_turn(desk, cases=5, steps=4)
        eventually(lambda: workshop.steps() == desk.steps())
        eventually(lambda: carrier.all_sent(relay))
        assert carrier.positions() == list(range(1, 21))

        carrier.publish(desk.messages())
        desk.register(next(iter(desk.steps())), 500)
        eventually(lambda: workshop.steps() == desk.steps())
        assert carrier.deaths == []
