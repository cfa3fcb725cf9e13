"""The real servers every test shares: one PostgreSQL and one NATS a worker, a fresh database for who asks."""

import gc
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from tests.support.checks.decision_watch import OBSERVED, never_observed, watch
from tests.support.servers.lent_databases import LentDatabases
from tests.support.servers.running_server import up
from tests.support.servers.served_service import Serve, served

from embedded.processes import ports
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from shared.telemetry.logs import StandardError

watch()
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")  # how long an example takes says how busy the machine is

TESTS = Path(__file__).parent
LONGEST = (
    "containers/test_compose.py",
    "faults/test_faults.py",
    "contracts/test_openapi.py",
    "system/test_tour.py",
    "system/test_observability.py",
    "console/pages/work/test_journey.py",
    "docs/test_guide_commands.py",
    "shared/access/test_rights.py",
    "history/test_history.py",
    "model/test_protocol.py",
    "shared/web/test_confidential.py",
    "system/test_demo.py",
    "system/test_erasure.py",
    "system/test_everything_restored.py",
    "system/test_relay.py",
    "system/test_transport.py",
    "simulation/test_simulation.py",
)
"""Files that take more than half a minute, the longest first: they begin before all others, so that no worker is left
with one at the end."""
if missing := [each for each in LONGEST if not (TESTS / each).exists()]:
    raise FileNotFoundError(f"tests/conftest.py names files that are not there: {missing}")


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """A command line that a test ran has given this process' logs their form: the next test's are pytest's again."""
    root = logging.getLogger()
    ours = [each for each in root.handlers if isinstance(getattr(each, "stream", None), StandardError)]
    if ours:
        root.handlers = [each for each in root.handlers if each not in ours]
        root.setLevel(logging.WARNING)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist hands over the decisions that its tests observed."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["decisions"] = sorted(OBSERVED)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    OBSERVED.update(tuple(pair) for pair in getattr(node, "workeroutput", {}).get("decisions", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """At the end of the whole suite, what commands declare and no test of this process saw them do.

    A report and no failure: a decision of a service that runs in a process of its own, as in tests/system, is not
    seen here, and a worker that a test kills hands over nothing."""
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and not (
        config.option.keyword or config.option.markexpr
    ):
        terminalreporter.section("declared, never observed")
        terminalreporter.write_line("\n".join(never_observed(OBSERVED)) or "nothing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {TESTS / each: number for number, each in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


def pytest_collection_finish() -> None:
    """All services and tests are imported: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)  # what is imported and built stays: looking at it again and again costs a tenth


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    port = ports.choose_ports({"postgres": None})["postgres"]
    # Connections for twenty services' worth of tests at once.
    server = Postgres(tmp_path_factory.mktemp("dla-postgres"), port, services=20, durable=False)
    with up(server):
        yield server


@pytest.fixture(scope="session")
def _databases(postgres: Postgres) -> LentDatabases:
    return LentDatabases(postgres)


@pytest.fixture
def database(_databases: LentDatabases) -> Iterator[LentDatabases]:
    """`database()` or `database("intake")`: the URL of an empty database with a role of its own, another at each call,
    until the test ends."""
    yield _databases
    _databases.take_back()


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nats]:
    """As a deployment has it; a test that stops it starts it again, and waits until it is ready."""
    server = Nats(tmp_path_factory.mktemp("dla-nats"), ports.choose_ports({"nats": None})["nats"])
    with up(server):
        yield server


@pytest.fixture
def serve(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Serve]:
    """`serve(service)`: it answers until the test ends; with more words, as `served`."""
    with ExitStack() as leaving:
        yield lambda service, *part, **deployed: leaving.enter_context(
            served(service, database, nats, tmp_path, *part, **deployed)
        )


@pytest.fixture
def wipe_nats(nats: Nats) -> Callable[[], None]:
    """Loses all that JetStream holds: the server stops, forgets, and starts empty on the same port."""

    def wipe() -> None:
        nats.stop()
        shutil.rmtree(nats.store, ignore_errors=True)
        nats.start()
        nats.wait_until_ready()

    return wipe
