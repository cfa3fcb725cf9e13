"""A simulated PostgreSQL database: connections as psycopg and the eventsourcing library give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import OperationalError
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier
from tests.simulation import protocol_statements
from tests.simulation.statements import find_statement
from tests.simulation.tables import Appending, Row, Tables
from tests.simulation.world import Task, World

from shared.eventlog import LogRecorder
from shared.eventlog.storage.prepared_statement import JSONB_VERSION
from shared.eventlog.storage.stream_reading import read_stream_statement

SCHEMA = "public"
assert protocol_statements, "imported for the statements that it lists"


class Database:
    """`clock_error`: seconds by which its clock is wrong."""

    def __init__(self, world: World, name: str, appending: Callable[[Tables], Appending] = Appending) -> None:
        self.world, self.name, self.tables = world, name, Tables()
        self.appending = appending(self.tables)
        self.clock_error = 0.0
        self.listening: list[Task] = []

    def clock(self) -> datetime:
        return self.world.time + timedelta(seconds=self.clock_error)

    def notify(self) -> None:
        if self.world.chance(0.8):
            self.world.wake(self.listening)


@cache
def render(statement: bytes | str) -> str:
    text = statement.decode() if isinstance(statement, bytes) else statement
    return text.replace(f'"{SCHEMA}"."stored_events"', "EVENTS").replace(f'"{SCHEMA}".', "")


@cache
def rendered(text: str) -> bytes:
    """As `LogRecorder._sql` renders it, once for all recorders."""
    events = Identifier(SCHEMA, "stored_events")
    return SQL(text).format(schema=Identifier(SCHEMA), events=events).as_bytes()


MakeRow = Callable[[Sequence[Any]], Any]
"""Of a row's values, as a row factory of psycopg gives it."""


class Cursor:
    description = True

    def __init__(
        self,
        connection: Connection,
        rows: Sequence[Row] = (),
        *,
        make_row: Callable[[Sequence[Any]], Any] | None = None,
    ) -> None:
        self._connection, self._rows, self._make_row = connection, rows, make_row

    def execute(self, statement: Any, parameters: Any = None, **_: Any) -> Cursor:
        self._rows = self._connection.run(statement, parameters)
        return self

    def fetchall(self) -> list[Any]:
        return [self._make_row(tuple(row.values())) for row in self._rows] if self._make_row else list(self._rows)

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *_: object) -> None: ...


class Connection:
    """One statement is one transaction, and one effect; within `transaction()` all of them together."""

    def __init__(self, database: Database, lost: Callable[[], Exception]) -> None:
        self._database, self._lost, self._within = database, lost, False

    def execute(self, statement: Any, parameters: Any = None, **_: Any) -> Cursor:
        return Cursor(self, self.run(statement, parameters))

    def cursor(self, row_factory: Any = None, **_: Any) -> Cursor:
        make_row = tuple if row_factory is tuple_row else row_factory and row_factory(None)
        return Cursor(self, make_row=make_row)

    def run(self, statement: Any, parameters: Any) -> list[Row]:
        text = render(statement if isinstance(statement, (bytes, str)) else statement.as_string())
        beginning, run = find_statement(text)
        if self._within:
            return run(self._database, parameters)
        label = f"{self._database.name}: {beginning[:40]}"
        return self._database.world.effect(label, lambda: run(self._database, parameters), self._lost)

    @contextmanager
    def transaction(self, **_: Any) -> Iterator[None]:
        world, tables = self._database.world, self._database.tables
        world.step(f"{self._database.name}: transaction")
        if world.chance(world.faults.lost_before):
            raise self._lost()
        earlier = tables.copy()
        self._within = True
        try:
            yield
        except BaseException:
            tables.put_back(earlier)
            raise
        finally:
            self._within = False
        if world.chance(world.faults.lost_after):
            raise self._lost()
        world.step(f"{self._database.name}: committed")


class SimulatedStatement:
    """A statement of `prepared_statement.py`: parameters and result in PostgreSQL's binary form."""

    def __init__(self, sql: bytes) -> None:
        self.sql = sql

    def execute(self, connection: Connection, parameters: Sequence[bytes | None]) -> Result:
        has_arrays = b".append(" in self.sql or b"ANY(" in self.sql
        decoded = [_decode(each) for each in parameters] if has_arrays else parameters
        return Result(connection.run(self.sql, decoded))


class Result:
    def __init__(self, rows: list[Row]) -> None:
        self._rows = [[_encode(value) for value in row.values()] for row in rows]
        self.ntuples = len(rows)

    def get_value(self, row: int, column: int) -> bytes | None:
        return self._rows[row][column]


ITEMS: dict[int, Callable[[bytes], Any]] = {
    2950: lambda raw: UUID(bytes=raw),
    20: lambda raw: int.from_bytes(raw, signed=True),
    21: lambda raw: int.from_bytes(raw, signed=True),
    25: bytes.decode,
    17: bytes,
}
"""How the items of an array are decoded, by their type's oid."""


def _decode(parameter: bytes | None) -> Any:
    """An array, or the text of a jsonb, which begins with its version."""
    if parameter is None or parameter[:1] == JSONB_VERSION:
        return parameter and parameter[1:].decode()
    oid, items, at = int.from_bytes(parameter[8:12]), [], 20
    while at < len(parameter):
        length = int.from_bytes(parameter[at : at + 4])
        items.append(ITEMS[oid](parameter[at + 4 : at + 4 + length]))
        at += 4 + length
    return items


def _encode(value: Any) -> bytes | None:
    if isinstance(value, int):
        return value.to_bytes(8, signed=True)
    if isinstance(value, UUID):
        return value.bytes
    return value.encode() if isinstance(value, str) else value


class Pool:
    """Of connections that raise psycopg's errors, as those of the library's context manager do not."""

    closed = False

    def __init__(self, database: Database | None) -> None:
        self._database = database

    def check(self) -> None: ...

    def getconn(self) -> Connection:
        assert self._database is not None
        return Connection(self._database, lambda: psycopg.OperationalError("the connection is lost"))

    def putconn(self, connection: Connection) -> None: ...


class Datastore:
    """What our recorder uses of the library's `PostgresDatastore`."""

    schema, originator_id_type, lock_timeout = SCHEMA, "uuid", 0

    def __init__(self, database: Database | None) -> None:
        self._database, self.pool = database, Pool(database)
        self.db_type_names: set[str] = set()

    def register_type_adapters(self) -> None: ...

    @contextmanager
    def get_connection(self) -> Iterator[Connection]:
        assert self._database is not None
        yield Connection(self._database, lambda: OperationalError("the connection is lost"))


class SimulatedRecorder(LogRecorder):
    """The recorder of production on simulated connections. It makes no tables."""

    def __init__(self, datastore: Datastore) -> None:
        super().__init__(datastore)  # type: ignore[arg-type]
        appending = SimulatedStatement(self.appender._append_statement.sql)
        self.appender._append_statement = appending  # type: ignore[assignment]

    def declare_case_tables(self, tables: Any) -> None:
        self.sql_create_statements = []
        self._read_statement = self.prepared(read_stream_statement(()))

    def prepared(self, text: str) -> Any:
        return SimulatedStatement(self._sql(text))

    def _sql(self, text: str) -> bytes:
        return rendered(text)


class AsyncConnection:
    """The connection on which a lease is held."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = Connection(database, lambda: psycopg.OperationalError("the connection is lost"))

    async def execute(self, statement: Any, parameters: Any = None) -> AsyncCursor:
        return AsyncCursor(self._connection.run(statement, parameters))

    def add_notify_handler(self, _handler: Any) -> None:
        """None comes with an answer: see `wait_for_notification`."""

    async def wait_for_notification(self, seconds: float) -> bool:
        try:
            self._database.world.wait(self._database.listening, seconds)
        except TimeoutError:
            return False
        return True

    async def __aenter__(self) -> AsyncConnection:
        return self

    async def __aexit__(self, *_: object) -> None: ...


class AsyncCursor:
    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    async def fetchone(self) -> tuple[Any, ...] | None:
        return tuple(self._rows[0].values()) if self._rows else None


class SimulatedPsycopg:
    """The module `psycopg`, as the lease uses it."""

    def __init__(self, databases: dict[str, Database]) -> None:
        self.AsyncConnection = Connecting(databases)


class Connecting:
    def __init__(self, databases: dict[str, Database]) -> None:
        self._databases = databases

    async def connect(self, conninfo: str, **_: Any) -> AsyncConnection:
        database = self._databases[conninfo]
        database.world.step(f"{database.name}: connect")
        return AsyncConnection(database)
