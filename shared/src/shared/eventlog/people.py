"""Which events tell of a person, and who is found by a name? Rows beside the log, where words are keyed hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.eventlog.keys import Erased, Vault
from shared.eventlog.mapper import RecordedEvent
from shared.events import name_of
from shared.folding import folded
from shared.sealed import Personal, sealed_in

if TYPE_CHECKING:
    from shared.eventlog.application import ServiceApplication
    from shared.eventlog.log import ServiceLog

INDEXED = "people:v1"
"""Marks, among the views, how far the log was read for people before each append did it itself."""


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody whom the words may mean: told of in these cases."""

    person: UUID
    cases: tuple[UUID, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """One value that tells of a person: in which event of which case, and since when."""

    case: UUID
    stream: UUID
    version: int
    event: str
    label: str
    path: str
    recorded_at: datetime
    value: str


def people_rows(vault: Vault, recorded: RecordedEvent[Any]) -> Iterator[dict[str, Any]]:
    """For append.sql: a row for each personal value of an event; nothing of whom nobody knows any more."""
    for path, value in sealed_in(recorded.data):
        if isinstance(value, Personal):
            with suppress(Erased):
                yield {
                    "person": str(value.key),
                    "stream": str(recorded.originator_id),
                    "version": recorded.originator_version,
                    "path": path,
                    "case_id": str(recorded.meta.case),
                    "words": hashed(vault, vault.open(value)),
                }


def hashed(vault: Vault, text: str) -> list[str]:
    """Each word of a text, as only this deployment can recognise it: accents, capitals and hyphens do not count."""
    return sorted({vault.keyed_hash(f"a person's word: {word}") for word in re.findall(r"\w+", folded(text))})


def found(app: ServiceApplication, text: str, limit: int = 50) -> list[Found]:
    """Those of whom some value holds all these words, the latest first."""
    rows = app.recorder.fetch(
        "SELECT p.person, array_agg(DISTINCT p.case_id) AS cases, min(e.recorded_at) AS since"
        " FROM {schema}.people p JOIN {events} e ON (e.originator_id, e.originator_version) = (p.stream, p.version)"
        " WHERE p.person IN (SELECT q.person FROM {schema}.people q WHERE q.words @> %s AND q.words <> '{{}}')"
        " GROUP BY p.person ORDER BY since DESC, p.person LIMIT %s",
        (hashed(app.vault, text), limit),
    )
    return [Found(row["person"], tuple(row["cases"]), row["since"].astimezone(UTC)) for row in rows]


def held(app: ServiceApplication, person: UUID) -> list[Held]:
    """Everything that this service recorded under a person's key, in order; nothing once it was erased."""
    rows = app.recorder.fetch(
        "SELECT p.stream, p.version FROM {schema}.people p"
        " JOIN {events} e ON (e.originator_id, e.originator_version) = (p.stream, p.version)"
        " WHERE p.person = %s GROUP BY p.stream, p.version, e.position ORDER BY e.position",
        (person,),
    )
    return [each for row in rows for each in _in_event(app, person, row["stream"], row["version"])]


def _in_event(app: ServiceApplication, person: UUID, stream: UUID, version: int) -> Iterator[Held]:
    entries = [e for e in app.recorder.entries_of_stream(stream) if e.originator_version == version]
    for entry, event in app.events_of(entries):
        for path, value in sealed_in(event.data):
            if isinstance(value, Personal) and UUID(str(value.key)) == person:
                name = name_of(event.data)
                yield Held(
                    entry.case_id,
                    stream,
                    version,
                    name.name,
                    name.label,
                    path,
                    entry.recorded_at,
                    app.vault.shown(value),
                )


def cases_of(app: ServiceApplication, person: UUID) -> list[UUID]:
    """The cases that tell of a person."""
    rows = app.recorder.fetch(
        "SELECT DISTINCT case_id FROM {schema}.people WHERE person = %s ORDER BY case_id", (person,)
    )
    return [row["case_id"] for row in rows]


def only_in(app: ServiceApplication, case: UUID) -> list[UUID]:
    """Those of whom no other case tells, but for cases that are destroyed."""
    rows = app.recorder.fetch(
        "SELECT DISTINCT p.person FROM {schema}.people p WHERE p.case_id = %(case)s AND NOT EXISTS (SELECT"
        " FROM {schema}.people o WHERE o.person = p.person AND o.case_id <> %(case)s AND NOT EXISTS (SELECT"
        " FROM {schema}.keys k WHERE k.key_id = o.case_id AND k.wrapped IS NULL)) ORDER BY p.person",
        {"case": case},
    )
    return [row["person"] for row in rows]


def values_of(app: ServiceApplication, person: UUID) -> int:
    """How many values this service holds under a person's key."""
    (row,) = app.recorder.fetch("SELECT count(*) FROM {schema}.people WHERE person = %s", (person,))
    return int(row["count"])


def is_something_else(app: ServiceApplication, id: UUID) -> bool:  # noqa: A002
    """A key of this service that tells of no person: of a dossier, whose free text it seals."""
    rows = app.recorder.fetch(
        "SELECT 1 FROM {schema}.keys k WHERE k.key_id = %(id)s AND k.wrapped IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM {schema}.people p WHERE p.person = k.key_id)",
        {"id": id},
    )
    return bool(rows)


def index(app: ServiceLog) -> None:
    """The migration step, one program at a time: a log that was begun before its people were indexed is read once."""
    after = 0
    with app.recorder.datastore.get_connection() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('people ' || current_schema(), 0))")
        if connection.execute("SELECT 1 FROM viewed WHERE view = %s", (INDEXED,)).fetchone():
            return
        while entries := app.recorder.select_notifications(after, 500, inclusive_of_start=False):
            for _, event in app.events_of(entries):
                connection.cursor().executemany(
                    "INSERT INTO people VALUES (%(person)s, %(stream)s, %(version)s, %(path)s, %(case_id)s, %(words)s)"
                    " ON CONFLICT DO NOTHING",
                    list(people_rows(app.vault, event)),
                )
            after = entries[-1].id
        connection.execute("INSERT INTO viewed VALUES (%s, %s)", (INDEXED, after))
