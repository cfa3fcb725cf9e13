"""Commands of a page, run in order in one shell, and the answers that the page prints."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[3]
TIMEOUT_SECONDS = 240
TYPED = {"bash", "sh", "console"}
"""Languages of what one types. Without a note, `bash` is run here."""
ANSWERS = {"json", "text"}
_BLOCK = re.compile(
    r"(?:^<!-- (?P<note>[^\n]*) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_MARK = "--- block {} ---"


@dataclass(frozen=True)
class Block:
    """`note`: the comment above it; `not run here: …` gives a reason, `run by …` another test."""

    page: str
    language: str
    text: str
    note: str

    @property
    def is_run(self) -> bool:
        return self.language == "bash" and not self.note


@dataclass(frozen=True)
class Answer:
    """What a page prints after the block of commands with this number; `…` stands for what differs between runs."""

    page: str
    number: int
    text: str

    def matches(self, printed: str) -> bool:
        pattern = ".*".join(re.escape(part) for part in _with_plain_spaces(self.text).split("…"))
        return re.fullmatch(pattern, _with_plain_spaces(printed), re.DOTALL) is not None


def blocks_of(*pages: Path) -> list[Block]:
    return [
        Block(page.name, found["language"], text=found["text"], note=found["note"] or "")
        for page in pages
        for found in _BLOCK.finditer(page.read_text("utf-8"))
    ]


def commands_of(blocks: Sequence[Block]) -> list[str]:
    """In order; a block that is repeated is run once."""
    return list(dict.fromkeys(block.text for block in blocks if block.is_run))


def answers_of(blocks: Sequence[Block]) -> list[Answer]:
    """Of blocks that are run."""
    commands, found, number = commands_of(blocks), list[Answer](), -1
    for block in blocks:
        if block.language in TYPED:
            number = commands.index(block.text) if block.is_run else -1
        elif block.language in ANSWERS and number >= 0:
            found.append(Answer(block.page, number, text=block.text))
            number = -1
    return found


def run_commands(
    commands: Sequence[str], folder: Path, environment: Mapping[str, str], *, timeout_seconds: float = TIMEOUT_SECONDS
) -> list[str]:
    """What each block printed. AssertionError with all that was printed, when a command fails."""
    parts = ["set -euo pipefail"]
    for number, text in enumerate(commands):
        parts += [f"echo '{_MARK.format(number)}'", text]
    run = subprocess.run(
        ["bash", "-c", "\n".join(parts)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return re.split(r"^--- block \d+ ---\n", run.stdout, flags=re.MULTILINE)[1:]


def _with_plain_spaces(text: str) -> str:
    """Without the narrow and unbreakable spaces of French typography, which nobody sees on a page."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").strip()
