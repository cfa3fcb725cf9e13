"""Databases that are lent again: empty of what the test before wrote, and never with what it changed."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from tests.support.servers.lent_databases import LentDatabases

from embedded.processes.postgres import Postgres

TABLES = "CREATE TABLE kept (n int GENERATED ALWAYS AS IDENTITY); CREATE TABLE empty (n int)"
INSERT = "INSERT INTO kept DEFAULT VALUES RETURNING n"


@pytest.fixture
def name() -> str:
    return f"lent_{uuid4().hex}"


@pytest.fixture
def lent(postgres: Postgres) -> LentDatabases:
    return LentDatabases(postgres)


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as db:
        done = db.execute(statement.encode())
        return done.fetchall() if done.description else []


def borrow_with_tables(lent: LentDatabases, name: str) -> str:
    url = lent.with_tables(name)
    if not run(url, "SELECT 1 FROM pg_class WHERE relname = 'kept'"):
        run(url, TABLES)
    lent.remember_tables(name, url)
    return url


def test_its_tables_are_lent_again_without_a_row(name: str, lent: LentDatabases) -> None:
    url = borrow_with_tables(lent, name)
    run(url, INSERT)
    with psycopg.connect(url) as left_open:
        lent.take_back()
        assert borrow_with_tables(lent, name) == url
        with pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")
    assert run(url, "SELECT 1 FROM kept") == []
    assert run(url, INSERT) == [(1,)], "counted from the beginning"


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE kept ADD COLUMN more int",
        "CREATE INDEX added ON kept (n)",
        "CREATE SCHEMA added",
        "CREATE FUNCTION added() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "GRANT SELECT ON kept TO public",
        "ALTER TABLE kept ADD CONSTRAINT positive CHECK (n > 0)",
        "DROP TABLE empty",
    ],
)
def test_one_whose_definitions_were_changed_is_not(change: str, name: str, lent: LentDatabases) -> None:
    url = borrow_with_tables(lent, name)
    run(url, change)
    lent.take_back()
    assert borrow_with_tables(lent, name) != url


def test_an_empty_one_is_lent_again_empty(name: str, lent: LentDatabases) -> None:
    url = lent(name)
    run(url, TABLES)
    run(url, INSERT)
    lent.take_back()
    assert lent(name) == url != lent(name)
    assert run(url, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace") == []


def test_one_that_was_dropped_is_not(name: str, lent: LentDatabases, postgres: Postgres) -> None:
    url = lent(name)
    run(postgres.superuser_url, f'DROP DATABASE "{url.rpartition("/")[2]}"')
    lent.take_back()
    assert lent(name) != url
