"""How does an append cost one round trip, and how is it told apart from one that was lost?"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresDatastore

from shared.eventlog.errors import CONNECTION_ERRORS, AppendRefused, append_error
from shared.eventlog.group_commit import GroupCommit, Waiting
from shared.eventlog.partitions import partition_of

ATTEMPTS = 10
PATIENCE = 8.0
"""Seconds that an append outlives a lost database; then its caller is told."""
log = logging.getLogger(__name__)

InTransaction = Callable[[psycopg.Connection[Any]], None]
"""What an append's transaction writes first, where it is too much for `extras`."""


@dataclass(frozen=True, slots=True)
class Append:
    events: Sequence[StoredEvent]
    cases: Sequence[UUID]
    extras: Mapping[str, Sequence[Mapping[str, Any]]]
    in_transaction: InTransaction | None = None


class Appender:
    """One statement an append, `append.sql`; concurrent appends of one process share a transaction.

    `sql` fills in the names of the tables; once it is `closing`, nothing is tried again."""

    def __init__(self, datastore: PostgresDatastore, sql: Callable[[str], bytes], closing: Event) -> None:
        self._datastore, self._closing = datastore, closing
        self._append_statement = sql(
            "SELECT {schema}.append(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::uuid[],"
            " %b::smallint[], %s::jsonb)"
        )
        self._own_statement = sql(
            "SELECT e.position FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[]) WITH ORDINALITY"
            " AS n(id, version, topic, state, i) JOIN {events} e"
            " ON (e.originator_id, e.originator_version, e.topic, e.state) = (n.id, n.version, n.topic, n.state)"
            " ORDER BY n.i"
        )
        self._group: GroupCommit[Append, Sequence[int]] = GroupCommit(self._commit)
        # The leader keeps its connection: measured 15 to 54 % more appends than with one from the pool each time.
        self._held: AbstractContextManager[psycopg.Connection[Any]] | None = None
        self._line: psycopg.Connection[Any]

    def append(self, append: Append) -> Sequence[int]:
        """All or nothing; what is large goes alone, on a connection of its own: no small append waits for it."""
        return self._append_or_recognise(append, unheard=False) if append.in_transaction else self._group.submit(append)

    def close(self) -> None:
        """Gives the held connection back, so that the pool can close."""
        if self._held is not None:
            held, self._held = self._held, None
            held.__exit__(None, None, None)

    def _commit(self, group: list[Waiting[Append, Sequence[int]]]) -> None:
        unheard = False
        if len(group) > 1:
            try:
                positions = iter(self._call([each.work for each in group]))
                for each in group:
                    each.answer = [next(positions) for _ in each.work.events]
            except CONNECTION_ERRORS:
                unheard = True
            except Exception as error:  # noqa: BLE001, RUF100
                log.debug("%r in a group of %d: each on its own tells whose", error, len(group))
            else:
                return
        outage: Exception | None = None
        for each in group:
            try:
                if outage:
                    raise outage
                each.answer = self._append_or_recognise(each.work, unheard)
            except CONNECTION_ERRORS as error:
                each.answer = outage = error
            except Exception as error:  # noqa: BLE001, RUF100  whoever waits raises it
                each.answer = error

    def _append_or_recognise(self, append: Append, unheard: bool) -> Sequence[int]:
        """After a lost connection an append may have been committed unheard: then a refusal may be our own success."""
        end = time.monotonic() + PATIENCE
        for attempt in range(ATTEMPTS):
            try:
                return self._call([append])
            except AppendRefused:
                own = self._own(append.events) if unheard and append.events else None
                if own is None:
                    raise
                return own
            except CONNECTION_ERRORS:
                if attempt == ATTEMPTS - 1 or time.monotonic() > end or self._closing.is_set():
                    raise
                unheard = True
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
        parameters = (
            *_columns(events),
            cases,
            [partition_of(case) for case in cases],
            json.dumps(extras) if extras else None,
        )
        alone = appends[0].in_transaction
        with self._alone_line() if alone else self._held_line() as line:
            try:
                if alone:
                    alone(line)
                row = line.execute(self._append_statement, parameters, prepare=True, binary=True).fetchone()
            except psycopg.IntegrityError as error:
                raise append_error(error) from error
        return range(row["append"], row["append"] + len(events)) if row and events else []

    @contextmanager
    def _alone_line(self) -> Iterator[psycopg.Connection[Any]]:
        with self._datastore.get_connection() as connection, connection.transaction():
            yield connection

    @contextmanager
    def _held_line(self) -> Iterator[psycopg.Connection[Any]]:
        if self._held is None:
            fresh = self._datastore.get_connection()
            self._line = fresh.__enter__()
            self._held = fresh
        try:
            yield self._line
        except BaseException as error:
            lost, self._held = self._held, None
            lost.__exit__(type(error), error, error.__traceback__)  # gives it back, raises the library's kind of error
            raise

    def _own(self, events: Sequence[StoredEvent]) -> list[int] | None:
        with self._datastore.get_connection() as connection:
            rows = connection.execute(self._own_statement, _columns(events), prepare=True).fetchall()
        return [row["position"] for row in rows] if len(rows) == len(events) else None


def _columns(events: Sequence[StoredEvent]) -> tuple[list[Any], list[int], list[str], list[bytes]]:
    return (
        [event.originator_id for event in events],
        [event.originator_version for event in events],
        [event.topic for event in events],
        [event.state for event in events],
    )
