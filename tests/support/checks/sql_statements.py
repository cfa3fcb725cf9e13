"""The SQL statements that an operation sends: how long it takes, apart from what the machine does besides."""

from __future__ import annotations

from threading import current_thread
from typing import Any

import psycopg
import pytest

from shared.eventlog.storage.prepared_statement import PreparedStatement
from shared.web.http.request_threads import REQUEST_THREAD

WORKERS = ("AnyIO worker", REQUEST_THREAD)
"""The threads that endpoints run in, by the beginning of their names. A background thread of the service has statements
of its own."""


class SqlStatements:
    """Those that endpoints sent since the last call of `take`, without their values."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._sent: list[str] = []
        execute: Any = psycopg.Cursor.execute

        def record(cursor: Any, query: Any, *args: Any, **options: Any) -> Any:
            if current_thread().name.startswith(WORKERS):
                self._sent.append(query.decode() if isinstance(query, bytes) else str(query))
            return execute(cursor, query, *args, **options)

        prepared: Any = PreparedStatement.execute

        def record_prepared(statement: PreparedStatement, *args: Any) -> Any:
            if current_thread().name.startswith(WORKERS):
                self._sent.append(statement.sql.decode())
            return prepared(statement, *args)

        monkeypatch.setattr(psycopg.Cursor, "execute", record)
        monkeypatch.setattr(PreparedStatement, "execute", record_prepared)

    def take(self) -> list[str]:
        sent, self._sent = self._sent, []
        return sent
