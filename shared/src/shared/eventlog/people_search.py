"""Searches for persons by name, and the data recorded about one person (GDPR, article 15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from shared.eventlog.application import ServiceApplication
from shared.eventlog.people_index import hash_words
from shared.eventlog.people_words import searched_words
from shared.kernel import PersonalData, encrypted_values, event_name


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person whose data match the words, and the cases that name them. `since`: the first record."""

    person: UUID
    cases: tuple[UUID, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class PersonalValue:
    """One recorded value about a person: in which event of which case, and since when."""

    case: UUID
    stream: UUID
    version: int
    event: str
    label: str
    path: str
    recorded_at: datetime
    value: str


def find_people(
    app: ServiceApplication, text: str, covers: Callable[[UUID], bool] = lambda _: True, limit: int = 50
) -> list[FoundPerson]:
    """The persons with a value that contains all these words, the latest first. `covers`: whether the searcher's right
    covers a case; a person is found by the values in these alone."""
    sought = [hash_words(app.key_store, words) for words in searched_words(text)]
    if not sought:
        return []
    matches = " OR ".join(f"{{row}}.words @> %(words{number})s" for number in range(len(sought)))
    rows = app.recorder.fetch(
        "SELECT p.person, array_agg(DISTINCT p.case_id) AS cases, min(e.recorded_at) AS since,"  # noqa: S608
        f" array_agg(DISTINCT p.case_id) FILTER (WHERE {matches.format(row='p')}) AS matching"
        " FROM {schema}.people_index p"
        " JOIN {events} e ON (e.originator_id, e.originator_version) = (p.stream, p.version)"
        f" WHERE p.person IN (SELECT q.person FROM {{schema}}.people_index q WHERE {matches.format(row='q')})"
        " GROUP BY p.person ORDER BY since DESC, p.person",
        {f"words{number}": words for number, words in enumerate(sought)},
    )
    found = (row for row in rows if any(covers(case) for case in row["matching"]))
    return [
        FoundPerson(row["person"], tuple(row["cases"]), since=row["since"].astimezone(UTC))
        for row in islice(found, limit)
    ]


def personal_data_of(app: ServiceApplication, person: UUID) -> list[PersonalValue]:
    """Everything that this service recorded under a person's key, in order; nothing once it was erased."""
    rows = app.recorder.fetch(
        "SELECT p.stream, p.version FROM {schema}.people_index p"
        " JOIN {events} e ON (e.originator_id, e.originator_version) = (p.stream, p.version)"
        " WHERE p.person = %s GROUP BY p.stream, p.version, e.position ORDER BY e.position",
        (person,),
    )
    return [each for row in rows for each in _in_event(app, person, row["stream"], row["version"])]


def _in_event(app: ServiceApplication, person: UUID, stream: UUID, version: int) -> Iterator[PersonalValue]:
    entries = [e for e in app.recorder.entries_of_stream(stream) if e.originator_version == version]
    for entry, event in app.events_of(entries):
        for path, value in encrypted_values(event.data):
            if isinstance(value, PersonalData) and UUID(str(value.key)) == person:
                name = event_name(event.data)
                yield PersonalValue(
                    entry.case_id,
                    stream,
                    version=version,
                    event=name.name,
                    label=name.label,
                    path=path,
                    recorded_at=entry.recorded_at,
                    value=app.key_store.display_text(value),
                )


def cases_of_person(app: ServiceApplication, person: UUID) -> list[UUID]:
    """The cases that name a person."""
    rows = app.recorder.fetch(
        "SELECT DISTINCT case_id FROM {schema}.people_index WHERE person = %s ORDER BY case_id", (person,)
    )
    return [row["case_id"] for row in rows]


def people_only_in(app: ServiceApplication, case: UUID) -> list[UUID]:
    """The persons whom no other case names, destroyed cases aside."""
    rows = app.recorder.fetch(
        "SELECT DISTINCT p.person FROM {schema}.people_index p WHERE p.case_id = %(case)s AND NOT EXISTS (SELECT"
        " FROM {schema}.people_index o WHERE o.person = p.person AND o.case_id <> %(case)s AND NOT EXISTS (SELECT"
        " FROM {schema}.data_keys k WHERE k.key_id = o.case_id AND k.wrapped IS NULL)) ORDER BY p.person",
        {"case": case},
    )
    return [row["person"] for row in rows]


def count_values_of(app: ServiceApplication, person: UUID) -> int:
    """How many values are encrypted under a person's key."""
    (row,) = app.recorder.fetch("SELECT count(*) FROM {schema}.people_index WHERE person = %s", (person,))
    return int(row["count"])


def is_case_key(app: ServiceApplication, id: UUID) -> bool:  # noqa: A002
    """Whether the key is a case's, which encrypts free text, and not a person's."""
    rows = app.recorder.fetch(
        "SELECT 1 FROM {schema}.data_keys k WHERE k.key_id = %(id)s AND k.wrapped IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM {schema}.people_index p WHERE p.person = k.key_id)",
        {"id": id},
    )
    return bool(rows)
