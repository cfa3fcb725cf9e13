"""Integration of audit's log into the ledger: one leaf per event, in the order of the log, a batch per transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg

from audit.domain import EventReceived, ReceiveEvent
from audit.ledger.opening import SALT_BYTES, CommittedBody, Opening
from audit.ledger.store import Leaf
from audit.tlog import extend_tiles, leaf_hash, partial_tiles
from shared.eventlog import ServiceApplication
from shared.telemetry import is_tracing, span

BATCH_EVENTS = 1000


def integrate(app: ServiceApplication) -> bool:
    """Integrates one batch; replicas take turns on the ledger's row. True when there may be more.

    Events are read before the lock, which writes to the disk: where nothing is new, it is not taken."""
    recorder = app.recorder
    (ledger,) = recorder.fetch("SELECT position, size FROM {schema}.ledger")
    stored = recorder.stored_after(ledger["position"], BATCH_EVENTS)
    if not stored:
        return False
    received = [
        (stream, event)
        for _, stream, version, topic, state in stored
        if isinstance(event := app.mapper.to_data(stream, version, topic, state), EventReceived)
    ]
    salts = _draw_salts(2 * len(received))
    body_salts = [None if event.body is None else next(salts) for _, event in received]
    openings = [
        _opening(event, next(salts), body_salt) for (_, event), body_salt in zip(received, body_salts, strict=True)
    ]
    with recorder.datastore.get_connection() as connection, connection.transaction():
        locked = connection.execute("SELECT position, size FROM ledger FOR UPDATE").fetchone()
        if locked != ledger:  # another replica has integrated them meanwhile
            return True
        append_leaves(connection, ledger["size"], [stream for stream, _ in received], openings, body_salts)
        connection.execute(
            "UPDATE ledger SET position = %s, size = size + %s", (stored[-1][0], len(openings)), prepare=True
        )
    if is_tracing():
        _trace(recorder.traceparents([position for position, *_ in stored]))
    return len(stored) == BATCH_EVENTS


def _trace(traceparents: Mapping[int, str]) -> None:
    """The end of the way of an event: its leaf is in the ledger."""
    for position, traceparent in traceparents.items():
        with span("integrate in the ledger", parent=traceparent, position=position):
            pass


def _draw_salts(count: int) -> Iterator[bytes]:
    """So many random salts, drawn at once: each draw is a call of the system."""
    drawn = secrets.token_bytes(count * SALT_BYTES)
    return (drawn[at : at + SALT_BYTES] for at in range(0, len(drawn), SALT_BYTES))


def build_opening(event: EventReceived | ReceiveEvent, leaf: Leaf) -> Opening:
    """It opens the leaf's entry as long as neither the event nor the leaf was altered."""
    return _opening(event, leaf.salt, leaf.body_salt)


def is_committed(leaf: Leaf, event: EventReceived | ReceiveEvent) -> bool:
    """Whether this is what the leaf committed to."""
    return build_opening(event, leaf).entry == leaf.entry


def build_committed_body(event: EventReceived | ReceiveEvent, leaf: Leaf) -> CommittedBody | None:
    """The public body that the leaf's opening commits to; None without one."""
    return None if event.body is None else CommittedBody(leaf.body_salt or b"", event.body)


def _opening(event: EventReceived | ReceiveEvent, salt: bytes, body_salt: bytes | None) -> Opening:
    body = None if event.body is None else CommittedBody(body_salt or b"", event.body).commitment
    return Opening(salt, event.header.encode(), label=event.label, contract=event.contract, body=body)


def append_leaves(
    connection: psycopg.Connection[Any],
    size: int,
    event_ids: Sequence[Any],
    openings: Sequence[Opening],
    body_salts: Sequence[bytes | None],
) -> None:
    """`size`: of the ledger before."""
    entries = [opening.entry for opening in openings]
    connection.execute(
        "INSERT INTO leaves (index, event_id, salt, entry, body_salt)"
        " SELECT %b::bigint + nth - 1, event_id, salt, entry, body_salt"
        " FROM unnest(%b::uuid[], %b::bytea[], %b::bytea[], %b::bytea[])"
        " WITH ORDINALITY AS l(event_id, salt, entry, body_salt, nth)",
        (size, list(event_ids), [opening.salt for opening in openings], entries, list(body_salts)),
        prepare=True,
    )
    keys = partial_tiles(size)
    rows = connection.execute(
        "SELECT level, hashes FROM tiles WHERE (level, n) IN (SELECT * FROM unnest(%b::smallint[], %b::bigint[]))",
        ([level for level, _ in keys.values()], [n for _, n in keys.values()]),
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
