"""The status in a terminal: what is well is green, what hurts is named with what to do."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from shared.health.terminal import duration, is_well, render, show


def document(*faults: dict[str, Any], lag: float = 3.0) -> dict[str, Any]:
    return {
        "service": "intake",
        "faults": list(faults),
        "measures": [
            {"name": "dla_log_position", "labels": {}, "value": 12345.0},
            {"name": "dla_lag_seconds", "labels": {"publisher": "parcours"}, "value": lag},
            {"name": "dla_lag_seconds", "labels": {"publisher": "followup"}, "value": 1.0},
        ],
    }


PARKED = {"fault": "cases-parked", "about": "parcours", "detail": "2 events wait", "advice": "`list-parked` says why."}


def printed(*documents: dict[str, Any], detailed: bool = False) -> str:
    console = Console(width=120, force_terminal=True, color_system="standard", file=StringIO())
    with console.capture() as capture:
        console.print(render(documents, detailed=detailed))
    return capture.get()


def test_a_service_that_is_well() -> None:
    text = printed(document())
    assert "● well" in text and "12\u202f345" in text
    assert "\x1b[32m3 s" in text  # the worst lag, in green


def test_what_hurts_is_named_with_what_to_do() -> None:
    text = printed(document(PARKED, lag=600.0))
    assert "▲ 1 to look at" in text and "cases-parked (parcours)" in text
    assert "list-parked says why." in text
    assert "\x1b[31m10 min" in text


def test_a_service_that_does_not_answer_is_not_well() -> None:
    silent = {"service": "audit", "error": "does not answer (ConnectError)"}
    assert "✘ no answer" in printed(silent) and "audit: does not answer (ConnectError)" in printed(silent)
    assert not is_well([document(), silent])
    assert not is_well([document(PARKED)])
    assert is_well([document()])


def test_all_measures_of_one_service() -> None:
    assert "parcours" not in printed(document())
    assert "parcours" in printed(document(), detailed=True)


def test_watching_shows_what_changes_until_it_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = iter([document(), document(PARKED)])
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("shared.health.terminal.time.sleep", sleep)
    console = Console(width=120, file=StringIO())
    with console.capture() as capture:
        assert show(lambda: [next(rounds)], console, watch=True, detailed=False) is False
    assert "cases-parked" in capture.get()


@pytest.mark.parametrize(
    ("seconds", "text"), [(4.4, "4 s"), (119, "119 s"), (720, "12 min"), (12_600, "3.5 h"), (172_800, "2.0 d")]
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text
