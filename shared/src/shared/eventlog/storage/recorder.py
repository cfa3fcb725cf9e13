"""The recorder: the library's interface to the log, with dense positions so that no reader misses an event."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresDatastore
from psycopg.rows import tuple_row
from psycopg.sql import SQL

from shared.eventlog.entries import ENTRY, LogEntry, LogIdentity, entry_rows
from shared.eventlog.storage import stream_reading
from shared.eventlog.storage.appender import Append, Appender
from shared.eventlog.storage.case_tables import create_case_table, write_case_rows
from shared.eventlog.storage.notifier import Notifier
from shared.eventlog.storage.prepared_statement import decode_integer, encode_texts, encode_uuids
from shared.eventlog.storage.retrying import retry_read
from shared.eventlog.storage.statements import StatementRunner
from shared.eventlog.storage.stream_reading import StreamReading, decode_reading, read_stream_statement
from shared.kernel import CaseTable


class LogRecorder(StatementRunner):
    """Plugged in by APPLICATION_RECORDER_TOPIC. The table is made by the migration step alone (CREATE_TABLE=no)."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "stored_events") -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        self.declare_case_tables([])
        self.max_notification_id_statement = SQL("SELECT max(position) FROM {events}").format(events=self.events)
        self._history_statement = self._sql(stream_reading.HISTORY_UNTIL)
        self._stored_statement = self._sql(
            "SELECT position, originator_id, originator_version, topic, state FROM {events} WHERE position > %b"
            " ORDER BY position LIMIT %b"
        )
        self._entries_statement = self._entries_of(
            "position >= %b AND position <= %b AND (%b::text[] IS NULL OR topic = ANY(%b::text[]))"
            " ORDER BY position LIMIT %b"
        )
        self._keys_statement = self.prepared(
            "SELECT key_id, wrapped FROM {schema}.data_keys WHERE key_id = ANY($1::uuid[])"
        )
        self._streams_statement = self.prepared(stream_reading.STREAMS_OF_CASE)
        self._opened_statement = self.prepared(stream_reading.HISTORIES_OPENED)
        self.notifier = Notifier(datastore, self.channel_name)
        self.appender = Appender(datastore, self._sql, self.notifier.closing)

    def declare_case_tables(self, tables: Collection[CaseTable]) -> None:
        """Adds tables of one row per case to append.sql, before the migration step runs it."""
        distinct = [*{table.name: table for table in tables}.values()]
        text = Path(__file__).with_name("append.sql").read_text()
        text = text.replace("-- {case_tables}", "\n".join(map(create_case_table, distinct)))
        text = text.replace("-- {case_rows}", "\n".join(map(write_case_rows, distinct)))
        names = SQL(self.events.as_string())
        self.sql_create_statements = [SQL(text).format(schema=self.schema, events=self.events, events_name=names)]
        self._read_statement = self.prepared(read_stream_statement(distinct))

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Appends all or nothing and gives the positions; raises AppendRefused when the database refuses.

        Optional: `cases` (one id an event, else the stream's), `tracking`, and `extras`, rows for append.sql by name:
        unique_keys, command, keys, people, destroyed_keys, used_keys, deadlines, parked, skipped, ahead, traces, case
        tables.
        `in_transaction` writes first, in the same transaction."""
        cases = kwargs.get("cases") or [event.originator_id for event in stored_events]
        extras = {name: rows for name, rows in (kwargs.get("extras") or {}).items() if rows}
        if tracking := kwargs.get("tracking"):
            extras["tracking"] = [tracking.row()]
        if not stored_events and not extras:
            return []
        positions = self.appender.append(
            Append(stored_events, cases, extras=extras, in_transaction=kwargs.get("in_transaction"))
        )
        self.notifier.notify()
        return positions

    @retry_read
    def history(self, stream: UUID, snapshot_topic: str = "", until: int = 2**62) -> list[tuple[int, str, bytes]]:
        """(version, topic, state) of one stream, in order, from its snapshot on if there is one under that topic."""
        return self._rows(tuple_row, self._history_statement, (stream, snapshot_topic, until, stream, until))

    @retry_read
    def stored_after(self, position: int, limit: int) -> list[tuple[int, UUID, int, str, bytes]]:
        """(position, stream, version, topic, state) of what follows a position: less to read than whole entries."""
        return self._rows(tuple_row, self._stored_statement, (position, limit))

    @retry_read
    def read_stream(self, stream: UUID, snapshot_topic: str, opened_by: str | None = None) -> StreamReading:
        """All that a command on a stream begins with, in one round trip and at one instant. `opened_by`: the event of
        the aggregates of the case whose ids it brings."""
        parameters = (stream.bytes, snapshot_topic.encode(), opened_by.encode() if opened_by else None)
        return decode_reading(stream, self.execute(self._read_statement, parameters))

    def case_row(self, table: CaseTable, case: UUID) -> dict[str, Any] | None:
        """A row of a case table without its id, as JSON gives it."""
        statement = f"SELECT to_jsonb(r) - 'case_id' AS row FROM {{schema}}.{table.name} r WHERE case_id = %s"  # noqa: S608  our own words
        rows = self.fetch(statement, (case,))
        return rows[0]["row"] if rows else None

    def histories(self, streams: Sequence[UUID]) -> list[tuple[UUID, int, str, bytes]]:
        """(stream, version, topic, state) of several streams, each in order; one statement, also for none."""
        statement = (
            "SELECT originator_id, originator_version, topic, state FROM {events}"
            " WHERE originator_id = ANY(%s::uuid[]) ORDER BY originator_id, originator_version"
        )
        return [tuple(row.values()) for row in self.fetch(statement, ([*streams],))]

    @retry_read
    def histories_opened(self, case: UUID, events: Sequence[str]) -> list[tuple[UUID, int, str, bytes]]:
        """(stream, version, topic, state) of the aggregates of a case that events of these names have opened, in the
        order of the log; without snapshots."""
        result = self.execute(self._opened_statement, (case.bytes, encode_texts(events)))
        value = result.get_value
        return [
            (
                UUID(bytes=value(row, 0)),
                decode_integer(value(row, 1)) or 0,
                (value(row, 2) or b"").decode(),
                value(row, 3) or b"",
            )
            for row in range(result.ntuples)
        ]

    def save_snapshot(self, stream: UUID, version: int, topic: str, state: bytes) -> None:
        """One snapshot a stream and shape: the newest."""
        self.fetch(
            "INSERT INTO {schema}.snapshots AS s VALUES (%s, %s, %s, %s) ON CONFLICT (originator_id, topic) DO UPDATE"
            " SET originator_version = excluded.originator_version, state = excluded.state"
            " WHERE s.originator_version < excluded.originator_version",
            (stream, topic, version, state),
        )

    def discard_snapshot(self, stream: UUID, topic: str, state: bytes) -> None:
        """Deletes the snapshot that holds these bytes, and no other."""
        self.fetch(
            "DELETE FROM {schema}.snapshots WHERE (originator_id, topic, state) = (%s, %s, %s)",
            (stream, topic, state),
        )

    @retry_read
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
        only_topics = list(topics) or None
        parameters = (first, 2**62 if stop is None else stop, only_topics, only_topics, limit)
        return self._rows(entry_rows, self._entries_statement, parameters)

    @retry_read
    def entries_of_partition(self, partition: int, after: int, limit: int) -> Sequence[LogEntry]:
        """The log of one partition after a number, for a consumer that found a gap."""
        statement = self._entries_of("partition = %b AND number > %b ORDER BY number LIMIT %b")
        return self._rows(entry_rows, statement, (partition, after, limit))

    @retry_read
    def entries_of_case(self, case: UUID) -> Sequence[LogEntry]:
        """Everything this service recorded of a case, whatever the aggregate, in order."""
        return self._rows(entry_rows, self._entries_of("case_id = %b ORDER BY position"), (case,))

    @retry_read
    def entries_by_case(self, after: tuple[UUID, int], until: int, limit: int) -> Sequence[LogEntry]:
        """The log up to a position, case by case, each in order. `after`: the case and the position of the last entry
        read.

        Not prepared: a plan for any limit would sort the whole log for each page."""
        where = "(case_id, position) > (%b, %b) AND position <= %b ORDER BY case_id, position LIMIT %b"
        return self._rows(entry_rows, self._entries_of(where), (*after, until, limit), prepare=False)

    @retry_read
    def streams_of_case(self, case: UUID, event: str) -> list[UUID]:
        """The aggregate of each event of one name in a case, in order."""
        result = self.execute(self._streams_statement, (case.bytes, event.encode()))
        return [UUID(bytes=result.get_value(row, 0)) for row in range(result.ntuples)]

    @retry_read
    def entries_of_stream(self, stream: UUID) -> Sequence[LogEntry]:
        """One aggregate's events, in order."""
        return self._rows(entry_rows, self._entries_of("originator_id = %b ORDER BY originator_version"), (stream,))

    def first_topic(self, stream: UUID) -> str | None:
        """The topic of an aggregate's first event, if there is one."""
        rows = self.fetch("SELECT topic FROM {events} WHERE (originator_id, originator_version) = (%s, 1)", (stream,))
        return rows[0]["topic"] if rows else None

    @retry_read
    def last_entries(self, streams: Sequence[UUID], until: int) -> Sequence[LogEntry]:
        """Of each stream the last entry up to a position; where there is none, the first one after it."""
        statement = self._sql(
            f"SELECT DISTINCT ON (originator_id) {ENTRY} FROM {{events}} WHERE originator_id = ANY(%b)"  # noqa: S608
            " ORDER BY originator_id, position > %b, abs(position - %b)"
        )
        return self._rows(entry_rows, statement, (list(streams), until, until))

    def closed_timestamp(self) -> datetime:
        """An instant of the database's clock before which nothing more will be recorded. It waits for the append
        that is under way."""
        (row,) = self.fetch(
            "WITH appended AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(%s::regclass::oid::bigint))"
            " SELECT clock_timestamp() AS at FROM appended",
            (self.events.as_string(),),
        )
        at: datetime = row["at"]
        return at.astimezone(UTC)

    def _entries_of(self, where: str) -> bytes:
        return self._sql(f"SELECT {ENTRY} FROM {{events}} WHERE {where}")  # noqa: S608  our own words

    def position_at(self, by: datetime | None = None) -> tuple[int, datetime | None]:
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

    def stream_entries(self, before: str, which: str, values: Mapping[str, Any]) -> Iterator[LogEntry]:
        """Entries case by case, each in order, through a server-side cursor, so that few are in memory at once."""
        statement = self._sql(f"{before} SELECT {ENTRY} FROM {{events}} {which} ORDER BY case_id, position")  # noqa: S608
        return self._stream(entry_rows, statement, values)

    def identity(self) -> LogIdentity:
        (row,) = self.fetch("SELECT log_id, since, ancestors FROM {schema}.log_identity")
        return LogIdentity(**row)

    def wrapped_keys(self, key_ids: list[UUID]) -> dict[UUID, bytes | None]:
        result = self.execute(self._keys_statement, (encode_uuids(key_ids),))
        return {UUID(bytes=result.get_value(row, 0)): result.get_value(row, 1) for row in range(result.ntuples)}

    def destroyed_keys(self) -> set[UUID]:
        return {row["key_id"] for row in self.fetch("SELECT key_id FROM {schema}.data_keys WHERE wrapped IS NULL")}

    def stored_response(self, key: str) -> tuple[str, str] | None:
        """The request and the response recorded under an idempotency key."""
        rows = self.fetch("SELECT request, response FROM {schema}.handled_commands WHERE key = %s", (key,))
        return (rows[0]["request"], rows[0]["response"]) if rows else None

    def delete_expired(self, older_than: timedelta) -> None:
        """Deletes old idempotency keys and failure counts, and the traces of a day ago."""
        self.fetch("DELETE FROM {schema}.handled_commands WHERE answered_at < now() - %s", (older_than,))
        self.fetch("DELETE FROM {schema}.failures WHERE failed_at < now() - %s", (older_than,))
        self.fetch("DELETE FROM {schema}.event_traces WHERE recorded_at < now() - interval '1 day'")

    def traceparents(self, positions: Sequence[int]) -> dict[int, str]:
        """By position, of the events that a traced request led to, within a day."""
        rows = self.fetch(
            "SELECT position, traceparent FROM {schema}.event_traces WHERE position = ANY(%s)", (list(positions),)
        )
        return {row["position"]: row["traceparent"] for row in rows}

    def position_of(self, stream: UUID, version: int) -> int | None:
        """The position in the log of one event of an aggregate, if there is one."""
        rows = self.fetch(
            "SELECT position FROM {events} WHERE (originator_id, originator_version) = (%s, %s)", (stream, version)
        )
        return rows[0]["position"] if rows else None

    def tracked_number(self, publisher: str, log_id: UUID, partition: int) -> int:
        """The number reached in a publisher's partition; 0 before the first."""
        rows = self.fetch(
            "SELECT number FROM {schema}.tracked WHERE (publisher, log_id, partition) = (%s, %s, %s)",
            (publisher, log_id, partition),
        )
        return rows[0]["number"] if rows else 0

    def close(self) -> None:
        self.notifier.close()
        self.appender.close()
