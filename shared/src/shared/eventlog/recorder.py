"""How does an append cost one round trip, and how does a reader miss nothing? A recorder for `eventsourcing`."""

from __future__ import annotations

import json
import logging
import time
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zlib import crc32

import psycopg
from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    Notification,
    OperationalError,
    StoredEvent,
    Tracking,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.utils import retry
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from shared.decider import InCharge
from shared.eventlog.group import GroupCommit, Waiting
from shared.eventlog.notifier import Notifier

PARTITIONS = 8
ATTEMPTS = 10
PATIENCE = 8.0
"""Seconds that an append outlives a lost database; then its caller is told."""
ENTRY = "originator_id, originator_version, topic, state, position AS id, case_id, partition, number, recorded_at"
log = logging.getLogger(__name__)


class TrackingRefused(IntegrityError):
    """Not the next of its publisher's partition; `reached` is the number that was."""

    reached = 0


class VersionTaken(IntegrityError):
    """The stream has this version already, or a key this id: somebody was faster."""


class CaseParked(IntegrityError):
    """An earlier event of this case waits to be mended: this one must wait behind it."""


class NotParked(IntegrityError):
    """The event is no longer the first of its case to wait, or has nothing left to wait behind."""


class AlreadyAnswered(IntegrityError):
    """The idempotency key is known."""


class ClaimTaken(IntegrityError):
    """Another case, `holder`, holds the unique claim."""

    holder = ""


class DueSettled(IntegrityError):
    """The due date was fired already, moved or withdrawn."""


class KeyDestroyed(IntegrityError):
    """Something was sealed under a key that is no more."""


REFUSALS: dict[str | None, type[IntegrityError]] = {
    "23505": VersionTaken,
    "23T01": TrackingRefused,
    "23P01": CaseParked,
    "23U01": NotParked,
    "23I01": AlreadyAnswered,
    "23C01": ClaimTaken,
    "23D01": DueSettled,
    "23E01": KeyDestroyed,
}
OUTAGES = (InterfaceError, OperationalError, psycopg.OperationalError, psycopg.InterfaceError, InterruptedError)
"""Of the database: they say nothing about what was asked, and are never counted against it."""


@dataclass(frozen=True)
class PartitionTracking(Tracking):
    """The library's tracking, told apart by log and partition: `application_name` is the publisher, `notification_id`
    the dense number in the partition. `parks`: set when the event is put aside instead of having its effect; `unparks`:
    when it has its effect at last, and leaves."""

    log_id: UUID
    partition: int
    case: UUID
    parks: bool = False
    unparks: bool = False


@dataclass(frozen=True)
class LogEntry(Notification):
    """A notification with what the log itself gave: `id` is the position."""

    case_id: UUID
    partition: int
    number: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """Which history this is; a log restored from a back-up takes a new id `since` a position."""

    log_id: UUID
    since: int


Beside = Callable[[psycopg.Connection[Any]], None]
"""What an append's transaction writes first, where it is too much for `extras`."""


@dataclass(frozen=True, slots=True)
class Append:
    events: Sequence[StoredEvent]
    cases: Sequence[UUID]
    extras: Mapping[str, Sequence[Mapping[str, Any]]]
    beside: Beside | None = None


class LogRecorder(PostgresApplicationRecorder):
    """Each append is one statement, `append.sql`; concurrent appends of one process share a transaction.

    Plugged in by APPLICATION_RECORDER_TOPIC. The table is made by the migration step alone (CREATE_TABLE=no)."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "stored_events") -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        self.schema = Identifier(datastore.schema)
        self.events = Identifier(datastore.schema, events_table_name)
        tables = Path(__file__).with_name("append.sql").read_text()
        names = SQL(self.events.as_string())
        self.sql_create_statements = [SQL(tables).format(schema=self.schema, events=self.events, events_name=names)]
        self.max_notification_id_statement = SQL("SELECT max(position) FROM {events}").format(events=self.events)
        self._append_statement = self._sql(
            "SELECT {schema}.append(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::uuid[],"
            " %b::smallint[], %s::jsonb)"
        )
        self._own_statement = self._sql(
            "SELECT e.position FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[]) WITH ORDINALITY"
            " AS n(id, version, topic, state, i) JOIN {events} e"
            " ON (e.originator_id, e.originator_version, e.topic, e.state) = (n.id, n.version, n.topic, n.state)"
            " ORDER BY n.i"
        )
        self._history_statement = self._sql(
            "WITH snapshot AS (SELECT originator_version, topic, state FROM {schema}.snapshots"
            " WHERE originator_id = %b AND topic = %b AND originator_version <= %b)"
            " SELECT * FROM snapshot UNION ALL"
            " (SELECT originator_version, topic, state FROM {events} WHERE originator_id = %b AND originator_version >"
            " coalesce((SELECT originator_version FROM snapshot), 0) AND originator_version <= %b"
            " ORDER BY originator_version)"
        )
        self._entries_statement = self._entries_of(
            "position >= %b AND position <= %b AND (%b::text[] IS NULL OR topic = ANY(%b::text[]))"
            " ORDER BY position LIMIT %b"
        )
        self._group: GroupCommit[Append, Sequence[int]] = GroupCommit(self._commit)
        # The leader keeps its connection: measured 15 to 54 % more appends than with one from the pool each time.
        self._held: AbstractContextManager[psycopg.Connection[Any]] | None = None
        self._line: psycopg.Connection[Any]
        self.notifier = Notifier(datastore, self.channel_name)

    def _sql(self, text: str) -> bytes:
        """Bytes: psycopg renders a composed statement anew at each call."""
        return SQL(text).format(schema=self.schema, events=self.events).as_bytes()

    # -- writing

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Appends all or nothing and gives the positions; refuses with IntegrityError or one of its kinds.

        Optional: `cases` (one id an event, else the stream's), `tracking`, and `extras`, rows for append.sql by name:
        claims, in_charge, command, keys, people, forgotten, sealed, dues, parked, skipped, ahead. `beside` writes
        first, in the same transaction."""
        cases = kwargs.get("cases") or [event.originator_id for event in stored_events]
        extras = {name: rows for name, rows in (kwargs.get("extras") or {}).items() if rows}
        if tracking := kwargs.get("tracking"):
            extras["tracking"] = [_tracking_row(tracking)]
        if not stored_events and not extras:
            return []
        append = Append(stored_events, cases, extras, kwargs.get("beside"))
        # What is large goes alone, on a connection of its own: no small append waits for it.
        positions = self._append_or_recognise(append, unheard=False) if append.beside else self._group.submit(append)
        self.notifier.tell()
        return positions

    def _commit(self, group: list[Waiting[Append, Sequence[int]]]) -> None:
        unheard = False
        if len(group) > 1:
            try:
                positions = iter(self._call([each.work for each in group]))
                for each in group:
                    each.answer = [next(positions) for _ in each.work.events]
            except (InterfaceError, OperationalError):
                unheard = True
            except Exception as error:  # noqa: BLE001, RUF100
                log.debug("%r in a group of %d: each on its own tells whose", error, len(group))
            else:
                return
        outage: OperationalError | InterfaceError | None = None
        for each in group:
            try:
                if outage:
                    raise outage
                each.answer = self._append_or_recognise(each.work, unheard)
            except (InterfaceError, OperationalError) as error:
                each.answer = outage = error
            except Exception as error:  # noqa: BLE001, RUF100  whoever waits raises it
                each.answer = error

    def _append_or_recognise(self, append: Append, unheard: bool) -> Sequence[int]:
        """After a lost connection an append may have been committed unheard: then a refusal may be our own success."""
        end = time.monotonic() + PATIENCE
        for attempt in range(ATTEMPTS):
            try:
                return self._call([append])
            except IntegrityError:
                own = self._own(append.events) if unheard and append.events else None
                if own is None:
                    raise
                return own
            except (InterfaceError, OperationalError):
                if attempt == ATTEMPTS - 1 or time.monotonic() > end or self.notifier.closing.is_set():
                    raise
                unheard = True
                self.datastore.pool.check()  # else each attempt may be spent on another dead idle connection
                self.notifier.closing.wait(0.05 * attempt)
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
        alone = appends[0].beside
        with self._alone_line() if alone else self._held_line() as line:
            try:
                if alone:
                    alone(line)
                row = line.execute(self._append_statement, parameters, prepare=True, binary=True).fetchone()
            except psycopg.IntegrityError as error:
                raise _refusal(error) from error
        return range(row["append"], row["append"] + len(events)) if row and events else []

    @contextmanager
    def _alone_line(self) -> Iterator[psycopg.Connection[Any]]:
        with self.datastore.get_connection() as connection, connection.transaction():
            yield connection

    @contextmanager
    def _held_line(self) -> Iterator[psycopg.Connection[Any]]:
        if self._held is None:
            fresh = self.datastore.get_connection()
            self._line = fresh.__enter__()
            self._held = fresh
        try:
            yield self._line
        except BaseException as error:
            lost, self._held = self._held, None
            lost.__exit__(type(error), error, error.__traceback__)  # gives it back, raises the library's kind of error
            raise

    def _own(self, events: Sequence[StoredEvent]) -> list[int] | None:
        with self.datastore.get_connection() as connection:
            rows = connection.execute(self._own_statement, _columns(events), prepare=True).fetchall()
        return [row["position"] for row in rows] if len(rows) == len(events) else None

    # -- reading

    @retry((InterfaceError, OperationalError), max_attempts=4, wait=0.1)
    def history(self, stream: UUID, snapshot_topic: str = "", until: int = 2**62) -> list[tuple[int, str, bytes]]:
        """(version, topic, state) of one stream, in order, from its snapshot on if there is one under that topic."""
        parameters = (stream, snapshot_topic, until, stream, until)
        with (
            self.datastore.get_connection() as connection,
            connection.cursor(row_factory=tuple_row, binary=True) as cursor,
        ):
            return cursor.execute(self._history_statement, parameters, prepare=True).fetchall()

    def keep_snapshot(self, stream: UUID, version: int, topic: str, state: bytes) -> None:
        """One snapshot a stream and shape: the newest."""
        self.fetch(
            "INSERT INTO {schema}.snapshots AS s VALUES (%s, %s, %s, %s) ON CONFLICT (originator_id, topic) DO UPDATE"
            " SET originator_version = excluded.originator_version, state = excluded.state"
            " WHERE s.originator_version < excluded.originator_version",
            (stream, topic, version, state),
        )

    @retry((InterfaceError, OperationalError), max_attempts=4, wait=0.1)
    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[LogEntry]:
        first = (start or 0) + (0 if inclusive_of_start else 1)
        wanted = list(topics) or None
        parameters = (first, 2**62 if stop is None else stop, wanted, wanted, limit)
        return self._entries(self._entries_statement, parameters)

    @retry((InterfaceError, OperationalError), max_attempts=4, wait=0.1)
    def entries_of_partition(self, partition: int, after: int, limit: int) -> Sequence[LogEntry]:
        """The log of one partition, after a number: what a consumer that saw a jump asks for."""
        statement = self._entries_of("partition = %b AND number > %b ORDER BY number LIMIT %b")
        return self._entries(statement, (partition, after, limit))

    @retry((InterfaceError, OperationalError), max_attempts=4, wait=0.1)
    def entries_of_case(self, case: UUID) -> Sequence[LogEntry]:
        """Everything this service recorded of a case, whatever the aggregate, in order."""
        return self._entries(self._entries_of("case_id = %b ORDER BY position"), (case,))

    @retry((InterfaceError, OperationalError), max_attempts=4, wait=0.1)
    def entries_of_stream(self, stream: UUID) -> Sequence[LogEntry]:
        """One aggregate's events, in order."""
        return self._entries(self._entries_of("originator_id = %b ORDER BY originator_version"), (stream,))

    def settled(self) -> datetime:
        """An instant of the database's clock before which nothing more will be recorded: no append is under way."""
        with self.datastore.get_connection() as connection, connection.transaction():
            lock = "SELECT pg_advisory_xact_lock_shared(%s::regclass::oid::bigint)"
            connection.execute(lock, (self.events.as_string(),))
            row = connection.execute("SELECT clock_timestamp() AS at").fetchone()
        assert row is not None
        at: datetime = row["at"]
        return at.astimezone(UTC)

    def _entries_of(self, where: str) -> bytes:
        return self._sql(f"SELECT {ENTRY} FROM {{events}} WHERE {where}")  # noqa: S608  our own words

    def _entries(self, statement: bytes, parameters: tuple[Any, ...]) -> Sequence[LogEntry]:
        with self.datastore.get_connection() as connection:
            rows = connection.execute(statement, parameters, prepare=True, binary=True).fetchall()
        return [_entry(row) for row in rows]

    def fetch(self, statement: str, parameters: Any = None) -> list[dict[str, Any]]:
        """Rows of the tables that stand beside the log; `{schema}` in the statement is filled in."""
        with self.datastore.get_connection() as connection:
            cursor = connection.execute(self._sql(statement), parameters)
            return cursor.fetchall() if cursor.description else []

    def fetch_at_once(self, *statements: tuple[str, Any]) -> list[list[dict[str, Any]]]:
        """The rows of several readings of one and the same moment."""
        with self.datastore.get_connection() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return [connection.execute(self._sql(text), values).fetchall() for text, values in statements]

    def reached(self, by: datetime | None = None) -> tuple[int, datetime | None]:
        """The last position recorded by then, or by now, and its instant; 0 before the first.

        Found by halves, for along the positions `recorded_at` never goes back."""
        last = self.max_notification_id() or 0
        position = last if by is None else bisect_right(range(1, last + 1), by, key=self._recorded_at)
        return position, self._recorded_at(position) if position else None

    def first_recorded_at(self) -> datetime | None:
        return self._recorded_at(1) if self.max_notification_id() else None

    def _recorded_at(self, position: int) -> datetime:
        statement = "SELECT recorded_at FROM {events} WHERE position >= %s ORDER BY position LIMIT 1"
        (row,) = self.fetch(statement, (position,))
        at: datetime = row["recorded_at"]
        return at.astimezone(UTC)

    def streamed(self, before: str, which: str, values: Mapping[str, Any]) -> Iterator[LogEntry]:
        """Entries case after case, each in order, through a cursor of the server: few are in memory at once."""
        statement = self._sql(f"{before} SELECT {ENTRY} FROM {{events}} {which} ORDER BY case_id, position")  # noqa: S608
        with (
            self.datastore.get_connection() as connection,
            connection.transaction(),
            connection.cursor("streamed") as cursor,
        ):
            cursor.itersize = 500
            for row in cursor.execute(statement, values):
                yield _entry(row)

    def in_charge(self, case: UUID) -> InCharge | None:
        """Who was put in charge of it by name, as written with the event that says so; null for nobody."""
        rows = self.fetch("SELECT adviser, confidential FROM {schema}.in_charge WHERE case_id = %s", (case,))
        return InCharge(**rows[0]) if rows else None

    def identity(self) -> LogIdentity:
        (row,) = self.fetch("SELECT log_id, since FROM {schema}.log_identity")
        return LogIdentity(**row)

    def wrapped_keys(self, key_ids: list[UUID]) -> dict[UUID, bytes | None]:
        rows = self.fetch("SELECT key_id, wrapped FROM {schema}.keys WHERE key_id = ANY(%s)", (key_ids,))
        return {row["key_id"]: row["wrapped"] for row in rows}

    def destroyed_keys(self) -> set[UUID]:
        return {row["key_id"] for row in self.fetch("SELECT key_id FROM {schema}.keys WHERE wrapped IS NULL")}

    def answer(self, key: str) -> tuple[str, str] | None:
        """The request and the response recorded under an idempotency key."""
        rows = self.fetch("SELECT request, response FROM {schema}.commands WHERE key = %s", (key,))
        return (rows[0]["request"], rows[0]["response"]) if rows else None

    def forget(self, older_than: timedelta) -> None:
        """Answers kept under idempotency keys, and failures counted, that nobody will come back for."""
        self.fetch("DELETE FROM {schema}.commands WHERE answered_at < now() - %s", (older_than,))
        self.fetch("DELETE FROM {schema}.failures WHERE failed_at < now() - %s", (older_than,))

    def tracked(self, publisher: str, log_id: UUID, partition: int) -> int:
        """The number reached in a publisher's partition; 0 before the first."""
        rows = self.fetch(
            "SELECT number FROM {schema}.tracked WHERE (publisher, log_id, partition) = (%s, %s, %s)",
            (publisher, log_id, partition),
        )
        return rows[0]["number"] if rows else 0

    def close(self) -> None:
        """Gives the held connection back, so that the pool can close."""
        self.notifier.close()
        if self._held is not None:
            held, self._held = self._held, None
            held.__exit__(None, None, None)


def partition_of(case: UUID) -> int:
    """Stable for ever: consumers keep one number per partition."""
    return crc32(case.bytes) % PARTITIONS


def _entry(row: dict[str, Any]) -> LogEntry:
    return LogEntry(**row | {"recorded_at": row["recorded_at"].astimezone(UTC)})


def _columns(events: Sequence[StoredEvent]) -> tuple[list[Any], list[int], list[str], list[bytes]]:
    return (
        [event.originator_id for event in events],
        [event.originator_version for event in events],
        [event.topic for event in events],
        [event.state for event in events],
    )


def _tracking_row(tracking: PartitionTracking) -> dict[str, Any]:
    return {
        "publisher": tracking.application_name,
        "log_id": str(tracking.log_id),
        "partition": tracking.partition,
        "number": tracking.notification_id,
        "case_id": str(tracking.case),
        "parks": tracking.parks,
        "unparks": tracking.unparks,
    }


def key_rows(keys: Mapping[UUID, bytes]) -> list[dict[str, str]]:
    return [{"key_id": str(key_id), "wrapped": b64encode(wrapped).decode()} for key_id, wrapped in keys.items()]


def _refusal(error: psycopg.IntegrityError) -> IntegrityError:
    refusal = REFUSALS.get(error.sqlstate, IntegrityError)(str(error))
    if isinstance(refusal, TrackingRefused):
        refusal.reached = int(error.diag.message_detail or 0)
    if isinstance(refusal, ClaimTaken):
        refusal.holder = error.diag.message_detail or ""
    return refusal
