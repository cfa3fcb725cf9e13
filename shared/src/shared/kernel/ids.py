"""Ids that are unique across regions and sort by time."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import datetime
from uuid import UUID

TAIL_BYTES, TAILS_AT_ONCE = 10, 64
_spare_tails: list[int] = []
os.register_at_fork(after_in_child=_spare_tails.clear)  # else both processes would give out the same ids


def uuid7_after(other: UUID, purpose: str) -> UUID:
    """The id of what an event leads to, always the same for one `purpose`. It sorts with the event's own version 7."""
    tail = int.from_bytes(hashlib.sha256(other.bytes + purpose.encode()).digest()[:10])
    return _version_7(other.int >> 80, tail)


def uuid7() -> UUID:
    """RFC 9562 version 7: 48 bits of Unix milliseconds, then random. `uuid.uuid7` from Python 3.14 on."""
    milliseconds = time.time_ns() // 1_000_000
    return _version_7(milliseconds & (1 << 48) - 1, _random_tail())


def uuid7_at(instant: datetime, tail: int) -> UUID:
    """The same for an instant that is not now. `tail`: 80 random bits, of which it takes 74."""
    return _version_7(int(instant.timestamp() * 1000), tail)


def _version_7(milliseconds: int, tail: int) -> UUID:
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (tail >> 68) << 64 | 0b10 << 62 | tail & (1 << 62) - 1)


def _random_tail() -> int:
    """80 random bits. The system gives those of many ids at once: each time that it is asked, this thread hands the
    interpreter to another one, and waits for it again."""
    try:
        return _spare_tails.pop()
    except IndexError:
        bits = os.urandom(TAIL_BYTES * TAILS_AT_ONCE)
        own, *spare = (int.from_bytes(bits[n : n + TAIL_BYTES]) for n in range(0, len(bits), TAIL_BYTES))
        _spare_tails.extend(spare)
        return own
