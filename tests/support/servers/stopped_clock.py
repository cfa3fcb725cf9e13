"""A clock that stands still unless it is set, so that no window of a rate ends in the middle of a test."""

from __future__ import annotations

import limits.storage.memory
import limits.strategies
import pytest

from shared.web.limits import rates, window_storage


class StoppedClock:
    """In place of the module `time`. `now`: seconds since 1970, a third into a minute at first."""

    def __init__(self) -> None:
        self.now = 1_800_000_020.0

    def time(self) -> float:
        return self.now


def stop_windows(monkeypatch: pytest.MonkeyPatch) -> StoppedClock:
    """Everything that counts requests looks at one clock."""
    clock = StoppedClock()
    for counting in (rates, window_storage, limits.strategies, limits.storage.memory):
        monkeypatch.setattr(counting, "time", clock)
    return clock
