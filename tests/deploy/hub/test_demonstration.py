"""What the demonstration of a hub sees, and the demonstration itself in a short form."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.hub.demo.comparison import Event, LogDifference, compare
from deploy.hub.demo.search import CHUNK_BYTES, occurrences

OWN = [Event(position, f"stream {position}", version=1, digest=f"{position:064}") for position in range(1, 6)]
ROOT = Path(__file__).parents[3]
DEMO_SECONDS = 600
PROMISES = (
    "1 of 1 connections begin with TLS",
    "The hub cosigns the ledger of",
    "sud notices the silent line",
    "Nothing is lost",
    "No personal value of sud",
    "Nothing is there twice",
)


def difference(*at_hub: Event) -> LogDifference:
    return compare("nord", "intake", OWN, list(at_hub))


def test_what_is_the_same_has_no_fault() -> None:
    assert difference(*OWN) == LogDifference("nord-intake", 5, missing=0, twice=0, out_of_order=0, altered=0)


@pytest.mark.parametrize(
    ("at_hub", "fault"),
    [
        (OWN[:-1], "missing"),
        ([*OWN[:2], *OWN[3:]], "missing"),
        ([*OWN, OWN[-1]], "twice"),
        ([OWN[1], OWN[0], *OWN[2:]], "out_of_order"),
        ([replace(OWN[0], digest="0"), *OWN[1:]], "altered"),
        ([*OWN, replace(OWN[0], position=6)], "altered"),
    ],
)
def test_each_fault_is_counted(at_hub: list[Event], fault: str) -> None:
    found = difference(*at_hub)
    assert (getattr(found, fault), found.faults) == (1, 1)


@pytest.mark.parametrize("form", ["Maïwenn", "Ma\\u00efwenn", "Ma\\xefwenn"])
@pytest.mark.parametrize("before", [0, 10, CHUNK_BYTES - 3])
def test_a_text_is_found_in_each_spelling_and_across_chunks(tmp_path: Path, form: str, before: int) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"x" * before + form.encode() + b"y" * 10)
    assert occurrences(tmp_path, ["Maïwenn", "Nolwenn"]) == {"Maïwenn": 1, "Nolwenn": 0}


def test_a_region_that_was_cut_off_loses_nothing_and_shows_nobody(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deploy.hub", "demo", "--folder", str(tmp_path / "data"), "--cases", "1"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEMO_SECONDS, check=False)
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]
    found = " ".join(run.stdout.replace("│", " ").split())
    for promise in PROMISES:
        assert promise in found
