"""Partitions: a consumer reads a log partition by partition, each case in one, and tracks a number for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zlib import crc32

from eventsourcing.persistence import Tracking

PARTITIONS = 8


@dataclass(frozen=True)
class PartitionTracking(Tracking):
    """The library's tracking, one per log and partition: `application_name` is the publisher, `notification_id`
    the dense number in the partition. `parks`: set when the event is put aside instead of having its effect; `unparks`:
    when it has its effect at last, and leaves. `position`: of the event in the publisher's whole log."""

    log_id: UUID
    partition: int
    case: UUID
    parks: bool = False
    unparks: bool = False
    position: int = 0

    def row(self) -> dict[str, Any]:
        """For append.sql."""
        return {
            "publisher": self.application_name,
            "log_id": str(self.log_id),
            "partition": self.partition,
            "number": self.notification_id,
            "position": self.position,
            "case_id": str(self.case),
            "parks": self.parks,
            "unparks": self.unparks,
        }


def partition_of(case: UUID) -> int:
    """Stable for ever: consumers keep one number per partition."""
    return crc32(case.bytes) % PARTITIONS
