"""Loading: the merged events of a service into its empty database, in one transaction, with the numbers of a log.

Tables are filled without indexes, which are then built anew as the migration had made them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier, Literal

from deploy.history.parts import EPOCH, OtherRows, StoredRow, merge_events, other_rows
from shared.eventlog import PARTITIONS
from shared.kernel import PHASE_SERVICES

WORK_MEMORY = "256MB"
"""For the sorting of an index that is built."""
EVENT_COLUMNS: Mapping[str, str] = {
    "originator_id": "uuid",
    "originator_version": "int8",
    "topic": "text",
    "state": "bytea",
    "case_id": "uuid",
    "position": "int8",
    "partition": "int2",
    "number": "int8",
    "recorded_at": "timestamptz",
}
"""With the types that a binary COPY needs."""
OTHER_COLUMNS: Mapping[str, Sequence[str]] = {
    "data_keys": ("key_id", "wrapped"),
    "people_index": ("person", "stream", "version", "path", "case_id", "words"),
    "unique_keys": ("kind", "key", "case_id"),
    "deadlines": ("stream", "kind", "key", "aggregate", "case_id", "due_at", "fired_at"),
}
CONSTRAINTS = (
    "SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint"
    " WHERE conrelid = %s::regclass AND contype IN ('p', 'u')"
)
INDEXES = (
    "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index i"
    " WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)"
)


def load_service(service: str, url: str, parts: Sequence[Path]) -> int:
    """Fills an empty log; one that was filled before stays as it is. Returns its number of events.

    `url`: of the role that owns the tables."""
    with psycopg.connect(url) as connection:
        table = events_table(service)
        if last := last_position(connection, table):
            return last
        connection.execute(SQL("SET LOCAL maintenance_work_mem = {}").format(Literal(WORK_MEMORY)))
        loaded = _load_events(connection, table, merge_events(parts, service))
        for name, columns in OTHER_COLUMNS.items():
            rows = (row for part in other_rows(parts, service) for row in _rows_of(part, name, columns))
            _fill(connection, name, columns, rows)
        _load_case_tables(connection, other_rows(parts, service))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")
    return loaded


def join_services(urls: Mapping[str, str], consumed: Mapping[str, Iterable[str]]) -> None:
    """Each service has received all that the others had published: nothing is delivered again. `consumed`: by service,
    those whose events it receives. Done again, it changes nothing."""
    ends = {name: _read_ends(urls[name], name) for name in PHASE_SERVICES}
    for name, publishers in consumed.items():
        with psycopg.connect(urls[name]) as connection:
            for publisher in publishers:
                log_id, by_partition = ends[publisher]
                connection.execute(
                    "INSERT INTO sources (publisher, log_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                    (publisher, log_id),
                )
                connection.cursor().executemany(
                    "INSERT INTO tracked VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    [(publisher, log_id, *end) for end in by_partition],
                )


def events_table(service: str) -> str:
    return f"{service}_events"


def last_position(connection: Connection[Any], table: str) -> int:
    row = connection.execute(SQL("SELECT max(position) FROM {}").format(Identifier(table))).fetchone()
    return row[0] or 0 if row else 0


def _read_ends(url: str, service: str) -> tuple[UUID, list[tuple[int, int, int]]]:
    """The log's id; and of each partition its last number, and where that is in the log."""
    with psycopg.connect(url) as connection:
        identity = connection.execute("SELECT log_id FROM log_identity").fetchone()
        assert identity is not None
        ends = SQL("SELECT partition, max(number), max(position) FROM {} GROUP BY partition ORDER BY partition")
        rows = connection.execute(ends.format(Identifier(events_table(service)))).fetchall()
    return identity[0], rows


def _load_events(connection: Connection[Any], table: str, rows: Iterable[StoredRow]) -> int:
    """Dense positions in the order of recording, and dense numbers in each partition."""
    numbers, position = [0] * PARTITIONS, 0
    statement = SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY, FREEZE)").format(
        Identifier(table), SQL(", ").join(map(Identifier, EVENT_COLUMNS))
    )
    with _without_indexes(connection, table), connection.cursor().copy(statement) as copy:
        copy.set_types([*EVENT_COLUMNS.values()])
        for position, row in enumerate(rows, 1):
            numbers[row.partition] += 1
            stream, case, at = UUID(bytes=row.stream), UUID(bytes=row.case), EPOCH + timedelta(microseconds=row.at)
            event = (stream, row.version, row.topic, row.state)
            copy.write_row((*event, case, position, row.partition, numbers[row.partition], at))
    return position


def _load_case_tables(connection: Connection[Any], parts: Iterable[OtherRows]) -> None:
    """Few rows: the last one of each case that was given access by name."""
    for part in parts:
        for name, rows in part.case_tables.items():
            columns = [*rows[0]] if rows else []
            statement = SQL("INSERT INTO {} ({}) VALUES ({})").format(
                Identifier(name), SQL(", ").join(map(Identifier, columns)), SQL(", ").join([SQL("%s")] * len(columns))
            )
            connection.cursor().executemany(statement, [tuple(row[each] for each in columns) for row in rows])


def _rows_of(part: OtherRows, table: str, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
    for row in getattr(part, table):
        yield [row[each] for each in columns] if isinstance(row, dict) else row


def _fill(connection: Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    statement = SQL("COPY {} ({}) FROM STDIN (FREEZE)").format(
        Identifier(table), SQL(", ").join(map(Identifier, columns))
    )
    with _without_indexes(connection, table), connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def _without_indexes(connection: Connection[Any], table: str) -> Iterator[None]:
    """An empty table loses its indexes for the time of a COPY. Emptied in the same transaction, it takes rows that no
    later VACUUM has to visit (FREEZE)."""
    constraints = connection.execute(CONSTRAINTS, (table,)).fetchall()
    indexes = connection.execute(INDEXES, (table,)).fetchall()
    name = Identifier(table)
    connection.execute(SQL("TRUNCATE {}").format(name))
    for constraint, _ in constraints:
        connection.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(name, Identifier(constraint)))
    for index, _ in indexes:
        connection.execute(SQL("DROP INDEX {}").format(SQL(index)))
    yield
    for constraint, definition in constraints:
        add = SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
        connection.execute(add.format(name, Identifier(constraint), SQL(definition)))
    for _, definition in indexes:
        connection.execute(SQL(definition))
