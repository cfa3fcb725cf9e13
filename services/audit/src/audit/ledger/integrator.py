"""How does audit's log become the ledger's leaves? In its order, by batches, each in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg

from audit.domain import EventHeard
from audit.ledger.proof import SALT, Opening
from audit.ledger.tiles import edge_of, grown
from audit.ledger.tree import leaf_hash
from shared.eventlog.application import ServiceApplication

BATCH = 1000


class _Hashed(msgspec.Struct):
    payload_hash: str


_hashed = msgspec.json.Decoder(_Hashed).decode


def integrate(app: ServiceApplication) -> bool:
    """One batch; replicas take turns on the ledger's row. True when there may be more."""
    recorder = app.recorder
    with recorder.datastore.get_connection() as connection, connection.transaction():
        ledger = connection.execute("SELECT position, size FROM ledger FOR UPDATE").fetchone()
        assert ledger is not None
        entries = recorder.select_notifications(ledger["position"], BATCH, inclusive_of_start=False)
        if not entries:
            return False
        heard = [event for _, event in app.events_of(entries) if isinstance(event.data, EventHeard)]
        openings = [opening_of(event.data, secrets.token_bytes(SALT)) for event in heard]
        append(connection, ledger["size"], [event.originator_id for event in heard], openings)
        connection.execute(
            "UPDATE ledger SET position = %s, size = size + %s", (entries[-1].id, len(openings)), prepare=True
        )
    return len(entries) == BATCH


def opening_of(event: EventHeard, salt: bytes) -> Opening:
    header = event.header.encode()
    return Opening(salt, header, bytes.fromhex(_hashed(header).payload_hash))


def append(
    connection: psycopg.Connection[Any], size: int, event_ids: Sequence[Any], openings: Sequence[Opening]
) -> None:
    entries = [opening.entry for opening in openings]
    connection.execute(
        "INSERT INTO leaves SELECT %b::bigint + nth - 1, event_id, salt, entry"
        " FROM unnest(%b::uuid[], %b::bytea[], %b::bytea[]) WITH ORDINALITY AS l(event_id, salt, entry, nth)",
        (size, list(event_ids), [opening.salt for opening in openings], entries),
        prepare=True,
    )
    places = edge_of(size)
    rows = connection.execute(
        "SELECT level, hashes FROM tiles WHERE (level, n) IN (SELECT * FROM unnest(%b::smallint[], %b::bigint[]))",
        ([level for level, _ in places.values()], [n for _, n in places.values()]),
        prepare=True,
        binary=True,
    ).fetchall()
    tiles = grown({row["level"]: row["hashes"] for row in rows}, size, map(leaf_hash, entries))
    connection.execute(
        "INSERT INTO tiles SELECT * FROM unnest(%b::smallint[], %b::bigint[], %b::bytea[])"
        " ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes",
        ([level for level, _ in tiles], [n for _, n in tiles], list(tiles.values())),
        prepare=True,
    )
