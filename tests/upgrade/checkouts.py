"""The two checkouts of an upgrade: the earlier commit, and this one with a new version of an event."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import ROOT

CHANGED_EVENT = "meeting-recorded"
CHANGED_FILE = "services/intake/src/intake/domain/request/assessment.py"
DECLARATION = '@event("meeting-recorded", label="Entretien d’accueil", effective="held_on")\n'
NEW_DECLARATION = """@event(
    "meeting-recorded",
    2,
    label="Entretien d’accueil",
    effective="held_on",
    upcasts={1: lambda data: {**data, "held_remotely": False}},
)
"""
LAST_FIELD = "    notes: Encrypted | None = None\n"
NEW_FIELD = "    held_remotely: bool = False\n"


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """A commit of this repository in a folder of its own, until the block ends. Raises CalledProcessError."""
    _git("worktree", "add", "--quiet", "--detach", str(folder), commit)
    try:
        yield folder
    finally:
        _git("worktree", "remove", "--force", str(folder))


def change_event(code: Path) -> None:
    """Gives CHANGED_EVENT a new version there. Raises ValueError where it is declared in another way."""
    path = code / CHANGED_FILE
    text = path.read_text()
    before, found, after = text.partition(DECLARATION)
    if not found or LAST_FIELD not in after:
        raise ValueError(f"{CHANGED_FILE} declares {CHANGED_EVENT} in another way: mend tests/upgrade/checkouts.py")
    path.write_text(before + NEW_DECLARATION + after.replace(LAST_FIELD, LAST_FIELD + NEW_FIELD, 1))


def _git(*words: str) -> None:
    subprocess.run(["git", *words], cwd=ROOT, check=True)
