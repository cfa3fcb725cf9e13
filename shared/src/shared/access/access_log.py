"""The access log: every read of a case or of a list, recorded before the answer and kept apart from the event log.

It has a term of its own, changes no state, and is queried by person and by day: a table, not events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.crypto import DataKeys
from shared.eventlog import ServiceApplication
from shared.eventlog.storage.prepared_statement import encode_instant, encode_int, encode_texts
from shared.kernel import Actor, Role, uuid7

_TABLE = """
CREATE TABLE IF NOT EXISTS {schema}.access_log (
    id uuid PRIMARY KEY, at timestamptz NOT NULL, actor text NOT NULL, role text NOT NULL, unit text, right_id uuid,
    operation text NOT NULL, address text NOT NULL, case_id uuid, units text[] NOT NULL, rows int,
    correlation uuid NOT NULL, key_id uuid, reason bytea  -- encrypted under the key of its month
);
CREATE INDEX IF NOT EXISTS access_log_case ON {schema}.access_log (case_id, id);
CREATE INDEX IF NOT EXISTS access_log_at ON {schema}.access_log USING brin (at);
COMMENT ON TABLE {schema}.access_log IS 'append-only';

-- Deletes as the owner, for a role that may not: only what is past the term that the migration wrote here.
CREATE OR REPLACE FUNCTION {schema}.expire_access_log(term timestamptz, OUT rows bigint, OUT keys uuid[])
LANGUAGE sql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    WITH gone AS (
        DELETE FROM access_log WHERE at < least(term, <last_term>) RETURNING key_id
    ), closed AS (
        UPDATE data_keys k SET wrapped = NULL WHERE key_id IN (SELECT key_id FROM gone)
        AND NOT EXISTS (SELECT FROM access_log a WHERE a.key_id = k.key_id AND a.at >= least(term, <last_term>))
        RETURNING key_id
    )
    SELECT (SELECT count(*) FROM gone), ARRAY(SELECT key_id FROM closed)
$$;
REVOKE ALL ON FUNCTION {schema}.expire_access_log FROM PUBLIC;
"""
EXPIRED_OPERATION = "access_log_expired"
"""The operation of the entry that says how many entries were deleted at the end of their term."""


def access_log_table(retention: timedelta, *, settable_clock: bool) -> str:
    """SQL of the migration step, which writes down until when an entry cannot be deleted by the role that serves.

    `settable_clock`: in development, where time is moved, by our clock alone."""
    term = "'infinity'" if settable_clock else f"now() - interval '{retention.days} days'"
    return _TABLE.replace("<last_term>", term)


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """A read that is about to be answered: of one case (`case`), or of so many `rows` of a list.

    `right_id`: the right that the caller uses. `operation`: the operation id of OpenAPI. `address`: the path, with the
    parameters that name a past moment and no other. `units`: the units of what is read. `correlation`: the same for all
    reads that a program makes for one purpose, in all services."""

    actor: Actor
    right_id: UUID | None
    operation: str
    address: str
    correlation: UUID
    case: UUID | None = None
    units: Sequence[str] = ()
    rows: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AccessLogQuery:
    """`actor`: a pseudonym. `since` (included) and `until` (excluded) are instants. `units`: the units that the
    caller's right covers, None for all. `after`: the id of the last entry of the page before."""

    case: UUID | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    units: Sequence[str] | None = None
    after: UUID | None = None
    limit: int = 50


class AccessLog:
    """Writes, reads and expires entries. `retention`: how long an entry is kept. Reasons are encrypted under one key
    a month; the key is destroyed with the last entry of its month."""

    def __init__(self, app: ServiceApplication, retention: timedelta) -> None:
        self._app, self._retention = app, retention
        self._insert = app.recorder.prepared(
            "INSERT INTO {schema}.access_log VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        )

    def record(self, read: AccessRecord) -> None:
        """Writes an entry, committed on return. Raises PersistenceError, or KeyErased when the key of the month is
        destroyed."""
        entry_id, now = uuid7(), self._app.clock.now()
        key_id = reason = None
        if read.reason:
            key_id = uuid5(NAMESPACE_OID, f"access log of {self._app.service} {now:%Y-%m}")
            reason = self._month_keys(key_id).encrypt_bytes(key_id, read.reason.encode(), _aad(entry_id))
        self._app.recorder.execute(
            self._insert,
            (
                entry_id.bytes,
                encode_instant(now),
                read.actor.id.encode(),
                read.actor.role.encode(),
                None if read.actor.unit is None else read.actor.unit.encode(),
                None if read.right_id is None else read.right_id.bytes,
                read.operation.encode(),
                read.address.encode(),
                None if read.case is None else read.case.bytes,
                encode_texts(read.units),
                None if read.rows is None else encode_int(read.rows),
                read.correlation.bytes,
                None if key_id is None else key_id.bytes,
                reason,
            ),
        )

    def _month_keys(self, key_id: UUID) -> DataKeys:
        """The key of the month. The first read of a month creates it; of two at once, the second uses the first's."""
        key_store = self._app.key_store
        data_keys = key_store.keys_for({key_id})
        for new_id, wrapped in data_keys.new.items():
            inserted = self._app.recorder.fetch(
                "INSERT INTO {schema}.data_keys VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING key_id",
                (new_id, wrapped),
            )
            if not inserted:
                return key_store.keys_for({key_id})
            key_store.cache(data_keys)
        return data_keys

    def entries(self, query: AccessLogQuery) -> list[dict[str, Any]]:
        """One page of rows, the newest first, their reasons in plaintext."""
        rows = self._app.recorder.fetch(
            "SELECT * FROM {schema}.access_log WHERE (%(case)s::uuid IS NULL OR case_id = %(case)s)"
            " AND (%(actor)s::text IS NULL OR actor = %(actor)s)"
            " AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)"
            " AND (%(until)s::timestamptz IS NULL OR at < %(until)s)"
            " AND (%(units)s::text[] IS NULL OR units && %(units)s)"
            " AND (%(after)s::uuid IS NULL OR id < %(after)s) ORDER BY id DESC LIMIT %(limit)s",
            {
                "case": query.case,
                "actor": query.actor,
                "since": query.since,
                "until": query.until,
                "units": None if query.units is None else list(query.units),
                "after": query.after,
                "limit": query.limit,
            },
        )
        return [row | {"reason": self._reason_of(row)} for row in rows]

    def _reason_of(self, row: dict[str, Any]) -> str | None:
        if row["reason"] is None:
            return None
        return self._app.key_store.decrypt_bytes(row["key_id"], row["reason"], _aad(row["id"])).decode()

    def expire(self) -> None:
        """Deletes the entries older than the retention, and records how many in an entry of its own."""
        term = self._app.clock.now() - self._retention
        (expired,) = self._app.recorder.fetch("SELECT * FROM {schema}.expire_access_log(%s)", (term,))
        for key_id in expired["keys"]:
            self._app.key_store.evict(key_id)
        if expired["rows"]:
            service = Actor(f"service:{self._app.service}", Role.SERVICE)
            self.record(
                AccessRecord(
                    service, None, operation=EXPIRED_OPERATION, address="", correlation=uuid7(), rows=expired["rows"]
                )
            )


def _aad(entry_id: UUID) -> str:
    """Binds a reason to its entry: moved to another entry it no longer decrypts."""
    return f"access log entry {entry_id}"
