"""The deploy step in the database: it may start before its database does."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from eventsourcing.persistence import PersistenceError
from tests.support.samples.sample_services import desk_at
from tests.support.servers.running_server import up

from embedded.processes import ports
from embedded.processes.postgres import Postgres
from shared.eventlog import ServiceApplication
from shared.runtime.migration import migrate_database


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Postgres]:
    port = ports.choose_ports({"postgres": None})["postgres"]
    with up(Postgres(tmp_path / "postgres", port, durable=False)) as server:
        yield server


def test_it_waits_for_a_database_that_starts_beside_it(own_postgres: Postgres) -> None:
    url = own_postgres.ensure_database("desk")
    own_postgres.stop()

    def connect() -> ServiceApplication:
        return desk_at(url, "desk").app

    with pytest.raises(PersistenceError):
        migrate_database(connect, None, seconds=0)
    with ThreadPoolExecutor() as threads:
        migrating = threads.submit(migrate_database, connect, None)
        with pytest.raises(TimeoutError):
            migrating.result(0.5)
        own_postgres.start()
        own_postgres.wait_until_ready()
        migrating.result(30)
    with closing(connect()) as app:
        assert app.recorder.fetch("SELECT count(*) AS n FROM {events}") == [{"n": 0}]


def test_an_application_that_cannot_be_opened_leaves_no_thread_behind(own_postgres: Postgres) -> None:
    url = own_postgres.ensure_database("desk")
    own_postgres.stop()
    before = set(threading.enumerate())
    gc.disable()  # the collector would close the pool as well, from whichever thread it runs in
    try:
        with pytest.raises(PersistenceError):
            desk_at(url, "desk")
        left = set(threading.enumerate()) - before
    finally:
        gc.enable()
    assert not left
