"""The tutorial and the guides that need no container: their commands, run in order against one running stack, and the
answers that they print."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.guides.page_commands import (
    TOP,
    TYPED,
    Answer,
    Block,
    answers_of,
    blocks_of,
    commands_of,
    run_commands,
)
from tests.support.guides.stack_programs import operator_environment

from embedded.identity.people import development_people
from embedded.stack import Stack

DOCS = TOP / "docs"
TUTORIAL, AUDITOR, OPERATOR = (
    DOCS / "start" / "tutorial.md",
    DOCS / "guides" / "auditor.md",
    DOCS / "guides" / "operator.md",
)
ALERTS = sorted((DOCS / "guides" / "alerts").glob("*.md"))
CLIENT = DOCS / "start" / "happy_path.py"
GUIDES = {"tutorial": [TUTORIAL], "auditor": [AUDITOR], "operator": [OPERATOR, *ALERTS]}
"""In this order, each in one shell: the auditor reads the case of the tutorial."""
BLOCKS = {name: blocks_of(*pages) for name, pages in GUIDES.items()}
REGION = blocks_of(DOCS / "guides" / "region.md")
"""Run in containers: `tests/containers/test_compose.py`."""
NOTED = [
    block
    for block in (*BLOCKS["auditor"], *BLOCKS["operator"], *REGION)
    if block.language in TYPED and not block.is_run
]
TIMEOUT_SECONDS = 180
Printed = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("guides")


@pytest.fixture(scope="module")
def environment(folder: Path) -> Iterator[dict[str, str]]:
    """Of a shell on the machine of a running stack."""
    with Stack(folder / ".dla", people=development_people()) as stack:
        token = stack.issuer.mint("auditor", subject="auditor", unit="controle", units=["dla-44"])
        yield operator_environment(stack, folder / "bin") | {
            "INTAKE": stack.addresses["intake"],
            "DLA_AUDIT_URL": stack.addresses["audit"],
            "DLA_TOKEN": token,
            "METRICS": stack.metrics["diagnostic"],
        }


@pytest.fixture(scope="module")
def printed(folder: Path, environment: dict[str, str]) -> Printed:
    """What each block of commands of a guide printed; a guide is run after those before it."""
    outcomes: dict[str, list[str] | AssertionError] = {}
    for name, blocks in BLOCKS.items():
        place = folder if name == "tutorial" else folder / name
        place.mkdir(exist_ok=True)
        try:
            outcomes[name] = run_commands(commands_of(blocks), place, environment)
        except AssertionError as error:
            outcomes[name] = error

    def find(name: str) -> list[str]:
        if isinstance(outcome := outcomes[name], AssertionError):
            raise outcome
        return outcome

    return find


@pytest.mark.parametrize("name", GUIDES)
def test_every_command_succeeds(printed: Printed, name: str) -> None:
    assert len(printed(name)) == len(commands_of(BLOCKS[name])) > 3


@pytest.mark.parametrize(
    ("name", "answer"),
    [(name, answer) for name, blocks in BLOCKS.items() for answer in answers_of(blocks)],
    ids=lambda each: f"{each.page} {each.number}" if isinstance(each, Answer) else each,
)
def test_the_answer_on_the_page_is_the_answer(printed: Printed, name: str, answer: Answer) -> None:
    assert answer.matches(printed(name)[answer.number]), printed(name)[answer.number]


def test_the_client_plays_a_whole_case_in_as_many_calls_as_the_page_says(
    printed: Printed, folder: Path, environment: dict[str, str]
) -> None:
    """After the guides: it moves the stack's clock on."""
    run = subprocess.run(
        [sys.executable, CLIENT],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    sentence = run.stdout.partition(" : ")[2].strip()
    assert sentence.startswith("une structure accompagnée") and sentence in TUTORIAL.read_text()
    assert len(CLIENT.read_text().splitlines()) < 80


@pytest.mark.parametrize("block", NOTED, ids=lambda block: f"{block.page}: {block.text.splitlines()[0][:60]}")
def test_a_command_that_is_not_run_here_is_run_by_another_test_or_has_a_reason(block: Block) -> None:
    """`run by` names a test that has the verb of the first command, or a guide that has every line."""
    if reason := block.note.removeprefix("not run here: ") if block.note.startswith("not run here: ") else "":
        assert len(reason.split()) > 3
        pytest.skip(f"{block.page}: {reason}")
    runner = TOP / block.note.removeprefix("run by ")
    assert runner.is_file(), f"{block.page} has a command that nobody runs: {block.text}"
    lines = block.text.splitlines()
    names = lines if runner.suffix == ".md" else [verb_of(lines[0])]
    assert [name for name in names if name not in runner.read_text()] == [], runner


def verb_of(line: str) -> str:
    """`follow-restored` of `dla-intake follow-restored …`, `down` of `docker compose down`, else the program."""
    words = line.split()
    if words[0] == "docker":
        return words[2]
    return words[1] if words[0].startswith("dla-") else words[0]
