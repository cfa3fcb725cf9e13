"""Commands that the documentation tells people to type: each exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from audit.main import cli as audit
from console.main import cli as console
from diagnostic.main import cli as diagnostic
from embedded.cli import app as dla
from followup.main import cli as followup
from intake.main import cli as intake
from parcours.main import cli as parcours

TOP = Path(__file__).parents[2]
PROGRAMS: dict[str, tuple[Any, ...]] = {
    "dla": (dla,),
    "dla-intake": (intake,),
    "dla-diagnostic": (diagnostic,),
    "dla-parcours": (parcours,),
    "dla-followup": (followup,),
    "dla-audit": (audit,),
    "dla-console": (console,),
    "dla-<service>": (intake, diagnostic, parcours, followup, audit),
}
TYPED = re.compile(r"`(dla(?:-[a-z]+|-<service>)?) ([a-z][a-z-]*)")
PAPERS = [
    paper
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "deploy/**/*.md",
        "services/*/README.md",
        "services/*/src/**/*.py",
        "shared/src/**/*.py",
    )
    for paper in sorted(TOP.glob(pattern))
]


def typed() -> list[tuple[str, str, str]]:
    return sorted(
        {
            (program, verb, str(paper.relative_to(TOP)))
            for paper in PAPERS
            for program, verb in TYPED.findall(paper.read_text())
        }
    )


@pytest.mark.parametrize(("program", "verb", "paper"), typed())
def test_every_command_that_a_paper_names_is_there(program: str, verb: str, paper: str) -> None:
    for cli in PROGRAMS[program]:
        assert verb in get_command(cli).commands, f"{paper} says `{program} {verb}`"  # type: ignore[attr-defined]


def test_papers_do_name_commands() -> None:
    assert {"rewrap-keys", "reconcile", "what-if", "register"} <= {verb for _, verb, _ in typed()}
