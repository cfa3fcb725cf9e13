"""The version of the tables: a program serves on tables that it knows, and says what to do on others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.samples.note_aggregate import open_notes
from tests.support.servers.in_process_client import InProcessClient
from tests.support.servers.served_service import ready
from typer.testing import CliRunner

from diagnostic.main import cli, service
from embedded.processes.nats import Nats
from shared.eventlog import TABLE_VERSION, ServiceApplication, TablesUnusable
from shared.eventlog.storage import table_version
from shared.runtime.process_role import ProcessRole
from shared.runtime.worker_processes import MISCONFIGURED
from shared.settings import DeploySettings

NOW = table_version.TABLE_VERSION

NEXT = TABLE_VERSION + 1


@pytest.fixture
def url(database: Callable[..., str]) -> str:
    return database("notes")


def set_version(app: ServiceApplication, version: int, oldest: int) -> None:
    app.recorder.fetch("UPDATE {schema}.table_version SET version = %s, oldest_program = %s", (version, oldest))


def test_a_program_serves_once_the_tables_have_its_version(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_notes(url)) as app:
        with pytest.raises(TablesUnusable, match=rf"version 0, and this release needs {NOW}: run `dla-notes migrate`"):
            app.check_tables()
        app.create_tables()
        app.check_tables()
        monkeypatch.setattr(table_version, "TABLE_VERSION", NOW + 1)
        with pytest.raises(TablesUnusable, match=f"version {NOW}, and this release needs {NOW + 1}"):
            app.check_tables()
        app.create_tables()
        app.check_tables()


def test_the_release_before_serves_on_while_the_next_one_is_rolled_out(url: str) -> None:
    """It may be restarted after the migration, as long as the newer tables say that it may."""
    with closing(open_notes(url)) as app:
        app.create_tables()
        set_version(app, version=NOW + 4, oldest=NOW)
        app.check_tables()
        set_version(app, version=NOW + 4, oldest=NOW + 1)
        refusal = f"releases from version {NOW + 1} on can serve, and this one has {NOW}: start"
        with pytest.raises(TablesUnusable, match=refusal):
            app.check_tables()


def test_an_older_release_migrates_nothing_back(url: str) -> None:
    with closing(open_notes(url)) as app:
        app.create_tables()
        set_version(app, version=NOW + 4, oldest=NOW)
        app.recorder.fetch("DROP INDEX case_id_position")
        refusal = f"to version {NOW + 4}, and this one has {NOW}: migrate with the newer release"
        with pytest.raises(TablesUnusable, match=refusal):
            app.create_tables()
        assert app.recorder.fetch("SELECT to_regclass('case_id_position') AS made") == [{"made": None}]


def test_a_service_refuses_to_start_on_tables_that_were_not_migrated(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    settings, _ = ready(service, database, nats, tmp_path)
    with closing(service.application(settings)) as app:
        app.recorder.fetch("DROP TABLE table_version")
    ended: list[tuple[str, int]] = []

    def stop(reason: str, code: int = 1) -> None:
        ended.append((reason, code))

    with InProcessClient(service.web(settings, ProcessRole.API, fatal=stop)) as http:
        assert http.get("/readyz").status_code == 503
    ((reason, code),) = ended
    assert (code, "run `dla-diagnostic migrate` of this release first" in reason) == (MISCONFIGURED, True)


def test_migrate_says_that_a_newer_release_has_migrated(
    database: Callable[..., str], nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = ready(service, database, nats, tmp_path)
    with closing(service.application(settings)) as app:
        set_version(app, version=NOW + 4, oldest=NOW)
    deploy = DeploySettings.model_construct(nats_deployer_seed=settings.nats_seed, database_owner_url=None)
    monkeypatch.setattr("shared.runtime.cli.settings_of_owner", lambda *_: (settings, deploy))
    refused = CliRunner().invoke(cli, ["migrate"])
    assert (refused.exit_code, "migrate with the newer release" in refused.stderr) == (1, True)
