"""The clock: the machine's, or in development one that can be set forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

MAX_LEAD_SECONDS = 50 * 366 * 86_400
"""Beyond it, dates to which rules add years would leave the calendar."""


class Clock:
    """`lead` names a file that holds the development clock's lead in seconds, shared by the services of one machine."""

    def __init__(self, lead: Path | None = None) -> None:
        self._lead = lead

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead())

    def ahead(self) -> float:
        """Seconds ahead of the machine; 0 where there is no development clock."""
        if self._lead is None:
            return 0.0
        try:
            ahead = float(self._lead.read_text())
        except FileNotFoundError:
            return 0.0
        if not 0 <= ahead <= MAX_LEAD_SECONDS:
            raise ValueError(f"{self._lead} does not hold a lead of 0 to {MAX_LEAD_SECONDS} seconds: delete it")
        return ahead

    def set_forward(self, to: datetime) -> datetime:
        """Moves the development clock on to an instant. Raises ValueError for one in the past, or too far ahead."""
        if self._lead is None:
            raise ValueError("only a development clock can be set")
        ahead = (to - datetime.now(UTC)).total_seconds()
        if not self.ahead() <= ahead <= MAX_LEAD_SECONDS:
            raise ValueError("the development clock only goes forward, and at most fifty years")
        draft = self._lead.with_suffix(".draft")
        draft.write_text(f"{ahead}")
        draft.replace(self._lead)
        return self.now()
