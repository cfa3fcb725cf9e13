"""The console, the services behind it, and an auditor at a browser without a screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser as Chromium
from tests.support.checks.console_in_chromium import launched_chromium
from tests.support.checks.console_pages import ADDRESS, ORIGIN, Browser, Switch, World, play_case, settings
from tests.support.checks.screens import Stage, stage_of
from tests.support.servers.in_process_client import InProcessClient
from tests.support.servers.served_service import served

from audit.ledger.signing import CheckpointSigner
from audit.main import service as audit_service
from audit.tlog import Signer
from console.main import create_app
from diagnostic.main import service as diagnostic_service
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.main import service as intake_service


@pytest.fixture(scope="session")
def world(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Read only: who changes anything opens a case of their own."""

    def database(name: str) -> str:
        return postgres.ensure_database(f"console_{name}", connections=-1)

    folder = tmp_path_factory.mktemp("console")
    with ExitStack() as running:
        intake, diagnostic, audit = (
            running.enter_context(served(service, database, nats, folder))
            for service in (intake_service, diagnostic_service, audit_service)
        )
        world = World(
            intake,
            diagnostic,
            audit=audit,
            signing=CheckpointSigner(Signer(ORIGIN, bytes(range(32))), folder / "checkpoint"),
        )
        world.case = play_case(world)
        world.carried()
        yield world


@pytest.fixture(scope="module")
def stage(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """All services behind a console in Chromium. Each test opens cases of its own, and time only goes on. For a module
    alone: while Playwright runs, nothing else in this thread may run an event loop."""
    with stage_of(postgres, nats, tmp_path_factory.mktemp("screens")) as stage:
        yield stage


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """For a module alone, as a stage."""
    with launched_chromium() as browser:
        yield browser


@pytest.fixture
def ways(world: World) -> dict[str, Switch]:
    """How the console reaches each service; the last two are never there."""
    ways = {name: Switch(getattr(world, name).web) for name in ("intake", "diagnostic", "audit")}
    nowhere = {name: Switch(world.intake.web) for name in ("parcours", "followup")}
    for way in nowhere.values():
        way.out = True
    return ways | nowhere


@pytest.fixture
def browser(ways: dict[str, Switch]) -> Iterator[Browser]:
    """Nobody is signed in."""
    with InProcessClient(create_app(settings(), ways), base_url=ADDRESS, raise_server_exceptions=False) as http:
        yield Browser(http)


@pytest.fixture
def auditor(browser: Browser, world: World) -> Browser:
    browser.enter(world.token())
    return browser
