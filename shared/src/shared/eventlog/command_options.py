"""What a command brings besides its stream, its body and its context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from psycopg import Connection

from shared.crypto import DataKeys
from shared.eventlog.deadlines import FiredDeadline
from shared.eventlog.partitions import PartitionTracking
from shared.eventlog.receipts import IdempotencyKey


class InTransaction(Protocol):
    """A hook that writes rows in the transaction of an append, encrypted with the data keys of that append."""

    def __call__(self, connection: Connection[Any], events: Sequence[Any], data_keys: DataKeys) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOptions:
    """How a command is handled. Every field is optional."""

    expected_version: int | None = None
    """The version that the caller saw (If-Match); another current version raises StaleVersion."""
    must_exist: bool = False
    """Raises UnknownCase when nothing has been recorded under the stream's id."""
    idempotency_key: IdempotencyKey | None = None
    """A key that was handled before gets the first receipt again, and records nothing."""
    tracking: PartitionTracking | None = None
    """The message that causes the command; it is counted as consumed in the same transaction."""
    deadline: FiredDeadline | None = None
    """The deadline that causes the command; it is marked as fired in the same transaction, or DeadlineAlreadyFired is
    raised."""
    in_transaction: InTransaction | None = None
    """Writes what belongs to the events outside the log. It is not called when the command records no event."""

    @property
    def writes_without_events(self) -> bool:
        """Whether the transaction has something to record even for a command that changes nothing."""
        return bool(self.tracking or self.idempotency_key or self.deadline)


NO_OPTIONS = CommandOptions()
