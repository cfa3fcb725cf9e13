"""The appender: one statement and one round trip per append, with recognition of appends that were committed although
their answer was lost."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresDatastore

from shared.eventlog.errors import CONNECTION_ERRORS, AppendRefused, append_error
from shared.eventlog.partitions import partition_of
from shared.eventlog.storage.group_commit import GroupCommit, QueuedAppend
from shared.eventlog.storage.prepared_statement import (
    JSONB_VERSION,
    PreparedStatement,
    decode_integer,
    encode_bigints,
    encode_byteas,
    encode_smallints,
    encode_texts,
    encode_uuids,
)
from shared.telemetry import APPEND_SECONDS, APPENDED

MAX_ATTEMPTS = 10
TIMEOUT_SECONDS = 8.0
"""How long an append is retried while the database is lost, before the caller gets the error."""
log = logging.getLogger(__name__)

InTransaction = Callable[[psycopg.Connection[Any]], None]
"""Writes what is too large for `extras`, first in the transaction of the append."""


@dataclass(frozen=True, slots=True)
class Append:
    events: Sequence[StoredEvent]
    cases: Sequence[UUID]
    extras: Mapping[str, Sequence[Mapping[str, Any]]]
    in_transaction: InTransaction | None = None


class Appender:
    """Calls append.sql. Concurrent appends of one process share a transaction (group commit).

    `sql` fills the table names into a statement. Once `closing` is set, nothing is retried."""

    def __init__(self, datastore: PostgresDatastore, sql: Callable[[str], bytes], closing: Event) -> None:
        self._datastore, self._closing = datastore, closing
        self._append_statement = PreparedStatement(
            sql(
                "SELECT {schema}.append($1::uuid[], $2::bigint[], $3::text[], $4::bytea[], $5::uuid[],"
                " $6::smallint[], $7::jsonb)"
            )
        )
        self._find_committed_statement = sql(
            "SELECT e.position FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[]) WITH ORDINALITY"
            " AS n(id, version, topic, state, i) JOIN {events} e"
            " ON (e.originator_id, e.originator_version, e.topic, e.state) = (n.id, n.version, n.topic, n.state)"
            " ORDER BY n.i"
        )
        self._group: GroupCommit[Append, Sequence[int]] = GroupCommit(self._commit)
        # The leader keeps its connection: measured 15 to 54 % more appends than with one from the pool each time.
        self._leader_context: AbstractContextManager[psycopg.Connection[Any]] | None = None
        self._leader: psycopg.Connection[Any]

    def append(self, append: Append) -> Sequence[int]:
        """Appends all or nothing, and returns the positions. An append with a hook goes alone, on its own connection,
        so that no small one waits for it. Raises AppendRefused, or one of OUTAGES."""
        with APPEND_SECONDS.time():
            positions = (
                self._append_or_recognize(append, answer_lost=False)
                if append.in_transaction
                else self._group.submit(append)
            )
        APPENDED.inc(len(positions))
        return positions

    def close(self) -> None:
        """Returns the leader's connection, so that the pool can close."""
        if self._leader_context is not None:
            context, self._leader_context = self._leader_context, None
            context.__exit__(None, None, None)

    def _commit(self, group: list[QueuedAppend[Append, Sequence[int]]]) -> None:
        answer_lost = False
        if len(group) > 1:
            try:
                positions = iter(self._call([each.work for each in group]))
                for each in group:
                    each.answer = [next(positions) for _ in each.work.events]
            except CONNECTION_ERRORS:
                answer_lost = True
            except Exception as error:  # noqa: BLE001, RUF100
                log.debug("%r in a group of %d: repeated one by one to find whose it is", error, len(group))
            else:
                return
        outage: Exception | None = None
        for each in group:
            try:
                if outage:
                    raise outage
                each.answer = self._append_or_recognize(each.work, answer_lost)
            except CONNECTION_ERRORS as error:
                each.answer = outage = error
            except Exception as error:  # noqa: BLE001, RUF100  whoever waits raises it
                each.answer = error

    def _append_or_recognize(self, append: Append, answer_lost: bool) -> Sequence[int]:
        """The append may have been committed although the connection was lost: AppendRefused may then mean that our
        first attempt succeeded."""
        end = time.monotonic() + TIMEOUT_SECONDS
        for attempt in range(MAX_ATTEMPTS):
            try:
                return self._call([append])
            except AppendRefused:
                committed = self._find_committed_positions(append.events) if answer_lost and append.events else None
                if committed is None:
                    raise
                return committed
            except CONNECTION_ERRORS:
                if attempt == MAX_ATTEMPTS - 1 or time.monotonic() > end or self._closing.is_set():
                    raise
                answer_lost = True
                self._datastore.pool.check()  # else each attempt may be spent on another dead idle connection
                self._closing.wait(0.05 * attempt)
        raise AssertionError

    def _call(self, appends: list[Append]) -> Sequence[int]:
        events = [event for append in appends for event in append.events]
        cases = [case for append in appends for case in append.cases]
        extras: dict[str, list[Mapping[str, Any]]] = {}
        for append in appends:
            for name, rows in append.extras.items():
                extras.setdefault(name, []).extend(rows)
        ids, versions, topics, states = _columns(events)
        parameters = (
            encode_uuids(ids),
            encode_bigints(versions),
            encode_texts(topics),
            encode_byteas(states),
            encode_uuids(cases),
            encode_smallints([partition_of(case) for case in cases]),
            JSONB_VERSION + msgspec.json.encode(extras) if extras else None,
        )
        hook = appends[0].in_transaction
        with self._own_connection() if hook else self._leader_connection() as connection:
            try:
                if hook:
                    hook(connection)
                result = self._append_statement.execute(connection, parameters)
            except psycopg.IntegrityError as error:
                raise append_error(error) from error
        first = decode_integer(result.get_value(0, 0))
        return [] if first is None else range(first, first + len(events))

    @contextmanager
    def _own_connection(self) -> Iterator[psycopg.Connection[Any]]:
        with self._datastore.get_connection() as connection, connection.transaction():
            yield connection

    @contextmanager
    def _leader_connection(self) -> Iterator[psycopg.Connection[Any]]:
        if self._leader_context is None:
            context = self._datastore.get_connection()
            self._leader = context.__enter__()
            self._leader_context = context
        try:
            yield self._leader
        except BaseException as error:
            lost, self._leader_context = self._leader_context, None
            # Returns the connection to the pool, and raises psycopg's error as one of the eventsourcing library.
            lost.__exit__(type(error), error, error.__traceback__)
            raise

    def _find_committed_positions(self, events: Sequence[StoredEvent]) -> list[int] | None:
        with self._datastore.get_connection() as connection:
            rows = connection.execute(self._find_committed_statement, _columns(events), prepare=True).fetchall()
        return [row["position"] for row in rows] if len(rows) == len(events) else None


def _columns(events: Sequence[StoredEvent]) -> tuple[list[Any], list[int], list[str], list[bytes]]:
    return (
        [event.originator_id for event in events],
        [event.originator_version for event in events],
        [event.topic for event in events],
        [event.state for event in events],
    )
