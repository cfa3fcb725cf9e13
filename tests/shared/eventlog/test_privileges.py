"""The serving role: it adds to append-only tables and can alter nothing there; what serving needs is left to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from tests.support.generated.golden_samples import ROOT, SERVICES, service
from tests.support.samples.note_aggregate import open_notes
from tests.support.servers.served_service import Served, ready, served

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from shared.eventlog import ServiceApplication
from shared.projections import Projector
from shared.runtime.serving_role import check_serving_role
from shared.settings import Misconfigured, Mode

OF_EVERY_SERVICE = {"access_log", "log_identity", "releases", "skipped", "table_version"}
OF_THE_LEDGER = {"accepted_restores", "checkpoints", "cosignatures", "leaves", "successions", "tampered_events"}


def restricted_tables(name: str) -> set[str]:
    return {f"{name}_events"} | OF_EVERY_SERVICE | (OF_THE_LEDGER if name == "audit" else set())


@pytest.fixture
def two_roles(postgres: Postgres, database: Callable[..., str]) -> Callable[[str], tuple[str, str]]:
    """`two_roles("intake")`: the URLs of an empty database, as its owner and as the role that serves."""

    def fresh(name: str) -> tuple[str, str]:
        owner = database(name)
        return owner, postgres.ensure_serving_role(owner.rpartition("/")[2])

    return fresh


ALTERATIONS = (
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} ADD COLUMN added int",
    "ALTER TABLE {table} RENAME TO hidden",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "CREATE TRIGGER hide BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE hide AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "COMMENT ON TABLE {table} IS NULL",
    "DROP TABLE {table} CASCADE",
)
OF_THE_WHOLE = (
    "SET ROLE {owner}",
    "DROP SCHEMA public CASCADE",
    "CREATE OR REPLACE FUNCTION public.append(uuid[], bigint[], text[], bytea[], uuid[], smallint[], jsonb)"
    " RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE public.another (id int)",
    "ALTER SYSTEM SET fsync = off",
)


@pytest.mark.parametrize("name", SERVICES)
def test_the_serving_role_can_alter_nothing_that_is_only_added_to(
    name: str, two_roles: Callable[[str], tuple[str, str]], nats: Nats, tmp_path: Path
) -> None:
    owner, serving = two_roles(name)
    settings, _ = ready(service(name), lambda _: serving, nats, tmp_path, owner_url=SecretStr(owner))
    with closing(service(name).application(settings)) as app:
        assert app.alterable_tables() == []
        columns = app.recorder.fetch(
            "SELECT relname AS table, min(attname) AS column FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
            " WHERE obj_description(pg_class.oid, 'pg_class') IS NOT NULL AND attnum > 0 AND relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace GROUP BY relname"
        )
    assert {each["table"] for each in columns} == restricted_tables(name)
    role = owner.rpartition("/")[2]
    alterations = [alteration.format(**each) for each in columns for alteration in ALTERATIONS]
    with psycopg.connect(serving, autocommit=True) as connection:
        for statement in (*alterations, *(each.format(owner=role) for each in OF_THE_WHOLE)):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


TABLE = r"(?:ONLY )?(?:\{schema\}\.)?\{?(\w+)\}?"
ALTERING = (
    rf"UPDATE {TABLE} (?:\w+ )?SET",
    rf"DELETE FROM {TABLE}",
    rf"TRUNCATE {TABLE}",
    rf"FROM {TABLE}[^;\"]*FOR UPDATE",
)
BY_THE_OWNER = {
    ("access_log.py", "access_log"),
    ("restored_log.py", "log_identity"),
    ("table_version.py", "table_version"),
}
"""Within a function that runs as the owner; by a command that connects as the owner."""


def test_no_statement_of_a_service_alters_what_is_only_added_to() -> None:
    """So that a rare command is not the first to be refused in production."""
    restricted, altered = {"events"} | OF_EVERY_SERVICE | OF_THE_LEDGER, set()
    for file in [*ROOT.glob("s*/**/src/**/*.py"), *ROOT.glob("s*/**/src/**/*.sql")]:
        text = re.sub(r'"\s+"', "", file.read_text())  # a statement in several pieces
        found = {(file.name, table) for each in ALTERING for table in re.findall(each, text)}
        upserts = re.findall(rf"INSERT INTO {TABLE}[^;]{{0,400}}?DO UPDATE", text)
        altered |= {each for each in (*found, *((file.name, table) for table in upserts)) if each[1] in restricted}
    assert altered == BY_THE_OWNER


def test_serving_needs_no_more(two_roles: Callable[[str], tuple[str, str]], nats: Nats, tmp_path: Path) -> None:
    """Commands, erasure and housekeeping, as a role that owns nothing. The stack of `make demo` has two roles too."""
    owner, serving = two_roles("intake")
    with served(service("intake"), lambda _: serving, nats, tmp_path, owner_url=SecretStr(owner)) as intake:
        request = {
            "structure": {"name": "Erdre", "legal_form": "association", "department": "44", "siret": "73282932000074"},
            "contact": {"name": "Maëlle Kerdoncuff"},
            "need": "Un besoin.",
        }
        received = intake.by("adviser").post("/api/v1/requests", request)
        closed = intake.by("adviser").post(f"{received.headers['Location']}/withdrawal", {"reason": "Sans suite."})
        dpo = intake.by("dpo", unit=None, units=["dla-44"])
        (person,) = dpo.post("/api/v1/people/search", {"words": "Kerdoncuff"}).json()
        erased = dpo.delete(f"/api/v1/people/{person['person']}", {"reason": "Demande reçue par courrier."})
        assert (closed.status_code, erased.status_code) == (200, 202), erased.text
        assert dpo.post("/api/v1/people/search", {"words": "Kerdoncuff"}).json() == []
        expire_everything(intake)


def expire_everything(intake: Served) -> None:
    app, recorder = intake.application, intake.application.recorder
    assert count(app, "access_log") > 0
    Projector(app, service("intake").projections).catch_up()
    for each in service("intake").hourly:
        each(app)
    app.clock.set_forward(app.clock.now().replace(year=app.clock.now().year + 2))
    intake.web.state.access_log.expire()
    assert count(app, "access_log") == 1, "the entry that says how many are gone"
    (keys,) = recorder.fetch("SELECT count(*) FROM {schema}.data_keys WHERE wrapped IS NULL")
    assert keys["count"] == 2, "of the person; of the month in which reasons were given"


def count(app: ServiceApplication, table: str) -> Any:
    return app.recorder.fetch(f"SELECT count(*) FROM {{schema}}.{table}")[0]["count"]


def test_entries_of_the_access_log_cannot_be_deleted_before_their_term(
    two_roles: Callable[[str], tuple[str, str]], nats: Nats, tmp_path: Path
) -> None:
    """Where no clock can be set: the term stands in the function, not in its argument."""
    owner, serving = two_roles("followup")
    settings, _ = ready(
        service("followup"), lambda _: serving, nats, tmp_path, owner_url=SecretStr(owner), dev_clock=None
    )
    insert = (
        "INSERT INTO {schema}.access_log (id, at, actor, role, operation, address, units, correlation) VALUES"
        " (gen_random_uuid(), now() - %s * interval '1 day', 'a', 'ops', '', '', ARRAY[]::text[], gen_random_uuid())"
    )
    with closing(service("followup").application(settings)) as app:
        for days in (364, 366):
            app.recorder.fetch(insert, (days,))
        (expired,) = app.recorder.fetch("SELECT * FROM {schema}.expire_access_log(now() + interval '1 day')")
        assert (expired["rows"], count(app, "access_log")) == (1, 1)


def test_production_does_not_serve_as_the_owner(
    two_roles: Callable[[str], tuple[str, str]], nats: Nats, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    owner, _ = two_roles("diagnostic")
    settings, _ = ready(service("diagnostic"), lambda _: owner, nats, tmp_path)
    with closing(service("diagnostic").application(settings)) as app:
        check_serving_role(app, settings)
        assert "may alter access_log, diagnostic_events, log_identity, releases, skipped, table_version" in caplog.text
        production = settings.model_copy(update={"mode": Mode.PRODUCTION})
        with pytest.raises(Misconfigured, match=r"DLA_DATABASE_URL connects as a role that may alter .*OWNER_URL"):
            check_serving_role(app, production)


@pytest.mark.parametrize("privilege", ["UPDATE", "UPDATE (topic)", "DELETE", "TRUNCATE", "TRIGGER"])
def test_one_privilege_too_many_is_seen(privilege: str, shared_notes: tuple[str, str]) -> None:
    owner, serving = shared_notes
    role = f"{owner.rpartition('/')[2]}_serve"
    with psycopg.connect(owner, autocommit=True) as connection, closing(open_notes(serving)) as app:
        connection.execute(f"GRANT {privilege} ON notes_events TO {role}")
        assert app.alterable_tables() == ["notes_events"]
        connection.execute(f"REVOKE {privilege} ON notes_events FROM {role}")
        assert app.alterable_tables() == []


@pytest.fixture(scope="module")
def shared_notes(postgres: Postgres) -> tuple[str, str]:
    owner = postgres.ensure_database("privileged_notes")
    serving = postgres.ensure_serving_role("privileged_notes")
    with closing(open_notes(owner)) as app:
        app.create_tables("privileged_notes_serve")
    return owner, serving


def test_a_migration_takes_back_what_the_serving_role_had_before(shared_notes: tuple[str, str]) -> None:
    owner, serving = shared_notes
    with closing(open_notes(owner)) as app:
        app.recorder.fetch("GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO privileged_notes_serve")
        app.create_tables("privileged_notes_serve")
    with closing(open_notes(serving)) as app:
        assert app.alterable_tables() == []
        with pytest.raises(Exception, match="permission denied"):
            app.recorder.fetch("TRUNCATE {schema}.snapshots")


def test_who_is_a_member_of_the_owner_owns(shared_notes: tuple[str, str], postgres: Postgres) -> None:
    _, serving = shared_notes
    with psycopg.connect(postgres.superuser_url, autocommit=True) as server, closing(open_notes(serving)) as app:
        server.execute("GRANT privileged_notes TO privileged_notes_serve WITH INHERIT FALSE, SET TRUE")
        try:
            assert app.alterable_tables() == ["log_identity", "notes_events", "releases", "skipped", "table_version"]
        finally:
            server.execute("REVOKE privileged_notes FROM privileged_notes_serve")
