"""The start of a service: connections that add up, and a database that gives none for a while."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier, Literal
from tests.support.samples.sample_services import eventually
from tests.support.servers.in_process_client import InProcessClient
from tests.support.servers.served_service import ready

from diagnostic.main import service
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from shared.runtime.process_role import ProcessRole
from shared.runtime.startup import check_connections, connection_name, connections_of
from shared.runtime.startup.connections import read_budget
from shared.runtime.worker_processes import MISCONFIGURED
from shared.settings import Misconfigured, Settings

ALL, API, WORK, RELAY = ProcessRole.ALL, ProcessRole.API, ProcessRole.WORK, ProcessRole.RELAY


class Database:
    """Of one service whose role may hold as many connections as a test says."""

    def __init__(self, postgres: Postgres, settings: Settings) -> None:
        self._postgres, self.settings = postgres, settings
        self.url = settings.database_url.get_secret_value()

    def limit(self, connections: int) -> None:
        role = Identifier(str(conninfo_to_dict(self.url)["user"]))
        with psycopg.connect(self._postgres.superuser_url, autocommit=True) as superuser:
            superuser.execute(SQL("ALTER ROLE {} CONNECTION LIMIT {}").format(role, Literal(connections)))

    def hold(self, connections: int, held: ExitStack) -> None:
        for _ in range(connections):
            held.enter_context(psycopg.connect(self.url))


@pytest.fixture
def own(postgres: Postgres, database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Database]:
    settings, _ = ready(service, database, nats, tmp_path, database_pool=8)
    yield Database(postgres, settings)


def test_a_process_counts_its_pool_and_the_lease_of_its_relay() -> None:
    settings = Settings.model_construct(database_pool=8)
    assert [connections_of(role, settings) for role in (ALL, API, WORK, RELAY)] == [9, 8, 8, 4]


def test_a_program_that_may_hold_more_than_its_role_does_not_start(own: Database) -> None:
    own.limit(24)
    with closing(service.application(own.settings)) as app:
        check_connections(app, own.settings, API, processes=3)
        with pytest.raises(Misconfigured, match=r"DLA_DATABASE_POOL=8 lets .* 32 connections \(4 × 8\), .* 24: lower"):
            check_connections(app, own.settings, API, processes=4)


def test_processes_that_together_may_hold_more_are_added_up(own: Database, caplog: pytest.LogCaptureFixture) -> None:
    own.limit(20)
    with ExitStack() as running:
        first = running.enter_context(closing(service.application(own.settings, role=ALL)))
        first.recorder.max_notification_id()
        check_connections(first, own.settings, ALL, processes=1)
        assert caplog.text == ""
        elsewhere = connection_name("diagnostic", RELAY, own.settings).rpartition(" ")[0]
        for replica in ("a.1", "b.1", "c.1"):
            for _ in range(2):  # each counts once, however many connections it has now
                running.enter_context(psycopg.connect(own.url, application_name=f"{elsewhere} {replica}"))
        assert read_budget(first).total == 9 + 3 * 4
        check_connections(first, own.settings, ALL, processes=1)
    assert "diagnostic may hold 21 connections, and PostgreSQL gives" in caplog.text
    assert "4 of relay c.1" in caplog.text


def test_a_service_without_a_connection_waits_says_why_and_serves_once_it_has_one(
    own: Database, caplog: pytest.LogCaptureFixture
) -> None:
    own.limit(9)
    with ExitStack() as others, caplog.at_level(logging.WARNING):
        own.hold(9, others)
        with InProcessClient(service.web(own.settings, API), raise_server_exceptions=False) as http:
            assert http.get("/livez").status_code == 200
            for path in ("/readyz", "/api/v1/diagnoses"):
                refused = http.get(path)
                assert (refused.status_code, refused.json()["type"]) == (503, "/problems/not-ready")
                assert refused.headers["Retry-After"] == "1"
            assert "waiting for PostgreSQL" in caplog.text and "too many connections for role" in caplog.text
            others.close()
            eventually(lambda: http.get("/readyz").status_code == 200)
            assert http.get("/api/v1/diagnoses").status_code == 401


def test_a_service_that_is_stopped_while_it_waits_ends(own: Database) -> None:
    own.limit(8)
    with ExitStack() as others:
        own.hold(8, others)
        with InProcessClient(service.web(own.settings, API)) as http:
            assert http.get("/livez").status_code == 200


def test_what_starting_again_cannot_help_ends_the_process_with_its_own_code(own: Database) -> None:
    own.limit(7)
    ended: list[tuple[str, int]] = []

    def stop(reason: str, code: int = 1) -> None:
        ended.append((reason, code))

    with InProcessClient(service.web(own.settings, API, fatal=stop)) as http:
        assert http.get("/readyz").status_code == 503
    ((reason, code),) = ended
    assert (code, "DLA_DATABASE_POOL=8" in reason) == (MISCONFIGURED, True)
    with pytest.raises(Misconfigured), InProcessClient(service.web(own.settings, API)):
        pass


def test_a_fault_that_is_seen_only_after_the_wait_ends_the_process_too(own: Database) -> None:
    own.limit(7)
    ended: list[int] = []
    with ExitStack() as others:
        own.hold(7, others)
        web = service.web(own.settings, API, fatal=lambda _, code=1: ended.append(code))
        with InProcessClient(web) as http:
            assert http.get("/readyz").status_code == 503
            assert ended == []
            others.close()
            eventually(lambda: ended == [MISCONFIGURED])
