"""Deadlines: rows written with the events that set them, each fired once by compare-and-set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.kernel import start_of_day


@dataclass(frozen=True, slots=True)
class FiredDeadline:
    """A deadline that fires, marked in the transaction of its command. The instants are aware, in UTC."""

    stream: UUID
    kind: str
    key: str
    due_at: datetime
    fired_at: datetime

    def row(self) -> dict[str, Any]:
        """For append.sql."""
        return {
            "stream": self.stream,
            "kind": self.kind,
            "key": self.key,
            "due_at": self.due_at.isoformat(),
            "fired_at": self.fired_at.isoformat(),
        }


def deadline_rows(
    aggregate: str, stream: UUID, case: UUID, days: Mapping[tuple[str, str], date | None]
) -> list[dict[str, Any]]:
    """Rows for append.sql. A day begins at midnight in Paris; null withdraws the deadline."""
    return [
        {
            "stream": stream,
            "kind": kind,
            "key": key,
            "aggregate": aggregate,
            "case_id": case,
            "due_at": day and start_of_day(day).isoformat(),
        }
        for (kind, key), day in days.items()
    ]
