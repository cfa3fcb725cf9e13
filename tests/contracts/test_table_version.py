"""Golden databases: each release migrates what an earlier one stored, and changed tables are a new version."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from uuid import UUID

import pytest
from tests.support.generated.golden_databases import CASE, STORIES, application, golden_path, load, play, versions
from tests.support.generated.golden_samples import SERVICES, service
from tests.support.stories import intake

from shared.eventlog import TABLE_VERSION, ServiceApplication
from shared.projections import Projector
from shared.runtime.rebuild_check import check_rebuild

ANOTHER = UUID(int=2)
OF_ANOTHER_STRUCTURE = replace(
    intake.RECEIVED,
    request=replace(
        intake.RECEIVED.request, structure=replace(intake.RECEIVED.request.structure, siret="35600000000048")
    ),
)
TABLES = (
    "SELECT 'column' AS kind, format('%s.%s', c.relname, a.attname) AS name,"
    " concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)) AS text"
    " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'"
    " UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
    " UNION ALL SELECT 'constraint', format('%s.%s', conrelid::regclass, conname), pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND contype <> 'n'"
    " UNION ALL SELECT 'function', p.oid::regprocedure::text, md5(pg_get_functiondef(p.oid)) FROM pg_proc p"
    " WHERE p.pronamespace = current_schema()::regnamespace"
    " UNION ALL SELECT 'comment', c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'"
)


def tables_of(app: ServiceApplication) -> dict[tuple[str, str], str]:
    """Columns whatever their order, indexes, constraints, functions and comments, by kind and name."""
    return {(row["kind"], row["name"]): row["text"] for row in app.recorder.fetch(TABLES.replace("%", "%%"), ())}


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("version", versions())
def test_a_database_of_each_version_is_migrated_read_and_written_today(
    version: int, name: str, database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = database(name)
    load(golden_path(version, name), url)
    with closing(application(name, url)) as app, closing(application(name, database(name))) as fresh:
        app.create_tables()
        fresh.create_tables()
        assert tables_of(app) == tables_of(fresh)
        app.check_tables()
        Projector(app, service(name).projections).catch_up()  # as a program does at its start
        for line in check_rebuild(service(name), app, set()):
            assert line["matches"], line
        if name in STORIES:
            entries = app.recorder.select_notifications(1, 1_000)
            assert len(entries) >= 8
            assert len([*app.events_of(entries)]) == len(entries)
            stream = entries[0].originator_id
            assert str(stream) == str(CASE)
        with monkeypatch.context() as patch:
            patch.setattr(intake, "RECEIVED", OF_ANOTHER_STRUCTURE)  # one has a single open request
            play(name, app, ANOTHER)
        assert all(line["matches"] for line in check_rebuild(service(name), app, {ANOTHER}))


def test_there_is_one_of_every_version() -> None:
    assert versions() == [*range(TABLE_VERSION + 1)]


@pytest.mark.parametrize("name", SERVICES)
def test_changed_tables_are_a_new_version(name: str, database: Callable[..., str]) -> None:
    """Else a program would start on tables that lack what it needs. Raise TABLE_VERSION (table_version.py), then run
    `python -m tests.support.generated.golden_databases`, and commit what it writes."""
    file = golden_path(TABLE_VERSION, name)
    assert file.exists(), f"version {TABLE_VERSION} has no golden database of {name}"
    url = database(name)
    load(file, url)
    with closing(application(name, url)) as golden, closing(application(name, database(name))) as fresh:
        fresh.create_tables()
        assert tables_of(golden) == tables_of(fresh)
