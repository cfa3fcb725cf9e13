"""Who read which dossier, when and why? Recorded before anything is shown, apart from the events, and for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.crypto import DataKeys
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role, uuid7

ACCESS_LOG_TABLE = """
CREATE TABLE IF NOT EXISTS {schema}.consultations (
    id uuid PRIMARY KEY, at timestamptz NOT NULL, who text NOT NULL, role text NOT NULL, unit text, under uuid,
    operation text NOT NULL, address text NOT NULL, case_id uuid, units text[] NOT NULL, rows int,
    correlation uuid NOT NULL, key_id uuid, motive bytea  -- sealed under the key of its month
);
CREATE INDEX IF NOT EXISTS consultations_case ON {schema}.consultations (case_id, id);
CREATE INDEX IF NOT EXISTS consultations_at ON {schema}.consultations USING brin (at);
"""
EXPIRED_OPERATION = "consultations_forgotten"
"""The operation that tells how many were destroyed at their term."""


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """What somebody is about to be shown: one dossier (`case`), or so many `rows` of a list. `under`: the right that
    was used; `units`: whose it is; `correlation` is the same for all the reads that one export makes."""

    actor: Actor
    under: UUID | None
    operation: str
    address: str
    correlation: UUID
    case: UUID | None = None
    units: Sequence[str] = ()
    rows: int | None = None
    motive: str | None = None


@dataclass(frozen=True, slots=True)
class AccessLogQuery:
    """`units`: those that the reader's right covers; null for all. `after`: the last one that was seen."""

    case: UUID | None = None
    who: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    units: Sequence[str] | None = None
    after: UUID | None = None
    limit: int = 50


class AccessLog:
    """`kept`: how long each is kept; at its term it is destroyed, and with the last of a month that month's key."""

    def __init__(self, app: ServiceApplication, kept: timedelta) -> None:
        self._app, self._kept = app, kept

    def record(self, read: AccessRecord) -> None:
        """Committed when this returns. Raises PersistenceError, or Erased when the month's key is gone."""
        number, now = uuid7(), self._app.clock.now()
        key = motive = None
        if read.motive:
            key = uuid5(NAMESPACE_OID, f"consultations of {self._app.service} {now:%Y-%m}")
            motive = self._ring(key).seal_bytes(key, read.motive.encode(), _bound(number))
        self._app.recorder.fetch(
            "INSERT INTO {schema}.consultations VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                number,
                now,
                read.actor.id,
                read.actor.role,
                read.actor.unit,
                read.under,
                read.operation,
                read.address,
                read.case,
                list(read.units),
                read.rows,
                read.correlation,
                key,
                motive,
            ),
        )

    def _ring(self, key: UUID) -> DataKeys:
        """The month's key, made by whoever reads first; of two at once, one finds the other's."""
        vault = self._app.vault
        ring = vault.keys({key})
        for key_id, wrapped in ring.new.items():
            made = self._app.recorder.fetch(
                "INSERT INTO {schema}.keys VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING key_id", (key_id, wrapped)
            )
            if not made:
                return vault.keys({key})
            vault.keep(ring)
        return ring

    def found(self, wanted: AccessLogQuery) -> list[dict[str, Any]]:
        """The newest first, each motive opened."""
        rows = self._app.recorder.fetch(
            "SELECT * FROM {schema}.consultations WHERE (%(case)s::uuid IS NULL OR case_id = %(case)s)"
            " AND (%(who)s::text IS NULL OR who = %(who)s) AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)"
            " AND (%(until)s::timestamptz IS NULL OR at < %(until)s)"
            " AND (%(units)s::text[] IS NULL OR units && %(units)s)"
            " AND (%(after)s::uuid IS NULL OR id < %(after)s) ORDER BY id DESC LIMIT %(limit)s",
            {
                "case": wanted.case,
                "who": wanted.who,
                "since": wanted.since,
                "until": wanted.until,
                "units": None if wanted.units is None else list(wanted.units),
                "after": wanted.after,
                "limit": wanted.limit,
            },
        )
        return [row | {"motive": self._opened(row)} for row in rows]

    def _opened(self, row: dict[str, Any]) -> str | None:
        if row["motive"] is None:
            return None
        return self._app.vault.open_bytes(row["key_id"], row["motive"], _bound(row["id"])).decode()

    def forget(self) -> None:
        """Destroys what is older than it is kept, and records how much that was."""
        (gone,) = self._app.recorder.fetch(
            "WITH gone AS (DELETE FROM {schema}.consultations WHERE at < %(term)s RETURNING key_id),"
            " closed AS (UPDATE {schema}.keys k SET wrapped = NULL WHERE key_id IN (SELECT key_id FROM gone)"
            " AND NOT EXISTS (SELECT FROM {schema}.consultations c WHERE c.key_id = k.key_id AND c.at >= %(term)s)"
            " RETURNING key_id)"
            " SELECT (SELECT count(*) FROM gone) AS rows, ARRAY(SELECT key_id FROM closed) AS keys",
            {"term": self._app.clock.now() - self._kept},
        )
        for key in gone["keys"]:
            self._app.vault.forget(key)
        if gone["rows"]:
            ourselves = Actor(f"service:{self._app.service}", Role.SERVICE)
            self.record(
                AccessRecord(
                    ourselves, None, operation=EXPIRED_OPERATION, address="", correlation=uuid7(), rows=gone["rows"]
                )
            )


def _bound(number: UUID) -> str:
    return f"consultation {number}"
