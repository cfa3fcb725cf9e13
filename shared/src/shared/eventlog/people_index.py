"""The people index: which events hold data of which person. Words are keyed hashes (blind index)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from shared.crypto import KeyErased, KeyStore
from shared.eventlog.mapper import EventMapper, RecordedEvent
from shared.eventlog.people_words import stored_words
from shared.eventlog.storage.recorder import LogRecorder
from shared.kernel import Encrypted, PersonalData, encrypted_values

INDEXED_TABLE = "people:v2"
"""The checkpoint, among those of projections, of indexing by these words. Each append indexes its events since."""


def people_rows(
    key_store: KeyStore, recorded: RecordedEvent[Any], values: Iterable[tuple[str, Encrypted]]
) -> Iterator[dict[str, Any]]:
    """For append.sql: a row for each personal value of an event, except those whose key is destroyed. `values`: the
    encrypted ones of the event, with their paths."""
    for path, value in values:
        if isinstance(value, PersonalData):
            with suppress(KeyErased):
                yield {
                    "person": value.key,
                    "stream": recorded.originator_id,
                    "version": recorded.originator_version,
                    "path": path,
                    "case_id": recorded.meta.case,
                    "words": hash_words(key_store, stored_words(key_store.decrypt(value))),
                }


def hash_words(key_store: KeyStore, words: Iterable[str]) -> list[str]:
    """The keyed hash of each word."""
    return sorted({key_store.keyed_hash(f"a person's word: {word}") for word in words})


def index_people(recorder: LogRecorder, mapper: EventMapper, key_store: KeyStore) -> None:
    """The migration step, one program at a time: reads once a log that was begun before this version of the index."""
    after = 0
    with recorder.datastore.get_connection() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('people ' || current_schema(), 0))")
        if connection.execute(
            "SELECT 1 FROM projection_checkpoints WHERE projection = %s", (INDEXED_TABLE,)
        ).fetchone():
            return
        while entries := recorder.select_notifications(after, 500, inclusive_of_start=False):
            for entry in entries:
                recorded = mapper.to_domain_event(entry)
                connection.cursor().executemany(
                    "INSERT INTO people_index VALUES (%(person)s, %(stream)s, %(version)s, %(path)s, %(case_id)s,"
                    " %(words)s) ON CONFLICT (person, stream, version, path) DO UPDATE SET words = excluded.words",
                    list(people_rows(key_store, recorded, encrypted_values(recorded.data))),
                )
            after = entries[-1].id
        connection.execute("INSERT INTO projection_checkpoints VALUES (%s, %s)", (INDEXED_TABLE, after))
