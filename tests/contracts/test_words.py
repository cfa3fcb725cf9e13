"""The words of the code: no old dialect in production's identifiers, and no module docstring that is a question."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator

import pytest
from tests.support import ROOT

PRODUCTION = ("services/*.py", "shared/src/*.py", "deploy/*.py", "docs/_site/*.py")
OLD_WORDS = {"told", "asked", "heard", "held", "beside", "kept", "wanted"}
"""Bare participles of a former private dialect: each has a noun or a verb that says what it is."""
TERMS_OF_ART = {
    "HELD": "a review that took place",
    "NOT_HELD": "the refusal for one that did not",
    "held_count": "the number of reviews that took place",
    "held_on": "the day of a meeting",
    "debrief_held_on": "the day of the debrief",
    "RetentionHeld": "the hold that keeps a case past its retention period",
    "satisfaction_asked": "whether the question was put",
    "NOT_ASKED": "the refusal of an answer to a question that was not put",
    "is_held": "a lock or a lease",
    "PidLockHeldError": "a lock",
}


def parse_files(*patterns: str) -> Iterator[tuple[str, ast.Module]]:
    command = ["git", "ls-files", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for line in listed.split():
        if (ROOT / line).exists():
            yield line, ast.parse((ROOT / line).read_text())


def find_old_words(tree: ast.Module) -> list[tuple[int, str]]:
    return sorted(
        {
            (line, name)
            for node in ast.walk(tree)
            for line, name in _names(node)
            if name.lstrip("_") not in TERMS_OF_ART and OLD_WORDS & _words(name)
        }
    )


def is_question(tree: ast.Module) -> bool:
    """Of the first paragraph of the module's docstring."""
    return (ast.get_docstring(tree) or "").partition("\n\n")[0].rstrip().endswith("?")


def _names(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
            yield node.lineno, name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield node.lineno, name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield node.lineno, name
        case ast.alias(name=name, asname=asname):
            yield node.lineno, asname or name


def _words(name: str) -> set[str]:
    """The words of snake_case and of CamelCase."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_no_identifier_is_of_the_old_dialect() -> None:
    found = [f"{path}:{line} {name}" for path, tree in parse_files(*PRODUCTION) for line, name in find_old_words(tree)]
    assert not found, "\n".join(found)


def test_no_module_docstring_is_a_question() -> None:
    assert not [path for path, tree in parse_files("*.py") if is_question(tree)]


def test_every_term_of_art_is_used() -> None:
    used = {
        name.lstrip("_") for _, tree in parse_files(*PRODUCTION) for node in ast.walk(tree) for _, name in _names(node)
    }
    assert used >= TERMS_OF_ART.keys()


@pytest.mark.parametrize(
    "source",
    [
        "told = 1",
        "def was_asked(): pass",
        "class RemarkKept: pass",
        "def read(_heard): pass",
        "read(beside=1)",
        "read.WANTED_NOW",
        "from log import kept",
        "with read() as held: pass",
    ],
)
def test_an_old_word_is_found_in_any_place(source: str) -> None:
    assert find_old_words(ast.parse(source))


def test_an_old_word_within_another_or_a_term_of_art_is_none() -> None:
    assert not find_old_words(ast.parse("sheltered = threshold(held_on=unwanted, upheld=is_held)"))


def test_a_question_is_found() -> None:
    assert is_question(ast.parse('"""Is it\nso?"""'))
    assert not is_question(ast.parse('"""A thing.\n\nWhy?"""'))
