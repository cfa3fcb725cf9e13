"""The whole stack, with stand-ins for the services: ready as one, stopped as one, and clear about what went wrong."""

import base64
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path

import httpx
import psycopg
import pytest

from embedded.errors import AlreadyRunningError, DiedError, NotWritableError, PortUnusableError
from embedded.processes.nats import SERVICES
from embedded.stack import Stack

HERE = Path(__file__).parent


def stand_in(service: str) -> Sequence[str]:
    return [sys.executable, str(HERE / "stand_in.py")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all these tests: each start but the first is a start on existing data."""
    return tmp_path_factory.mktemp("dla-stack") / ".dla"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("dla-running") / ".dla", program=stand_in) as stack:
        yield stack


@contextmanager
def launched(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A launcher of its own, which is only starting; whatever the test does with it, nothing of it stays."""
    launcher = subprocess.Popen(
        [sys.executable, HERE / "up_with_stand_ins.py"],
        cwd=folder.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield launcher
    finally:
        launcher.kill()
        launcher.communicate()


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def still_running(folder: Path) -> list[str]:
    """The names of those whose claim is held, by themselves or by a child of theirs."""
    names = []
    for path in (folder / "run").glob("*.pid"):
        with path.open() as claim:
            try:
                fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                names.append(path.stem)
    return names


def asked(stack: Stack, service: str, path: str) -> dict[str, str]:
    answer: dict[str, str] = httpx.get(f"{stack.addresses[service]}{path}").json()
    return answer


def test_every_service_is_ready_and_its_address_published(stack: Stack) -> None:
    assert tuple(stack.addresses) == SERVICES
    for address in stack.addresses.values():
        assert httpx.get(f"{address}/readyz").status_code == 200
    assert httpx.get(f"{stack.console}/readyz").status_code == 200
    published = json.loads((stack.folder / "addresses.json").read_text())
    assert published == {
        "pid": os.getpid(),
        "console": stack.console,
        "services": stack.addresses,
        "metrics": stack.metrics,
    }
    assert tuple(stack.metrics) == SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_all_it_needs(stack: Stack, service: str) -> None:
    told = asked(stack, service, "/environment")
    assert told["DLA_DATABASE_URL"].startswith(f"postgresql://dla_{service}_serve:")
    assert told["DLA_DATABASE_URL"].endswith(f"@127.0.0.1:{stack.postgres.port}/dla_{service}")
    assert told["DLA_NATS_URL"] == stack.nats.url
    assert told["DLA_NATS_SEED"] == stack.nats.seed(service)
    assert "DLA_NATS_DEPLOYER_SEED" not in told, "the deploy step alone makes streams and consumers"
    assert "DLA_DATABASE_OWNER_URL" not in told, "the deploy step alone owns the tables"
    assert told["DLA_REGION"] == "local"
    assert f"http://{told['DLA_HOST']}:{told['DLA_PORT']}" == stack.addresses[service]
    assert len(base64.b64decode(told["DLA_SEALING_KEY"])) == 32
    assert len(base64.b64decode(told["DLA_IDENTITY_KEY"])) == 32
    assert told["DLA_MODE"] == "development"
    assert json.loads(Path(told["DLA_JWKS"]).read_text())["keys"]
    assert told["DLA_SERVICE_TOKEN"].count(".") == 2
    assert json.loads(told["DLA_FEEDS"]) == stack.addresses
    assert told["DLA_DEV_CLOCK"] == str(stack.folder / "clock")
    assert ("DLA_AUDIT_LEDGER_KEY_FILE" in told) == (service == "audit")
    assert ("DLA_TRANSIT_KEYS" in told) == (service != "audit"), "audit keeps no name"
    assert told.get("DLA_INTAKE_CONSOLE_URL") == (stack.console if service == "intake" else None)


def test_the_console_is_told_where_all_are_and_holds_no_secret_of_theirs(stack: Stack) -> None:
    told = httpx.get(f"{stack.console}/environment").json()
    assert json.loads(told["DLA_FEEDS"]) == stack.addresses
    assert told["DLA_CONSOLE_ADDRESS"] == stack.console
    key_file = Path(told["DLA_CONSOLE_KEY_FILE"])
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode(key_file.read_text())) == 32
    assert Path(told["DLA_CONSOLE_SESSIONS"]).stat().st_mode & 0o777 == 0o700
    secrets = ("DATABASE_URL", "SEALING_KEY", "IDENTITY_KEY", "TRANSIT_KEYS", "SERVICE_TOKEN")
    assert not {f"DLA_{secret}" for secret in secrets} & told.keys()


def test_its_provider_names_the_issuer_that_the_services_believe(stack: Stack) -> None:
    discovery = httpx.get(f"{stack.console}/environment").json()["DLA_CONSOLE_DISCOVERY"]
    document = httpx.get(discovery).json()
    assert document["issuer"] == asked(stack, "audit", "/environment")["DLA_ISSUER"]
    assert httpx.get(document["jwks_uri"]).json()["keys"]


def test_audit_has_a_key_to_sign_the_ledger_with(stack: Stack) -> None:
    key_file = Path(asked(stack, "audit", "/environment")["DLA_AUDIT_LEDGER_KEY_FILE"])
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode(key_file.read_text())) == 32


def test_no_two_services_share_a_sealing_key_and_all_know_people_by_one(stack: Stack) -> None:
    told = [asked(stack, service, "/environment") for service in SERVICES]
    assert len({each["DLA_SEALING_KEY"] for each in told}) == len(SERVICES)
    assert len({each["DLA_IDENTITY_KEY"] for each in told}) == 1
    assert len({each["DLA_TRANSIT_KEYS"] for each in told if "DLA_TRANSIT_KEYS" in each}) == 1


def test_each_service_has_migrated_its_own_database_before_it_serves(stack: Stack) -> None:
    for service in SERVICES:
        with psycopg.connect(stack.postgres.url(f"dla_{service}")) as db:
            assert db.execute("select count(*) from starts").fetchone() == (1,)


def test_nobody_else_reads_the_data(stack: Stack) -> None:
    held = [stack.folder, *stack.folder.rglob("*")]
    assert {path.name for path in held} > {"postgresql.conf", "nats.conf", "intake.log", "intake.pid", "nats.deployer"}
    open_to_others = [path for path in held if path.stat().st_mode & 0o077]
    assert open_to_others == []


def test_a_second_stack_on_the_folder_is_refused_and_does_no_harm(stack: Stack) -> None:
    with pytest.raises(AlreadyRunningError, match=f"already runs .*pid {os.getpid()}"), Stack(stack.folder):
        pass
    stack.check_alive()
    assert (stack.folder / "addresses.json").exists()


def test_starts_again_on_its_data_with_the_same_keys(folder: Path) -> None:
    keys = []
    for starts in (1, 2):
        with Stack(folder, program=stand_in) as stack:
            keys.append(asked(stack, "intake", "/environment")["DLA_SEALING_KEY"])
            with psycopg.connect(stack.postgres.url("dla_intake")) as db:
                assert db.execute("select count(*) from starts").fetchone() == (starts,)
        assert still_running(folder) == []
        assert not (folder / "addresses.json").exists()
    assert keys[0] == keys[1]
    assert (folder / "logs" / "intake.log.1").exists()


def test_ctrl_c_stops_it_all_however_often_it_is_pressed(folder: Path) -> None:
    with launched(folder) as launcher:
        assert launcher.stdout
        shown = "".join(takewhile(lambda line: not line.startswith("Ready."), launcher.stdout))
        published = json.loads((folder / "addresses.json").read_text())
        assert published["pid"] == launcher.pid
        assert all(address in shown for address in published["services"].values())
        launcher.send_signal(signal.SIGINT)
        launcher.send_signal(signal.SIGINT)
        _, complained = launcher.communicate(timeout=30)
    assert launcher.returncode == 0
    assert "Traceback" not in complained
    assert still_running(folder) == []


def test_sigterm_while_it_starts_stops_it_all(folder: Path) -> None:
    with launched(folder) as launcher:
        wait_until(lambda: "postgres" in still_running(folder))
        launcher.send_signal(signal.SIGTERM)
        _, complained = launcher.communicate(timeout=30)
    assert launcher.returncode == 0
    assert "Traceback" not in complained
    assert still_running(folder) == []


def test_what_a_killed_launcher_left_is_ended_by_the_next(folder: Path) -> None:
    with launched(folder) as launcher:
        wait_until((folder / "addresses.json").exists)
        left = json.loads((folder / "addresses.json").read_text())["services"]["intake"]
        launcher.kill()
        launcher.wait()
        assert httpx.get(f"{left}/readyz").status_code == 200
    with Stack(folder, program=stand_in) as stack:
        assert left not in stack.addresses.values()
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{left}/readyz")
    assert still_running(folder) == []


def test_a_service_that_dies_at_start_is_named_with_its_last_words(folder: Path) -> None:
    def broken_parcours(service: str) -> Sequence[str]:
        dies = "import sys; sys.exit('migrate' not in sys.argv and 'no view named parcours')"
        return [sys.executable, "-c", dies] if service == "parcours" else stand_in(service)

    with pytest.raises(DiedError, match=r"(?s)parcours stopped by itself.*no view named parcours"):
        Stack(folder, program=broken_parcours).__enter__()
    assert still_running(folder) == []
    assert not (folder / "addresses.json").exists()


def test_a_migration_that_fails_is_named_with_its_last_words(folder: Path) -> None:
    def broken_audit(service: str) -> Sequence[str]:
        return [sys.executable, "-c", "raise SystemExit('no such column')"] if service == "audit" else stand_in(service)

    with pytest.raises(DiedError, match=r"(?s)audit-migrate stopped by itself.*no such column"):
        Stack(folder, program=broken_audit).__enter__()
    assert still_running(folder) == []


@pytest.mark.parametrize("name", ["diagnostic", "postgres"])
def test_one_that_dies_while_all_runs_ends_the_watch(folder: Path, name: str) -> None:
    with Stack(folder, program=stand_in) as stack, pytest.raises(DiedError, match=f"{name} stopped by itself"):
        os.kill(int((folder / "run" / f"{name}.pid").read_text()), signal.SIGKILL)
        stack.watch()
    assert still_running(folder) == []


def test_a_taken_port_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("DLA_PORT_FOLLOWUP", str(other.getsockname()[1]))
        with pytest.raises(PortUnusableError, match="wanted for followup"), Stack(folder, program=stand_in):
            pass
    assert still_running(folder) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / ".dla", Path("/sys/.dla")):
        with pytest.raises(NotWritableError, match=f"Cannot write in {folder}"), Stack(folder):
            pass
