"""Statements that read a stream. One brings all that a command on it begins with: history, data key, case rows, and the
ids of other aggregates of the case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from psycopg.pq.abc import PGresult

from shared.eventlog.storage.prepared_statement import decode_integer
from shared.kernel import CaseTable

DATA_KEY, CASE_ROW, OPENED = -1, -2, -3
"""Instead of a version, in the rows that come besides the history."""
_HISTORY_AND_OPENED = (
    "WITH snapshot AS (SELECT originator_version, topic, state FROM {schema}.snapshots"
    " WHERE originator_id = $1::uuid AND topic = $2::text)"
    " SELECT * FROM snapshot UNION ALL"
    " (SELECT originator_version, topic, state FROM {events} WHERE originator_id = $1 AND originator_version >"
    " coalesce((SELECT originator_version FROM snapshot), 0) ORDER BY originator_version)"
    " UNION ALL SELECT -1, '', wrapped FROM {schema}.data_keys WHERE key_id = $1"
    " UNION ALL (SELECT -3, '', uuid_send(originator_id) FROM {events} WHERE $3::text IS NOT NULL AND case_id = $1"
    " AND split_part(topic, ':', 1) = $3 ORDER BY position)"
)
HISTORY_UNTIL = (
    "WITH snapshot AS (SELECT originator_version, topic, state FROM {schema}.snapshots"
    " WHERE originator_id = %b AND topic = %b AND originator_version <= %b)"
    " SELECT * FROM snapshot UNION ALL"
    " (SELECT originator_version, topic, state FROM {events} WHERE originator_id = %b AND originator_version >"
    " coalesce((SELECT originator_version FROM snapshot), 0) AND originator_version <= %b ORDER BY originator_version)"
)
"""Parameters, for psycopg: stream, topic of its snapshots, version, stream, version."""
STREAMS_OF_CASE = (
    "SELECT originator_id FROM {events} WHERE case_id = $1::uuid AND split_part(topic, ':', 1) = $2::text"
    " ORDER BY position"
)

HISTORIES_OPENED = (
    "SELECT originator_id, originator_version, topic, state FROM {events} WHERE originator_id = ANY(ARRAY("
    "SELECT originator_id FROM {events} WHERE case_id = $1::uuid AND split_part(topic, ':', 1) = ANY($2::text[])))"
    " ORDER BY position"
)


@dataclass(frozen=True, slots=True)
class StreamReading:
    """What one statement read of a stream. `history`: as `LogRecorder.history` gives it. `case_rows`: the rows of the
    case tables for the case of this id, by table; `data_keys`: the wrapped key of this id, if there is one; `opened`:
    the aggregates of the case whose first event is the one that was named, the first one first."""

    history: list[tuple[int, str, bytes]]
    case_rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    data_keys: dict[UUID, bytes | None] = field(default_factory=dict)
    opened: list[UUID] = field(default_factory=list)


def read_stream_statement(tables: Iterable[CaseTable]) -> str:
    """Parameters: the stream, the topic of its snapshots, and null or the name of an event that opens aggregates."""
    return _HISTORY_AND_OPENED + "".join(
        f" UNION ALL SELECT -2, '{table.name}', convert_to((to_jsonb(r) - 'case_id')::text, 'UTF8')"  # noqa: S608  our own words
        f" FROM {{schema}}.{table.name} r WHERE case_id = $1"
        for table in tables
    )


def decode_reading(stream: UUID, result: PGresult) -> StreamReading:
    reading, value = StreamReading([]), result.get_value
    for n in range(result.ntuples):
        version, name, content = decode_integer(value(n, 0)) or 0, (value(n, 1) or b"").decode(), value(n, 2)
        if version == DATA_KEY:
            reading.data_keys[stream] = content
        elif version == OPENED:
            reading.opened.append(UUID(bytes=content))
        elif version == CASE_ROW:
            reading.case_rows[name] = msgspec.json.decode(content or b"")
        else:
            reading.history.append((version, name, content or b""))
    return reading
