"""How does audit's log become the ledger's leaves? In its order, by batches, each in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import psycopg

from audit.domain import EventReceived, ReceiveEvent
from audit.ledger.opening import SALT_BYTES, SECOND, CommittedBody, Opening
from audit.ledger.store import Leaf
from audit.tlog import VerificationError, extend_tiles, leaf_hash, partial_tiles
from shared.eventlog import ServiceApplication

BATCH_EVENTS = 1000


def integrate(app: ServiceApplication) -> bool:
    """One batch; replicas take turns on the ledger's row. True when there may be more."""
    recorder = app.recorder
    with recorder.datastore.get_connection() as connection, connection.transaction():
        ledger = connection.execute("SELECT position, size FROM ledger FOR UPDATE").fetchone()
        assert ledger is not None
        entries = recorder.select_notifications(ledger["position"], BATCH_EVENTS, inclusive_of_start=False)
        if not entries:
            return False
        heard = [event for _, event in app.events_of(entries) if isinstance(event.data, EventReceived)]
        salts = [secrets.token_bytes(SALT_BYTES) for _ in heard]
        body_salts = [None if event.data.body is None else secrets.token_bytes(SALT_BYTES) for event in heard]
        openings = [_opening(*each) for each in zip((event.data for event in heard), salts, body_salts, strict=True)]
        append_leaves(connection, ledger["size"], [event.originator_id for event in heard], openings, body_salts)
        connection.execute(
            "UPDATE ledger SET position = %s, size = size + %s", (entries[-1].id, len(openings)), prepare=True
        )
    return len(entries) == BATCH_EVENTS


def build_opening(heard: EventReceived | ReceiveEvent, leaf: Leaf) -> Opening:
    """In the form in which the leaf was made; it opens the leaf's entry as long as neither was altered."""
    return _opening(heard, leaf.salt, leaf.body_salt, leaf.form)


def is_committed(leaf: Leaf, heard: EventReceived | ReceiveEvent) -> bool:
    """Is this what the leaf committed to?"""
    try:
        return build_opening(heard, leaf).entry == leaf.entry
    except VerificationError:
        return False


def build_committed_body(heard: EventReceived | ReceiveEvent, leaf: Leaf) -> CommittedBody | None:
    """What the leaf's opening commits to beside the header, where there is anything."""
    if heard.body is None or leaf.form != SECOND:
        return None
    return CommittedBody(leaf.body_salt or b"", heard.body)


def _opening(heard: EventReceived | ReceiveEvent, salt: bytes, body_salt: bytes | None, form: int = SECOND) -> Opening:
    header = heard.header.encode()
    if form != SECOND:
        return Opening(salt, header, form=form)
    body = None if heard.body is None else CommittedBody(body_salt or b"", heard.body).commitment
    return Opening(salt, header, label=heard.label, contract=heard.contract, body=body)


def append_leaves(
    connection: psycopg.Connection[Any],
    size: int,
    event_ids: Sequence[Any],
    openings: Sequence[Opening],
    body_salts: Sequence[bytes | None],
) -> None:
    entries = [opening.entry for opening in openings]
    connection.execute(
        "INSERT INTO leaves (index, event_id, salt, entry, body_salt, form)"
        " SELECT %b::bigint + nth - 1, event_id, salt, entry, body_salt, %b::smallint"
        " FROM unnest(%b::uuid[], %b::bytea[], %b::bytea[], %b::bytea[])"
        " WITH ORDINALITY AS l(event_id, salt, entry, body_salt, nth)",
        (size, SECOND, list(event_ids), [opening.salt for opening in openings], entries, list(body_salts)),
        prepare=True,
    )
    places = partial_tiles(size)
    rows = connection.execute(
        "SELECT level, hashes FROM tiles WHERE (level, n) IN (SELECT * FROM unnest(%b::smallint[], %b::bigint[]))",
        ([level for level, _ in places.values()], [n for _, n in places.values()]),
        prepare=True,
        binary=True,
    ).fetchall()
    tiles = extend_tiles({row["level"]: row["hashes"] for row in rows}, size, map(leaf_hash, entries))
    connection.execute(
        "INSERT INTO tiles SELECT * FROM unnest(%b::smallint[], %b::bigint[], %b::bytea[])"
        " ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes",
        ([level for level, _ in tiles], [n for _, n in tiles], list(tiles.values())),
        prepare=True,
    )
