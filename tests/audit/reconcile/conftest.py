"""Intake with some events, which audit has heard and committed to: made once a module, and put back after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.reconciled_intake import EVENTS, hear, kept_as_it_was, receive, told_by
from tests.support.served_service import Served, listening, served

from audit.main import service as audit_service
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.main import service as intake_service
from shared.eventlog import ServiceApplication
from shared.messaging import Message


@pytest.fixture(scope="module")
def heard(
    postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[Served, Served, list[Message]]]:
    def database(name: str) -> str:
        return postgres.ensure_database(f"{request.module.__name__.rpartition('.')[2]}_{name}", connections=-1)

    with (
        listening(intake_service, database, nats, tmp_path_factory.mktemp("intake")) as intake,
        served(audit_service, database, nats, tmp_path_factory.mktemp("audit")) as audit,
    ):
        receive(intake, EVENTS)
        messages = told_by(intake)
        assert len(messages) == EVENTS
        hear(audit.application, messages)
        yield intake, audit, messages


@pytest.fixture
def intake(heard: tuple[Served, Served, list[Message]]) -> Iterator[Served]:
    with kept_as_it_was(heard[0].application):
        yield heard[0]


@pytest.fixture
def audit(heard: tuple[Served, Served, list[Message]]) -> Iterator[Served]:
    with kept_as_it_was(heard[1].application):
        yield heard[1]


@pytest.fixture
def app(audit: Served) -> ServiceApplication:
    return audit.application


@pytest.fixture
def told(heard: tuple[Served, Served, list[Message]], app: ServiceApplication) -> list[Message]:
    return heard[2]
