"""Fields of dataclasses are given by name from the third one on: in production code and in tests."""

import subprocess
from pathlib import Path

from tests.support import ROOT
from tests.support.generated.positional_fields import Workspace


def test_from_the_third_field_on_fields_are_given_by_name() -> None:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    sources = {Path(line): (ROOT / line).read_text() for line in listed.split() if (ROOT / line).exists()}
    found = list(Workspace(sources).findings())
    assert not found, "\n".join(map(str, found))


def test_a_call_and_a_pattern_by_position_are_found() -> None:
    source = (
        "from dataclasses import dataclass\n"
        "@dataclass\nclass Span:\n    name: str\n    start: int\n    end: int\n"
        "def read(value):\n"
        "    match value:\n"
        "        case Span(name, start, end): return Span(name, end, start)\n"
        "        case Span(name, start, end=end): return Span(name, start, end=end)\n"
    )
    found = list(Workspace({Path("tests/sample.py"): source}).findings())
    assert [(each.line, each.names) for each in found] == [(9, ("end",)), (9, ("end",))]
