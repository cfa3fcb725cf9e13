"""Statements of every command, by libpq itself: prepared once on each connection, parameters and result in binary.

psycopg's cursors took three times as long around such a statement as libpq takes with it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID
from weakref import WeakSet

import psycopg
from psycopg import errors
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

BINARY = 1
SUCCESSFUL = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
JSONB_VERSION = b"\x01"
"""Begins a jsonb in binary; the text of the JSON follows."""
_NOT_PREPARED = b"26000"


class PreparedStatement:
    """`sql`: with `$1`, `$2` … for parameters that come in PostgreSQL's binary form."""

    def __init__(self, sql: bytes) -> None:
        self.sql = sql
        self._name = b"dla_" + sha256(sql).hexdigest()[:16].encode()
        self._prepared_on: WeakSet[psycopg.Connection[Any]] = WeakSet()

    def execute(self, connection: psycopg.Connection[Any], parameters: Sequence[bytes | None]) -> PGresult:
        """Raises psycopg's errors. Outside a transaction the statement is one of its own; in one it is not prepared,
        for a statement that psycopg dropped meanwhile would abort it."""
        pgconn, formats = connection.pgconn, [BINARY] * len(parameters)
        if pgconn.transaction_status != TransactionStatus.IDLE:
            return _checked(connection, pgconn.exec_params(self.sql, parameters, None, formats, BINARY))
        if connection in self._prepared_on:
            result = pgconn.exec_prepared(self._name, parameters, formats, BINARY)  # type: ignore[arg-type]  # takes None
            if result.status in SUCCESSFUL or result.error_field(DiagnosticField.SQLSTATE) != _NOT_PREPARED:
                return _checked(connection, result)
        # The first time here, or psycopg dropped all statements of the connection, as it does after a ROLLBACK.
        _checked(connection, pgconn.prepare(self._name, self.sql))
        self._prepared_on.add(connection)
        return _checked(connection, pgconn.exec_prepared(self._name, parameters, formats, BINARY))  # type: ignore[arg-type]


def _checked(connection: psycopg.Connection[Any], result: PGresult) -> PGresult:
    if result.status in SUCCESSFUL:
        return result
    if connection.pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError(result.get_error_message())
    raise errors.error_from_result(result)


EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Of PostgreSQL's timestamps, which count microseconds."""
MICROSECOND = timedelta(microseconds=1)


def encode_instant(instant: datetime) -> bytes:
    """To a timestamptz."""
    return ((instant - EPOCH) // MICROSECOND).to_bytes(8, signed=True)


def encode_int(value: int) -> bytes:
    """To an integer."""
    return value.to_bytes(4, signed=True)


def decode_integer(value: bytes | None) -> int | None:
    """A smallint, an integer or a bigint."""
    return None if value is None else int.from_bytes(value, signed=True)


def _array_encoder(oid: int, encode: Callable[[Any], bytes]) -> Callable[[Sequence[Any]], bytes]:
    """To an array of one dimension, without nulls. `oid`: of the elements."""
    empty = struct.pack("!iiI", 0, 0, oid)

    def encode_array(items: Sequence[Any]) -> bytes:
        if not items:
            return empty
        parts = [struct.pack("!iiIii", 1, 0, oid, len(items), 1)]
        for item in map(encode, items):
            parts.append(len(item).to_bytes(4))
            parts.append(item)
        return b"".join(parts)

    return encode_array


def _uuid_bytes(value: UUID) -> bytes:
    return value.bytes


encode_uuids = _array_encoder(2950, _uuid_bytes)
encode_bigints = _array_encoder(20, struct.Struct("!q").pack)
encode_smallints = _array_encoder(21, struct.Struct("!h").pack)
encode_texts = _array_encoder(25, str.encode)
encode_byteas = _array_encoder(17, bytes)
