"""The page of guarantees: each test that it names exists, and each promise names one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "guarantees.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
ROWS = [
    line
    for line in PAGE.splitlines()
    if line.startswith("|") and not re.match(r"\|(---| promise | what happened )", line)
]


@pytest.mark.parametrize(("file", "test"), NAMED, ids=lambda each: each.rpartition("/")[2])
def test_a_test_that_the_page_names_exists(file: str, test: str) -> None:
    tree = ast.parse((TOP / file).read_text())
    assert test in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:40])
def test_each_promise_names_a_test(row: str) -> None:
    *_, held_by, _ = row.split("|")
    assert re.search(r"`tests/[\w/]+\.py::\w+`", held_by)


def test_the_page_has_promises() -> None:
    assert len(ROWS) > 15
