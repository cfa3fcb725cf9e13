"""Tests that SENTENCES.md names: each exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
NAMED = sorted(set(re.findall(r"`([a-z0-9_]+)`", (TESTS / "SENTENCES.md").read_text().partition("\n## ")[2])))
WRITTEN = {name for file in TESTS.rglob("test_*.py") for name in re.findall(r"def test_(\w+)\(", file.read_text())}


@pytest.mark.parametrize("name", [name for name in NAMED if "_" in name])
def test_what_holds_a_sentence_is_there(name: str) -> None:
    assert name in WRITTEN, f"SENTENCES.md relies on test_{name}, and there is none"
