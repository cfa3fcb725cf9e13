"""The SQL statements that an operation sends: how long it takes, apart from what the machine does besides."""

from __future__ import annotations

from threading import current_thread
from typing import Any

import psycopg
import pytest

WORKER = "AnyIO worker"
"""The threads that endpoints run in. A background thread of the service has statements of its own."""


class SqlStatements:
    """Those that endpoints sent since the last call of `take`, without their values."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._sent: list[str] = []
        execute: Any = psycopg.Cursor.execute

        def record(cursor: Any, query: Any, *args: Any, **options: Any) -> Any:
            if current_thread().name.startswith(WORKER):
                self._sent.append(query.decode() if isinstance(query, bytes) else str(query))
            return execute(cursor, query, *args, **options)

        monkeypatch.setattr(psycopg.Cursor, "execute", record)

    def take(self) -> list[str]:
        sent, self._sent = self._sent, []
        return sent
