"""What does the ledger hold? Its tiles, leaves and checkpoints, read from audit's database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from audit.ledger.opening import SECOND
from audit.ledger.tiles import HEIGHT, WIDTH, Address, needed, subtrees
from audit.ledger.tree import HASH, Subtree
from shared.eventlog.recorder import LogRecorder

T = TypeVar("T")
NEWEST = "SELECT size, note, key FROM {schema}.checkpoints "


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as it was signed: `key` verifies `note`."""

    size: int
    note: str
    key: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """`form` of its entry; `body_salt`: of what the event told to all, if anything."""

    index: int
    salt: bytes
    entry: bytes
    form: int = SECOND
    body_salt: bytes | None = None


class Ledger:
    def __init__(self, recorder: LogRecorder) -> None:
        self._recorder = recorder

    def newest(self, size: int | None = None) -> Signed | None:
        """The last checkpoint signed; with a size, the last one of that size."""
        if size is None:
            rows = self._recorder.fetch(NEWEST + "ORDER BY nth DESC LIMIT 1")
        else:
            rows = self._recorder.fetch(NEWEST + "WHERE size = %s ORDER BY nth DESC LIMIT 1", (size,))
        return Signed(**rows[0]) if rows else None

    def successions(self) -> list[str]:
        """Signed notes, the first key's first."""
        return [row["note"] for row in self._recorder.fetch("SELECT note FROM {schema}.successions ORDER BY nth")]

    def asked(self, question: Callable[[Subtree], T]) -> T:
        """What the tree answers, its tiles read at once. KeyError when the tree is smaller than the question."""
        places = list(needed(question))
        rows = self._recorder.fetch(
            "SELECT level, n, hashes FROM {schema}.tiles"
            " WHERE (level, n) IN (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))",
            ([level for level, _ in places], [n for _, n in places]),
        )
        return question(subtrees({(row["level"], row["n"]): bytes(row["hashes"]) for row in rows}))

    def tile(self, address: Address) -> bytes:
        """Exactly what the address names; who asks has seen that it is within a signed size."""
        if address.level is None:
            return b"".join(HASH.to_bytes(2) + entry for entry in self._entries(address))
        rows = self._recorder.fetch(
            "SELECT hashes FROM {schema}.tiles WHERE (level, n) = (%s, %s)", (address.level, address.n)
        )
        return bytes(rows[0]["hashes"])[: address.width * HASH]

    def leaf(self, event: UUID) -> Leaf | None:
        return self.leaves([event]).get(event)

    def leaves(self, events: Sequence[UUID]) -> dict[UUID, Leaf]:
        """Of these events, those that are integrated."""
        rows = self._recorder.fetch(
            "SELECT event_id, index, salt, entry, form, body_salt FROM {schema}.leaves WHERE event_id = ANY(%s)",
            (list(events),),
        )
        return {row.pop("event_id"): Leaf(**row) for row in rows}

    def _entries(self, address: Address) -> list[Any]:
        first = address.n << HEIGHT
        rows = self._recorder.fetch(
            "SELECT entry FROM {schema}.leaves WHERE index >= %s AND index < %s ORDER BY index",
            (first, first + min(address.width, WIDTH)),
        )
        return [row["entry"] for row in rows]
