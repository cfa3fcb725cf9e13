"""Prepared statements by libpq: binary arrays, the errors of psycopg, and connections that lost what was prepared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest

from shared.eventlog.storage import prepared_statement
from shared.eventlog.storage.prepared_statement import PreparedStatement, decode_integer
from shared.kernel import uuid7

ONE_MORE = PreparedStatement(b"SELECT 1 + $1::bigint")
SEVEN = (7).to_bytes(8)


@pytest.fixture
def connection(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True) as open_connection:
        yield open_connection


def one_more(connection: psycopg.Connection[Any]) -> int | None:
    return decode_integer(ONE_MORE.execute(connection, [SEVEN]).get_value(0, 0))


@pytest.mark.parametrize(
    ("kind", "encode", "items"),
    [
        ("uuid", prepared_statement.encode_uuids, [uuid7(), UUID(int=0)]),
        ("bigint", prepared_statement.encode_bigints, [0, -1, 2**63 - 1]),
        ("smallint", prepared_statement.encode_smallints, [7, -7]),
        ("text", prepared_statement.encode_texts, ["né à l’Île", "", 'a "b", {c}']),
        ("bytea", prepared_statement.encode_byteas, [b"\x00\xff", b""]),
    ],
)
def test_arrays_arrive_as_they_were(
    connection: psycopg.Connection[Any], kind: str, encode: Any, items: Sequence[Any]
) -> None:
    statement = PreparedStatement(f"SELECT $1::{kind}[] = t.given FROM given t".encode())
    connection.execute(f"CREATE TEMP TABLE given (given {kind}[])")
    for given in (items, []):
        connection.execute("TRUNCATE given")
        connection.execute(f"INSERT INTO given VALUES (%s::{kind}[])", (list(given),))
        assert statement.execute(connection, [encode(given)]).get_value(0, 0) == b"\x01"


def test_what_psycopg_dropped_is_prepared_again(connection: psycopg.Connection[Any]) -> None:
    """It drops every statement of the connection after a ROLLBACK, ours too."""
    assert one_more(connection) == one_more(connection) == 8
    connection.execute("DEALLOCATE ALL")
    assert one_more(connection) == 8
    assert connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (1,)


def test_in_a_transaction_nothing_is_prepared_so_that_nothing_is_missing(connection: psycopg.Connection[Any]) -> None:
    one_more(connection)
    with connection.transaction():
        connection.execute("DEALLOCATE ALL")
        assert one_more(connection) == 8
    assert connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


def test_each_connection_prepares_its_own(connection: psycopg.Connection[Any], url: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        assert one_more(connection) == one_more(other) == 8


def test_a_refusal_of_the_database_is_psycopg_s(connection: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        ONE_MORE.execute(connection, [(2**63 - 1).to_bytes(8)])
    assert one_more(connection) == 8


def test_a_lost_connection_is_an_outage(connection: psycopg.Connection[Any], url: str) -> None:
    one_more(connection)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
    with pytest.raises(psycopg.OperationalError):
        one_more(connection)
    assert connection.closed
