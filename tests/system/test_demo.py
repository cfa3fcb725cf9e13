"""The demonstration: one command starts everything, plays the cases to their end, proves what it shows, and stops."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def played(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("dla")), "demo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def told(played: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert played.returncode == 0, played.stderr + played.stdout[-3000:]
    last: dict[str, Any] = json.loads(played.stdout.strip().splitlines()[-1])
    return last


def test_the_cases_go_through_the_five_phases(told: dict[str, Any]) -> None:
    assert told["cases"] >= 2
    assert told["phases"] == 5
    assert told["events"] > 60


def test_what_is_served_is_what_the_log_tells(told: dict[str, Any]) -> None:
    assert told["rebuilt_equals_served"] is True


def test_the_story_is_told_in_french_by_phase(played: subprocess.CompletedProcess[str]) -> None:
    phases = ["Accueil", "Diagnostic partagé", "Élaboration du parcours", "Coordination du parcours", "Suivi et cons"]
    places = [played.stdout.index(phase) for phase in phases]
    assert places == sorted(places)
    for words in ("Maëlle Kerdoncuff", "Demande admise dans le DLA", "Diagnostic contesté", "(automatique)"):
        assert words in played.stdout


def test_an_attempt_that_was_refused_is_told(played: subprocess.CompletedProcess[str]) -> None:
    story = " ".join(played.stdout.split())
    assert "Admission demandée – refusé : Des critères ne sont pas remplis" in story


def test_nobody_else_reads_what_is_kept(folder: Path, played: subprocess.CompletedProcess[str]) -> None:
    held = [folder / ".dla", *(folder / ".dla").rglob("*")]
    assert len(held) > 100
    assert [path for path in held if path.stat().st_mode & 0o077] == []


def test_nothing_is_left_running(folder: Path, played: subprocess.CompletedProcess[str]) -> None:
    assert played.returncode == 0
    assert not [process for process in Path("/proc").glob("[0-9]*") if _works_in(process) == folder]


def _works_in(process: Path) -> Path | None:
    try:
        return (process / "cwd").readlink()
    except OSError:  # it has ended meanwhile
        return None
