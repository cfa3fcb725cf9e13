"""Tables of the ledger, read from audit's database: tiles, leaves, checkpoints, cosignatures, successions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from audit.tlog import (
    HASH_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    SubtreeHash,
    TileAddress,
    find_needed_tiles,
    subtree_hashes,
)
from shared.eventlog import LogRecorder

T = TypeVar("T")
SELECT_CHECKPOINT = "SELECT size, note, key FROM {schema}.checkpoints "
RECENT_CHECKPOINTS = 100
"""Checkpoints among which the one with most cosignatures is chosen: witnesses answer within seconds."""


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint as it was signed: `key` verifies `note`."""

    size: int
    note: str
    key: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """`body_salt`: of the event's public body, if it has one."""

    index: int
    salt: bytes
    entry: bytes
    body_salt: bytes | None = None


class Ledger:
    def __init__(self, recorder: LogRecorder) -> None:
        self._recorder = recorder

    def newest_checkpoint(self, size: int | None = None) -> SignedCheckpoint | None:
        """The last checkpoint signed; with a size, the last one of that size."""
        if size is None:
            rows = self._recorder.fetch(SELECT_CHECKPOINT + "ORDER BY nth DESC LIMIT 1")
        else:
            rows = self._recorder.fetch(SELECT_CHECKPOINT + "WHERE size = %s ORDER BY nth DESC LIMIT 1", (size,))
        return SignedCheckpoint(**rows[0]) if rows else None

    def with_cosignatures(self, checkpoint: SignedCheckpoint) -> SignedCheckpoint:
        """The same checkpoint, followed by the signature lines of its witnesses."""
        rows = self._recorder.fetch(
            "SELECT line FROM {schema}.cosignatures WHERE size = %s ORDER BY witness", (checkpoint.size,)
        )
        return replace(checkpoint, note=checkpoint.note + "".join(row["line"] for row in rows))

    def most_cosigned_checkpoint(self, index: int) -> SignedCheckpoint | None:
        """Among the last checkpoints that include a leaf, the newest of those that most witnesses have cosigned."""
        rows = self._recorder.fetch(
            "SELECT size, note, key FROM (SELECT * FROM {schema}.checkpoints ORDER BY nth DESC LIMIT %s) c"
            " WHERE size > %s"
            " ORDER BY (SELECT count(*) FROM {schema}.cosignatures s WHERE s.size = c.size) DESC, nth DESC LIMIT 1",
            (RECENT_CHECKPOINTS, index),
        )
        return self.with_cosignatures(SignedCheckpoint(**rows[0])) if rows else None

    def last_cosigned_size(self, witness: str) -> int | None:
        rows = self._recorder.fetch(
            "SELECT max(size) AS size FROM {schema}.cosignatures WHERE witness = %s", (witness,)
        )
        size: int | None = rows[0]["size"]
        return size

    def add_cosignature(self, size: int, witness: str, line: str) -> None:
        self._recorder.fetch(
            "INSERT INTO {schema}.cosignatures (witness, size, line) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (witness, size, line),
        )

    def witnesses(self) -> list[str]:
        """The keys of the witnesses that are asked to cosign."""
        return [row["witness"] for row in self._recorder.fetch("SELECT witness FROM {schema}.witnesses ORDER BY 1")]

    def successions(self) -> list[str]:
        """Signed notes, the first key's first."""
        return [row["note"] for row in self._recorder.fetch("SELECT note FROM {schema}.successions ORDER BY nth")]

    def compute(self, compute: Callable[[SubtreeHash], T]) -> T:
        """Runs a computation on the tree, with one query for its tiles. Raises KeyError when the tree is too small."""
        keys = list(find_needed_tiles(compute))
        rows = self._recorder.fetch(
            "SELECT level, n, hashes FROM {schema}.tiles"
            " WHERE (level, n) IN (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))",
            ([level for level, _ in keys], [n for _, n in keys]),
        )
        return compute(subtree_hashes({(row["level"], row["n"]): bytes(row["hashes"]) for row in rows}))

    def tile(self, address: TileAddress) -> bytes:
        """Exactly what the address names; the caller has checked that it is within a signed size."""
        if address.level is None:
            return b"".join(HASH_BYTES.to_bytes(2) + entry for entry in self._entries(address))
        rows = self._recorder.fetch(
            "SELECT hashes FROM {schema}.tiles WHERE (level, n) = (%s, %s)", (address.level, address.n)
        )
        return bytes(rows[0]["hashes"])[: address.width * HASH_BYTES]

    def leaf(self, event: UUID) -> Leaf | None:
        return self.leaves([event]).get(event)

    def leaves(self, events: Sequence[UUID]) -> dict[UUID, Leaf]:
        """Of these events, those that are integrated."""
        rows = self._recorder.fetch(
            "SELECT event_id, index, salt, entry, body_salt FROM {schema}.leaves WHERE event_id = ANY(%s)",
            (list(events),),
        )
        return {row.pop("event_id"): Leaf(**row) for row in rows}

    def leaves_and_position(self, events: Sequence[UUID]) -> tuple[dict[UUID, Leaf], int]:
        """The leaves of these events, and up to which position audit's log was integrated when they were read."""
        rows = self._recorder.fetch(
            "SELECT position, event_id, index, salt, entry, body_salt FROM {schema}.ledger"
            " LEFT JOIN {schema}.leaves ON event_id = ANY(%s)",
            (list(events),),
        )
        position = max(row.pop("position") for row in rows)
        return {row.pop("event_id"): Leaf(**row) for row in rows if row["event_id"]}, position

    def _entries(self, address: TileAddress) -> list[Any]:
        first = address.n << TILE_HEIGHT
        rows = self._recorder.fetch(
            "SELECT entry FROM {schema}.leaves WHERE index >= %s AND index < %s ORDER BY index",
            (first, first + min(address.width, TILE_WIDTH)),
        )
        return [row["entry"] for row in rows]
