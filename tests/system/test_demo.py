"""The demonstration: one command starts everything, plays the cases to their end, proves what it shows, and stops."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.processes.finished_program import run_to_end


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo_run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("dla")), "demo"]
    return run_to_end(command, folder)


@pytest.fixture(scope="module")
def summary(demo_run: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert demo_run.returncode == 0, demo_run.stderr + demo_run.stdout[-3000:]
    last: dict[str, Any] = json.loads(demo_run.stdout.strip().splitlines()[-1])
    return last


def test_the_cases_go_through_the_five_phases(summary: dict[str, Any]) -> None:
    assert summary["cases"] >= 2
    assert summary["phases"] == 5
    assert summary["events"] > 60


def test_what_is_served_is_what_the_log_tells(summary: dict[str, Any]) -> None:
    assert summary["rebuilt_equals_served"] is True


def test_the_story_is_told_in_french_by_phase(demo_run: subprocess.CompletedProcess[str]) -> None:
    phases = ["Accueil", "Diagnostic partagé", "Élaboration du parcours", "Coordination du parcours", "Suivi et cons"]
    places = [demo_run.stdout.index(phase) for phase in phases]
    assert places == sorted(places)
    for words in ("Maëlle Kerdoncuff", "Demande admise dans le DLA", "Diagnostic contesté", "(automatique)"):
        assert words in demo_run.stdout


def test_an_attempt_that_was_refused_is_told(demo_run: subprocess.CompletedProcess[str]) -> None:
    story = " ".join(demo_run.stdout.split())
    assert "Admission demandée – refusé : Des critères ne sont pas remplis" in story


def test_nobody_else_reads_what_is_kept(folder: Path, demo_run: subprocess.CompletedProcess[str]) -> None:
    files = [folder / ".dla", *(folder / ".dla").rglob("*")]
    assert len(files) > 100
    assert [path for path in files if path.stat().st_mode & 0o077] == []


def test_nothing_is_left_running(folder: Path, demo_run: subprocess.CompletedProcess[str]) -> None:
    assert demo_run.returncode == 0
    assert not [process for process in Path("/proc").glob("[0-9]*") if _works_in(process) == folder]


def _works_in(process: Path) -> Path | None:
    try:
        return (process / "cwd").readlink()
    except OSError:  # it has ended meanwhile
        return None
