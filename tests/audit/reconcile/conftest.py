"""Intake with some events that audit has received and committed to: made once per module, restored after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.servers.reconciled_intake import (
    EVENTS,
    create_requests,
    published_messages,
    receive_messages,
    restore_tables,
)
from tests.support.servers.served_service import Served, listening, served

from audit.main import service as audit_service
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.main import service as intake_service
from shared.eventlog import ServiceApplication
from shared.messaging import Message


@pytest.fixture(scope="module")
def intake_and_audit(
    postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[Served, Served, list[Message]]]:
    def database(name: str) -> str:
        return postgres.ensure_database(f"{request.module.__name__.rpartition('.')[2]}_{name}", connections=-1)

    with (
        listening(intake_service, database, nats, tmp_path_factory.mktemp("intake")) as intake,
        served(audit_service, database, nats, tmp_path_factory.mktemp("audit")) as audit,
    ):
        create_requests(intake, EVENTS)
        messages = published_messages(intake)
        assert len(messages) == EVENTS
        receive_messages(audit.application, messages)
        yield intake, audit, messages


@pytest.fixture
def intake(intake_and_audit: tuple[Served, Served, list[Message]]) -> Iterator[Served]:
    with restore_tables(intake_and_audit[0].application):
        yield intake_and_audit[0]


@pytest.fixture
def audit(intake_and_audit: tuple[Served, Served, list[Message]]) -> Iterator[Served]:
    with restore_tables(intake_and_audit[1].application):
        yield intake_and_audit[1]


@pytest.fixture
def app(audit: Served) -> ServiceApplication:
    return audit.application


@pytest.fixture
def messages(intake_and_audit: tuple[Served, Served, list[Message]], app: ServiceApplication) -> list[Message]:
    return intake_and_audit[2]
