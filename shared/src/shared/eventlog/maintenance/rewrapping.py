"""Replacement of the sealing key: data keys are rewrapped under the new one, and no value is encrypted again."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import psycopg

from shared.crypto import HASH_KEY_ID
from shared.eventlog.application import ServiceApplication

BATCH_KEYS = 500


def rewrap_keys(app: ServiceApplication) -> Iterator[tuple[int, int]]:
    """How many keys were read and how many rewrapped, after each batch. A second run starts again.

    Meant to run while the service does, whose processes know both keys: what is destroyed meanwhile stays destroyed.
    Raises ValueError for a key that neither opens."""
    app.recorder.fetch(
        "INSERT INTO {schema}.data_keys VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (HASH_KEY_ID, app.key_store.wrapped_hash_key()),
    )
    after, seen, done = UUID(int=0), 1, _rewrap(app, app.recorder.wrapped_keys([HASH_KEY_ID]))
    yield seen, done
    while rows := app.recorder.fetch(
        "SELECT key_id, wrapped FROM {schema}.data_keys WHERE key_id > %s AND wrapped IS NOT NULL"
        " ORDER BY key_id LIMIT %s",
        (after, BATCH_KEYS),
    ):
        done += _rewrap(app, {row["key_id"]: row["wrapped"] for row in rows})
        seen, after = seen + len(rows), rows[-1]["key_id"]
        yield seen, done
    with psycopg.connect(app.conninfo, autocommit=True) as connection:
        connection.execute("VACUUM data_keys")  # what was wrapped under the former key leaves the table's pages


def _rewrap(app: ServiceApplication, wrapped: dict[UUID, bytes | None]) -> int:
    changed = [
        (rewrapped, key, old) for key, old in wrapped.items() if old and (rewrapped := app.key_store.rewrap(key, old))
    ]
    with app.recorder.datastore.get_connection() as connection, connection.transaction():
        connection.cursor().executemany("UPDATE data_keys SET wrapped = %s WHERE key_id = %s AND wrapped = %s", changed)
    return len(changed)
