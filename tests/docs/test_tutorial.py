"""The tutorial: its commands, run in order in one shell against a running stack, and the answers that it prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from embedded.identity.people import development_people
from embedded.stack import Stack

START = Path(__file__).parents[2] / "docs" / "start"
PAGE = START / "tutorial.md"
CLIENT = START / "happy_path.py"
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "--- block {} ---"
TIMEOUT_SECONDS = 180
BLOCKS = [(found["language"], found["text"]) for found in BLOCK.finditer(PAGE.read_text())]
COMMANDS = [text for language, text in BLOCKS if language == "bash"]


def expected() -> dict[int, str]:
    """By the number of a block of commands, the answer that the page prints after it."""
    answers, number = dict[int, str](), -1
    for language, text in BLOCKS:
        if language == "bash":
            number += 1
        elif language in ("json", "text"):
            answers[number] = text
    return answers


def script() -> str:
    parts = ["set -euo pipefail"]
    for number, commands in enumerate(COMMANDS):
        parts += [f"echo '{MARK.format(number)}'", commands]
    return "\n".join(parts)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block of commands printed."""
    folder = tmp_path_factory.mktemp("tutorial")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with Stack(folder / ".dla", people=development_people()):
        run = subprocess.run(
            ["bash", "-c", script()],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    assert run.returncode == 0, run.stdout + run.stderr
    return re.split(r"^--- block \d+ ---\n", run.stdout, flags=re.MULTILINE)[1:]


def test_the_client_plays_a_whole_case_in_as_many_calls_as_the_page_says(tmp_path: Path) -> None:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with Stack(tmp_path / ".dla", people=development_people()):
        run = subprocess.run(
            [sys.executable, CLIENT],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    assert run.returncode == 0, run.stdout + run.stderr
    sentence = run.stdout.partition(" : ")[2].strip()
    assert sentence.startswith("une structure accompagnée") and sentence in PAGE.read_text()
    assert len(CLIENT.read_text().splitlines()) < 80


def test_every_command_succeeds(printed: list[str]) -> None:
    assert len(printed) == len(COMMANDS)


@pytest.mark.parametrize("number", sorted(expected()))
def test_the_answer_on_the_page_is_the_answer(printed: list[str], number: int) -> None:
    """`…` on the page stands for what differs from one run to the next."""
    pattern = ".*".join(re.escape(part) for part in with_plain_spaces(expected()[number]).split("…"))
    assert re.fullmatch(pattern, with_plain_spaces(printed[number])), printed[number]


def with_plain_spaces(text: str) -> str:
    """Without the narrow and unbreakable spaces of French typography, which nobody sees on a page."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").strip()
