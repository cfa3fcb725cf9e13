"""Databases lent to tests and taken back clean. A new one costs PostgreSQL a copy of 8 MB, and its tables 30 ms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import psycopg
from psycopg import sql

from embedded.processes.postgres import Postgres

EMPTY = "empty"
DEFINITIONS = """
    SELECT md5(string_agg(replace(line, current_database(), '@'), E'\\n' ORDER BY line COLLATE "C")) FROM (
        SELECT concat_ws('|', 'relation', c.oid::regclass, c.relkind, c.relacl, c.reloptions, c.relrowsecurity,
            pg_get_expr(c.relpartbound, c.oid), obj_description(c.oid), pg_get_userbyid(c.relowner))
            FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws('|', 'column', a.attrelid::regclass, a.attname, a.atttypid::regtype, a.attnotnull,
            a.attacl, (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum))
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
        UNION ALL SELECT concat_ws('|', 'index', pg_get_indexdef(i.indexrelid)) FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws('|', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws('|', 'function', oid::regprocedure, prosrc, proacl) FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws('|', 'trigger', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
            JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT tgisinternal
        UNION ALL SELECT concat_ws('|', 'schema', nspname, nspacl) FROM pg_namespace
            WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
        UNION ALL SELECT concat_ws('|', 'settings', setrole <> 0, setconfig) FROM pg_db_role_setting
            WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
            OR setrole = current_database()::regrole
        UNION ALL SELECT concat_ws('|', 'role', rolconnlimit, rolcanlogin) FROM pg_roles
            WHERE rolname = current_database()
        UNION ALL SELECT concat_ws('|', 'database', datconnlimit, datallowconn,
            (SELECT count(*) FROM aclexplode(datacl)))
            FROM pg_database WHERE datname = current_database()
    ) AS definitions(line)"""
"""One value for all that a database holds but rows. The name of the database is the name of its role."""

END_OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


@dataclass
class LentDatabases:
    """One that comes back with other definitions than it was made with is lent no more."""

    postgres: Postgres
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _free: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _lent: list[tuple[str, str]] = field(default_factory=list)
    _definitions: dict[str, str] = field(default_factory=dict)

    def __call__(self, name: str = "test") -> str:
        """The URL of an empty database with a role of its own."""
        return self._lend(name, EMPTY)

    def with_tables(self, name: str) -> str:
        """The same with the tables of that service and no row; the first time, the borrower makes them."""
        return self._lend(name, name)

    def remember_tables(self, name: str, url: str) -> None:
        """To be called as soon as the borrower has made the tables."""
        if name not in self._definitions:
            with psycopg.connect(url, autocommit=True) as db:
                self._definitions[name] = _definitions(db)

    def take_back(self) -> None:
        while self._lent:
            kind, database = self._lent.pop()
            try:
                db = self._enter(database)
            except psycopg.OperationalError as error:
                if f'database "{database}" does not exist' in str(error):
                    continue  # a test dropped it
                raise
            with db:
                _clean(db, keep_tables=kind != EMPTY)
                if _definitions(db) == self._definitions.get(kind):
                    self._free[f"{database.rpartition('_')[0]} {kind}"].append(database)

    def _lend(self, name: str, kind: str) -> str:
        free = self._free[f"{name} {kind}"]
        database = free.pop() if free else self._create(name)
        self._lent.append((kind, database))
        return self.postgres.url(database)

    def _create(self, name: str) -> str:
        database = f"{name}_{next(self._numbers)}"
        self.postgres.ensure_database(database, connections=-1)
        if EMPTY not in self._definitions:
            with self._enter(database) as db:
                self._definitions[EMPTY] = _definitions(db)
        return database

    def _enter(self, database: str) -> psycopg.Connection:
        server, _, _ = self.postgres.superuser_url.rpartition("/")
        return psycopg.connect(f"{server}/{database}", autocommit=True)


def _definitions(db: psycopg.Connection) -> str:
    row = db.execute(DEFINITIONS).fetchone()
    assert row
    return str(row[0])


def _clean(db: psycopg.Connection, *, keep_tables: bool) -> None:
    """Ends who is still connected, and removes all tables, or all rows."""
    db.execute(END_OTHERS)
    owner = sql.Identifier(db.info.dbname)
    if not keep_tables:
        db.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(owner))
        db.execute(sql.SQL("ALTER SCHEMA public OWNER TO pg_database_owner"))
        return
    tables = [sql.Identifier("public", str(name)) for (name,) in db.execute(TABLES)]
    questions = [sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(n, each) for n, each in enumerate(tables)]
    if filled := [tables[n] for (n,) in db.execute(sql.SQL(" UNION ALL ").join(questions))] if tables else []:
        db.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(sql.SQL(", ").join(filled)))
