"""Seals of the access log: once a day is over, the number of its entries and their hash become an event.

Audit's ledger commits to it as to every event, so that an entry that is deleted or altered afterwards is missed. What
this service recorded of a read is not in the event."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Context, Decider, Role, event, paris_date, start_of_day
from shared.kernel.events import command
from shared.kernel.frozen import frozen

SETTLING_TIME = timedelta(hours=1)
"""After the end of a day, in which a read of that day may still be committed, or recorded by a clock that is behind."""
COLUMNS = (
    *("id", "at", "actor", "role", "unit", "right_id", "operation", "address", "case_id", "units", "rows"),
    *("correlation", "key_id", "reason"),
)
"""What is hashed of an entry, in this order: all of it, the reason as it is encrypted."""


class SealsAltered(Exception):
    """A seal is not what was recorded."""


@event("access-log-sealed", label="Lectures d’une journée comptées et scellées")
class AccessLogSealed:
    """`day`: of Paris. `digest`: SHA-256 of its entries, in hexadecimal."""

    day: date
    entries: int
    digest: str


@command(leads_to=(AccessLogSealed,))
class SealAccessLog:
    day: date
    entries: int
    digest: str


@frozen
class SealedAccessLog:
    """`until`: the last day that is sealed."""

    until: date | None = None


def decide(log: SealedAccessLog, command: SealAccessLog, _context: Context) -> list[AccessLogSealed]:
    """A day is sealed once, and days in their order."""
    if log.until is not None and command.day <= log.until:
        return []
    return [AccessLogSealed(command.day, command.entries, digest=command.digest)]


def evolve(_log: SealedAccessLog, event: AccessLogSealed) -> SealedAccessLog:
    return SealedAccessLog(event.day)


seal_decider: Decider[SealedAccessLog] = Decider(
    "access-log-seal",
    SealedAccessLog(),
    decide=decide,
    evolve=evolve,
    commands=(SealAccessLog,),
    events=(AccessLogSealed,),
)


def seal_stream_id(service: str) -> UUID:
    return uuid5(NAMESPACE_OID, f"seals of the access log of {service}")


def access_log_id(service: str) -> UUID:
    """Stands for a case in the headers of the seals."""
    return uuid5(NAMESPACE_OID, f"access log of {service}")


def seal_access_log(app: ServiceApplication) -> list[date]:
    """Seals the days that are over and have entries, the oldest first. Returns them; of two replicas at once, one
    records a day."""
    stream, service = seal_stream_id(app.service), Actor(f"service:{app.service}", Role.SERVICE)
    sealed = []
    for day in unsealed_days(app, app.load(seal_decider, stream).state.until):
        entries, digest = fingerprint(app, day)
        context = app.context(access_log_id(app.service), service)
        if app.handle(seal_decider, stream, SealAccessLog(day, entries, digest=digest), context).events:
            sealed.append(day)
    return sealed


@dataclass(frozen=True, slots=True)
class VerifiedDay:
    """What a seal says of a day, and what the access log holds of it now. `sealed` is null for a day that is over and
    was not sealed yet."""

    day: date
    sealed: int | None
    found: int
    matches: bool


def read_seals(app: ServiceApplication) -> list[AccessLogSealed]:
    """The seals that this service recorded, in the order of the days."""
    return [recorded.data for _, recorded in app.events_of(app.recorder.entries_of_stream(seal_stream_id(app.service)))]


def verify_access_log(
    app: ServiceApplication, seals: Iterable[AccessLogSealed], retention: timedelta
) -> Iterator[VerifiedDay]:
    """Each day that is over and of which no entry is past its term, compared with its seal."""
    oldest, until = app.clock.now() - retention, None
    for seal in seals:
        until = seal.day
        if start_of_day(seal.day) >= oldest:
            entries, digest = fingerprint(app, seal.day)
            matches = (entries, digest) == (seal.entries, seal.digest)
            yield VerifiedDay(seal.day, seal.entries, found=entries, matches=matches)
    for day in unsealed_days(app, until):
        yield VerifiedDay(day, None, found=fingerprint(app, day)[0], matches=False)


def unsealed_days(app: ServiceApplication, until: date | None) -> Iterator[date]:
    """The days with entries after `until` that are over."""
    day = until
    while (day := _next_day_with_entries(app, day)) and start_of_next_day(day) + SETTLING_TIME <= app.clock.now():
        yield day


def _next_day_with_entries(app: ServiceApplication, day: date | None) -> date | None:
    statement = "SELECT min(at) AS at FROM {schema}.access_log WHERE %(start)s::timestamptz IS NULL OR at >= %(start)s"
    (row,) = app.recorder.fetch(statement, {"start": start_of_next_day(day) if day else None})
    return paris_date(row["at"]) if row["at"] else None


def start_of_next_day(day: date) -> datetime:
    return start_of_day(day + timedelta(days=1))


def fingerprint(app: ServiceApplication, day: date) -> tuple[int, str]:
    """How many entries a day has, and the SHA-256 of them all in the order of time."""
    count, digest = 0, sha256()
    rows = app.recorder.stream_rows(
        f"SELECT {', '.join(COLUMNS)} FROM {{schema}}.access_log WHERE at >= %s AND at < %s ORDER BY at, id",  # noqa: S608
        (start_of_day(day), start_of_next_day(day)),
    )
    for count, row in enumerate(rows, 1):  # noqa: B007  the last one is the count
        digest.update(json.dumps([_plain(row[column]) for column in COLUMNS], ensure_ascii=False).encode() + b"\n")
    return count, digest.hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case None | int() | str() | list():
            return value
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case bytes():
            return value.hex()
    raise TypeError(f"{type(value).__name__} has no canonical form")
