"""What waits in a process for new events is woken when others have written, too."""

from __future__ import annotations

from contextlib import closing
from threading import Event
from typing import Any, cast

import pytest

from shared.eventlog import LogWatch
from shared.eventlog.storage.notifier import Notifier

PATIENCE_SECONDS = 20


def notifier_with(listener: Event) -> Notifier:
    notifier = Notifier(cast("Any", None), "channel")  # the database is needed to notify others
    notifier.listeners.append(listener)
    return notifier


def test_listeners_are_woken_when_the_log_ends_elsewhere() -> None:
    woken = Event()
    notifier = notifier_with(woken)
    for position, wakes in [(0, True), (0, False), (3, True), (3, False), (2, True)]:  # the last: an older log
        woken.clear()
        notifier.wake(position)
        assert woken.is_set() is wakes, position


def test_a_process_without_a_relay_looks_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LogWatch, "INTERVAL_SECONDS", 0.001)
    woken, positions = Event(), [1]
    with closing(notifier_with(woken)) as notifier:
        watch = LogWatch("notes", lambda: positions[-1], notifier)
        watch.start()
        assert woken.wait(PATIENCE_SECONDS)
        woken.clear()
        positions.append(2)
        assert woken.wait(PATIENCE_SECONDS)
        watch.stop()
