"""A PostgreSQL that anyone can start, that starts again on its data, and that says why when it cannot."""

import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.support.servers.running_server import up

from embedded.errors import CorruptDataError, DiskFullError, PortUnusableError
from embedded.processes import ports
from embedded.processes.postgres import Postgres

KEEP_A_CASE = "create table if not exists kept as select 'dossier'::text as case_id"
ALONE = Path(__file__).with_name("postgres_alone.py")
NOBODY = 65534


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder, ports.choose_ports({"postgres": None})["postgres"], durable=False)
    with up(server):
        yield server


def alone(folder: Path, *somehow: str) -> subprocess.CompletedProcess[str]:
    """A PostgreSQL started by another program, which another one runs."""
    command: list[str | Path] = [*somehow, sys.executable, ALONE, folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a case was kept by a server which has stopped since."""
    with running(tmp_path / ".dla") as server, psycopg.connect(server.ensure_database("dla_intake")) as db:
        db.execute(KEEP_A_CASE)
    return tmp_path / ".dla"


def kept_case(server: Postgres) -> str:
    with psycopg.connect(server.url("dla_intake")) as db:
        [row] = db.execute("select case_id from kept").fetchall()
        return str(row[0])


def test_a_role_owns_its_database_and_enters_no_other(postgres: Postgres, database: Callable[..., str]) -> None:
    intake, audit = database("intake"), database("audit")
    with psycopg.connect(intake) as db:
        db.execute(KEEP_A_CASE)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(intake, dbname=psycopg.conninfo.conninfo_to_dict(audit)["dbname"])
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(intake, password="a guess")


def test_a_service_cannot_take_the_connections_of_the_others(postgres: Postgres) -> None:
    url = postgres.ensure_database("greedy", connections=1)
    with psycopg.connect(url), pytest.raises(psycopg.OperationalError, match="too many connections for role"):
        psycopg.connect(url)


def test_text_is_utf8_and_knows_accents(database: Callable[..., str]) -> None:
    with psycopg.connect(database()) as db:
        assert db.execute("select upper('évaluée'), current_setting('server_encoding')").fetchone() == (
            "ÉVALUÉE",
            "UTF8",
        )


def test_only_its_owner_reads_its_files(folder: Path) -> None:
    secrets = [folder / "secrets" / name for name in ("postgres", "dla_intake")]
    assert [oct(path.stat().st_mode & 0o777) for path in (folder, *secrets)] == ["0o700", "0o600", "0o600"]


def test_starts_again_on_its_data(folder: Path) -> None:
    with running(folder) as server:
        assert kept_case(server) == "dossier"


def test_starts_again_after_a_kill(folder: Path) -> None:
    with running(folder) as server:
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
    assert (folder / "postgres" / "postmaster.pid").exists()
    with running(folder) as server:
        assert kept_case(server) == "dossier"


def test_an_initdb_cut_off_half_way_is_begun_again(tmp_path: Path) -> None:
    half_way = tmp_path / ".dla" / "postgres.new" / "base"
    half_way.mkdir(parents=True)
    with running(tmp_path / ".dla") as server:
        assert server.ensure_database("dla_intake")
    assert not half_way.exists()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortUnusableError, match=r"wanted for postgres, .*already taken.*DLA_PORT_POSTGRES"):
            Postgres(tmp_path / ".dla", port, durable=False).start()


def without_version(folder: Path) -> None:
    (folder / "postgres" / "PG_VERSION").unlink()


def of_another_major_version(folder: Path) -> None:
    (folder / "postgres" / "PG_VERSION").write_text("16\n")


def without_control_file(folder: Path) -> None:
    (folder / "postgres" / "global" / "pg_control").unlink()


def without_its_password(folder: Path) -> None:
    (folder / "secrets" / "postgres").unlink()


def with_another_password(folder: Path) -> None:
    (folder / "secrets" / "postgres").write_text("not-the-one-it-was-made-with")


@pytest.mark.parametrize(
    ("corrupt", "said"),
    [
        (without_version, "no PG_VERSION"),
        (of_another_major_version, "made by PostgreSQL 16, and this is PostgreSQL 18"),
        (without_control_file, "PostgreSQL refuses to start on it: .*pg_control"),
        (without_its_password, "its password is missing"),
        (with_another_password, "does not know the password"),
    ],
)
def test_a_corrupt_folder_is_told_and_left_as_it_is(folder: Path, corrupt: Callable[[Path], None], said: str) -> None:
    corrupt(folder)
    with pytest.raises(CorruptDataError, match=said), running(folder):
        pass
    assert (folder / "postgres" / "base").is_dir()


@pytest.mark.parametrize("megabytes", [1, 30, 60])
def test_a_full_disk_is_told(tmp_path: Path, megabytes: int) -> None:
    """On a small disk of its own: full at once, while PostgreSQL is made, while databases are added."""
    disk = tmp_path / "disk"
    disk.mkdir()
    stderr = alone(
        disk / ".dla",
        *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c"),
        f'mount -t tmpfs -o size={megabytes}m none "$0" && exec "$@"',
        str(disk),
    ).stderr
    assert stderr.startswith("DiskFullError: The disk is full: ")
    assert "No space left on device" in stderr


def test_a_file_size_limit_is_told_as_a_full_disk(tmp_path: Path, limited_files: None) -> None:
    with pytest.raises(DiskFullError, match="File too large"), running(tmp_path / ".dla"):
        pass


@pytest.fixture
def limited_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_ordinary_user_starts_it_too() -> None:
    with tempfile.TemporaryDirectory() as home:
        done = alone(Path(home) / ".dla", *as_an_ordinary_user(home))
    assert done.stderr == ""
    assert done.stdout == f"started by user {os.geteuid() or NOBODY}\n"


def test_root_without_user_namespaces_is_told_to_step_down(tmp_path: Path) -> None:
    no_namespace_inside = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$0" "$@"'
    done = alone(tmp_path / ".dla", "unshare", "--user", "--map-root-user", "sh", "-c", no_namespace_inside)
    assert done.stderr.startswith("UserRefusedError: PostgreSQL runs neither as root ")
    assert "Start as an ordinary user." in done.stderr


def as_an_ordinary_user(home: str) -> list[str]:
    """Root steps down to nobody; in a user namespace, where nobody may not read the folder this Python is in."""
    if os.geteuid() != 0:
        return []
    step_down = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    reads_this_python = subprocess.run([*step_down, sys.executable, "-c", "import embedded"], check=False)
    if reads_this_python.returncode != 0:
        return ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
    os.chown(home, NOBODY, NOBODY)
    return step_down
