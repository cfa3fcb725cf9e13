"""Statements on the database of a log: each is rendered once, and takes a connection without a transaction to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import psycopg
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.pq.abc import PGresult
from psycopg.rows import BaseRowFactory, dict_row
from psycopg.sql import SQL, Identifier

from shared.eventlog.errors import library_error
from shared.eventlog.storage.prepared_statement import PreparedStatement

R = TypeVar("R")
REMEMBERED_STATEMENTS = 512
STREAMED_ROWS = 500
"""In memory at once."""
ALLOW_PAUSES = "SET LOCAL idle_in_transaction_session_timeout = '60s'"
"""For a transaction in whose pauses rows are worked on. Elsewhere five seconds are the limit, which a busy machine may
take for it."""


class StatementRunner(PostgresApplicationRecorder):
    """The library's recorder with statements of our own beside the library's."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str) -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        self._render = lru_cache(REMEMBERED_STATEMENTS)(self._render_statement)
        self._prepare = lru_cache(REMEMBERED_STATEMENTS)(PreparedStatement)  # one of a name on each connection
        self.schema = Identifier(datastore.schema)
        self.events = Identifier(datastore.schema, events_table_name)

    def prepared(self, text: str) -> PreparedStatement:
        """A statement with `$1`, `$2` … for parameters in binary form; `{schema}` and `{events}` are filled in."""
        return self._prepare(self._sql(text))

    def execute(self, statement: PreparedStatement, parameters: Sequence[bytes | None]) -> PGresult:
        """A statement of its own transaction."""
        return self._with_connection(lambda connection: statement.execute(connection, parameters))

    def fetch(self, statement: str, parameters: Any = None) -> list[dict[str, Any]]:
        """Rows of the service's other tables. `{schema}` and `{events}` in the statement are filled in."""
        sql = self._sql(statement)

        def fetch_on(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
            cursor = connection.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

        return self._with_connection(fetch_on)

    def _with_connection(self, use: Callable[[psycopg.Connection[Any]], R]) -> R:
        """Without a transaction to end, as the library's context managers would for each statement. Its errors are
        the library's."""
        pool = self.datastore.pool
        if pool.closed:
            with self.datastore.get_connection():
                pass  # the library opens it
        try:
            connection = pool.getconn()
            try:
                return use(connection)
            finally:
                pool.putconn(connection)
        except psycopg.Error as error:
            raise library_error(error) from error

    def stream_rows(self, statement: str, parameters: Any) -> Iterator[dict[str, Any]]:
        """As `fetch`, through a server-side cursor: few rows are in memory at once."""
        return self._stream(dict_row, self._sql(statement), parameters)

    def _stream(self, row_factory: BaseRowFactory[R], statement: bytes, parameters: Any) -> Iterator[R]:
        with (
            self.datastore.get_connection() as connection,
            connection.transaction(),
            connection.cursor("streamed", row_factory=row_factory) as cursor,
        ):
            connection.execute(ALLOW_PAUSES)
            cursor.itersize = STREAMED_ROWS
            yield from cursor.execute(statement, parameters)

    def _rows(
        self,
        row_factory: BaseRowFactory[R],
        statement: bytes,
        parameters: tuple[Any, ...],
        *,
        prepare: bool = True,
    ) -> list[R]:
        """In binary, as `row_factory` makes them. `statement`: with `%b` for parameters."""
        return self._with_connection(
            lambda connection: (
                connection.cursor(row_factory=row_factory, binary=True)
                .execute(statement, parameters, prepare=prepare)
                .fetchall()
            )
        )

    def _sql(self, text: str) -> bytes:
        """Bytes: psycopg renders a composed statement anew at each call."""
        return self._render(text)

    def _render_statement(self, text: str) -> bytes:
        return SQL(text).format(schema=self.schema, events=self.events).as_bytes()
