"""PgBouncer in session mode between a service and PostgreSQL, as docs/guides/operator.md allows it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from threading import Event

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier
from pydantic import SecretStr
from tests.support.servers.lent_databases import LentDatabases
from tests.support.servers.reconciled_intake import create_requests, published_messages
from tests.support.servers.served_service import Serve

from embedded.processes import ports
from embedded.processes.postgres import unprivileged_command
from embedded.processes.process import Process
from intake.main import service as intake
from shared.runtime.startup import sessions
from shared.settings import Misconfigured

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
QUIET_SECONDS = 1.0
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer (Debian) is not here")


@contextmanager
def pooler(url: str, folder: Path, *, connections: int, mode: str = "session") -> Iterator[str]:
    """The URL of the same database through a PgBouncer that holds so many connections at most."""
    given = conninfo_to_dict(url)
    folder.mkdir()
    (folder / "users").write_text(f'"{given["user"]}" "{given["password"]}"\n')
    port = ports.choose_ports({"pgbouncer": None})["pgbouncer"]
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={given['host']} port={given['port']}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nauth_type = scram-sha-256\nauth_file = {folder}/users\npool_mode = {mode}\n"
        f"default_pool_size = {connections}\nunix_socket_dir =\n"
    )
    process = Process("pgbouncer", folder, port=port)
    process.start([*unprivileged_command(), str(PROGRAM), folder / "pgbouncer.ini"], {})
    through = make_conninfo(url, host="127.0.0.1", port=port)

    def answers() -> bool:
        try:
            psycopg.connect(through, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    try:
        process.wait_until(answers, 20)
        yield through
    finally:
        process.stop()


def test_a_service_records_reads_and_is_notified(database: LentDatabases, serve: Serve, tmp_path: Path) -> None:
    url = database("intake")
    with pooler(url, tmp_path / "pgbouncer", connections=12) as through:
        running = serve(intake, database_url=SecretStr(through))
        recorder = running.application.recorder
        with closing(psycopg.connect(through, autocommit=True)) as listening:
            listening.execute(SQL("LISTEN {}").format(Identifier(recorder.channel_name)))
            create_requests(running, 1)
            assert [*listening.notifies(timeout=20, stop_after=1)]
        with ThreadPoolExecutor(8) as several:
            [*several.map(lambda nth: create_requests(running, 5, first=100 * nth), range(1, 9))]
        assert [message.header.position for message in published_messages(running)] == [*range(1, 42)]


def test_a_service_does_not_start_behind_a_pooler_by_transaction(
    database: LentDatabases, serve: Serve, tmp_path: Path
) -> None:
    with (
        pooler(database("intake"), tmp_path / "pgbouncer", connections=4, mode="transaction") as through,
        pytest.raises(Misconfigured, match=r"DLA_DATABASE_URL leads to a pooler .* pool_mode to session"),
    ):
        serve(intake, database_url=SecretStr(through))


@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_a_busy_pooler_is_recognised_at_each_start(
    mode: str, database: LentDatabases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others come and go meanwhile, so that a transaction may get any of the pooler's servers."""
    url, stop = database(), Event()
    if mode == "transaction":
        monkeypatch.setattr(sessions, "NOTIFIED_SECONDS", QUIET_SECONDS)
    with pooler(url, tmp_path / "pgbouncer", connections=8, mode=mode) as through, ThreadPoolExecutor(4) as others:

        def use() -> None:
            with closing(psycopg.connect(through, autocommit=True, prepare_threshold=None)) as connection:
                while not stop.is_set():
                    connection.execute("SELECT 1")

        busy = [others.submit(use) for _ in range(4)]
        try:
            for _ in range(10):
                with nullcontext() if mode == "session" else pytest.raises(Misconfigured):
                    sessions.check_sessions(through)
        finally:
            stop.set()
        for each in busy:
            each.result()


@pytest.mark.parametrize(("mode", "notified"), [("session", 1), ("transaction", 0)])
def test_only_session_mode_passes_notifications_on(
    mode: str, notified: int, database: LentDatabases, tmp_path: Path
) -> None:
    """By which the relay is woken. In transaction mode, prepared statements fail besides, before PgBouncer 1.21."""
    url = database()
    with (
        pooler(url, tmp_path / "pgbouncer", connections=4, mode=mode) as through,
        closing(psycopg.connect(through, autocommit=True)) as listening,
        closing(psycopg.connect(url, autocommit=True)) as directly,
    ):
        listening.execute("LISTEN something")
        directly.execute("NOTIFY something")
        seconds = 20 if notified else QUIET_SECONDS
        assert len([*listening.notifies(timeout=seconds, stop_after=1)]) == notified
