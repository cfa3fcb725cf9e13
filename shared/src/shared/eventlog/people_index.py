"""Which events tell of a person? Rows beside the log, where words are keyed hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from shared.crypto import KeyErased, KeyStore
from shared.eventlog.mapper import EventMapper, RecordedEvent
from shared.eventlog.recorder import LogRecorder
from shared.kernel import PersonalData, encrypted_values, fold_text

INDEXED_TABLE = "people:v1"
"""Marks, among the views, how far the log was read for people before each append did it itself."""


def people_rows(key_store: KeyStore, recorded: RecordedEvent[Any]) -> Iterator[dict[str, Any]]:
    """For append.sql: a row for each personal value of an event; nothing of whom nobody knows any more."""
    for path, value in encrypted_values(recorded.data):
        if isinstance(value, PersonalData):
            with suppress(KeyErased):
                yield {
                    "person": str(value.key),
                    "stream": str(recorded.originator_id),
                    "version": recorded.originator_version,
                    "path": path,
                    "case_id": str(recorded.meta.case),
                    "words": hash_words(key_store, key_store.decrypt(value)),
                }


def hash_words(key_store: KeyStore, text: str) -> list[str]:
    """Each word of a text, as only this deployment can recognise it: accents, capitals and hyphens do not count."""
    return sorted({key_store.keyed_hash(f"a person's word: {word}") for word in re.findall(r"\w+", fold_text(text))})


def index_people(recorder: LogRecorder, mapper: EventMapper, key_store: KeyStore) -> None:
    """The migration step, one program at a time: a log that was begun before its people were indexed is read once."""
    after = 0
    with recorder.datastore.get_connection() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('people ' || current_schema(), 0))")
        if connection.execute(
            "SELECT 1 FROM projection_checkpoints WHERE projection = %s", (INDEXED_TABLE,)
        ).fetchone():
            return
        while entries := recorder.select_notifications(after, 500, inclusive_of_start=False):
            for entry in entries:
                connection.cursor().executemany(
                    "INSERT INTO people_index VALUES (%(person)s, %(stream)s, %(version)s, %(path)s, %(case_id)s,"
                    " %(words)s) ON CONFLICT DO NOTHING",
                    list(people_rows(key_store, mapper.to_domain_event(entry))),
                )
            after = entries[-1].id
        connection.execute("INSERT INTO projection_checkpoints VALUES (%s, %s)", (INDEXED_TABLE, after))
