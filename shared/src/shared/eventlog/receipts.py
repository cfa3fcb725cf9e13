"""Receipts of commands, idempotency keys, and the errors of a command that was not handled."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


class StaleVersion(Exception):
    """The case has moved on since the caller read it; `current` is its version."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the case is at version {current}")
        self.current = current


class UnknownCase(Exception):
    """No event of this aggregate under this id."""


class IdempotencyKeyReused(Exception):
    """An idempotency key that was given with another request."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """An idempotency key (unique per caller) and the fingerprint of the request that it came with."""

    key: str
    request: str

    def row(self, receipt: Receipt) -> dict[str, str]:
        """For append.sql: the response, which is given again each time the key comes back."""
        response = {"id": str(receipt.id), "version": receipt.version, "events": receipt.events}
        return {"key": self.key, "request": self.request, "response": json.dumps(response)}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a command led to. `previous`: the state before it, `state` the one after it. `position`: of its last event
    in the log. `repeated`: the first receipt, given again, without these three."""

    id: UUID
    version: int
    events: tuple[str, ...]
    repeated: bool = False
    position: int | None = None
    previous: Any = field(default=None, compare=False, repr=False)
    state: Any = field(default=None, compare=False, repr=False)

    @classmethod
    def repeat(cls, response: str) -> Receipt:
        """The stored receipt of an idempotency key."""
        first = json.loads(response)
        return cls(UUID(first["id"]), first["version"], tuple(first["events"]), repeated=True)
