"""French typography of all that a person reads."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from shared.kernel import french_words

ROOT = Path(__file__).parents[2]
FRENCH = re.compile(r"[éèêàâçîôûœÉÈÀ’«]|\b(le|la|les|une?|des|du|est|sont|pas|pour|avec)\b")
NOT_FRENCH = re.compile(r"\b(the|is|are|of|was|SELECT|UPDATE|DELETE|INSERT)\b|\(\?|<!DOCTYPE")
FAULTS = {
    "a straight apostrophe": re.compile(r"(?i:\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu))'(?=\w)"),
    "no narrow no-break space before ; ? ! or »": re.compile(r"(?<!\u202f)[;?!»]"),
    "no narrow no-break space after «": re.compile(r"«(?!\u202f)"),
    "no no-break space before a colon": re.compile(r"(?<!\u00a0)(?<!Content-Type):(?=\s|$)"),
    "a plain space before a unit": re.compile(r"[\dX] [€%](?!\w)"),
    "a plural in brackets": re.compile(r"\w\(s\)"),
}


def faults_of(text: str) -> list[str]:
    return [fault for fault, pattern in FAULTS.items() if pattern.search(text)]


def french_in(program: Path) -> Iterator[str]:
    """Its strings in French; docstrings are for developers, and what fills a blank is shown as X."""
    tree = ast.parse(program.read_text())
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    passed |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        text = _text(node) if id(node) not in passed else ""
        if re.search(r"\w\w", text) and " " in text and FRENCH.search(text) and not NOT_FRENCH.search(text):
            yield text


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(str(text)):
            return text
        case ast.JoinedStr(parts):
            return "".join(_text(part) or "X" for part in parts)
    return ""


PROGRAMS = [
    *ROOT.glob("services/*/src/**/*.py"),
    *ROOT.glob("shared/src/**/*.py"),
    *ROOT.glob("deploy/embedded/src/**/*.py"),
]


def test_what_programs_say_in_french_is_written_as_french_is() -> None:
    said = [(program.name, text) for program in PROGRAMS for text in french_in(program)]
    assert len(said) > 500
    assert [(name, text, faults) for name, text in said if (faults := faults_of(text))] == []


def test_the_words_of_the_timeline_are_written_as_french_is() -> None:
    words = tomllib.loads((ROOT / "deploy" / "demo" / "words.toml").read_text())
    said = [text for table in words.values() for text in table.values()]
    assert len(said) > 200
    assert [(text, faults) for text in said if (faults := faults_of(text))] == []


@pytest.mark.parametrize(
    "wrong",
    ["L'unité", "Qui ?", "« oui »", "Il manque\u202f: tout", "Il manque : tout", "12 €", "séance(s)"],
)
def test_what_is_not_written_as_french_is_is_seen(wrong: str) -> None:
    assert faults_of(wrong)


def test_what_is_written_as_french_is_passes() -> None:
    assert faults_of("«\u202fL’unité\u202f»\u00a0: à 10:30, 12\u00a0%\u202f; est-ce bien sûr\u202f?") == []


SCREENS = ROOT / "services" / "console" / "src" / "console"


def said_in(page: Path) -> list[str]:
    """What a page says outside its tags; what fills a blank is shown as X."""
    told = re.sub(r"\{%.*?%\}", "\n", page.read_text(), flags=re.DOTALL)
    told = re.sub(r"\{\{.*?\}\}", "X", told, flags=re.DOTALL)
    told = re.sub(r"</?(?:strong|em|a|code|span|time|small)\b[^>]*>", "", told)
    return [unescape(part).strip(" \n") for part in re.split(r"<[^>]*>|\n", told)]


def test_what_the_screens_say_is_written_as_french_is() -> None:
    words = french_words()
    said = [(page.name, text) for page in SCREENS.glob("templates/**/*.html") for text in said_in(page)]
    said += [("words.toml", text) for part in words.values() for text in part.values()]
    strings = re.compile(r'"([^"\n]*)"|`([^`\n]*)`')
    for script in SCREENS.glob("static/*.js"):
        found = ("".join(pair) for pair in strings.findall(script.read_text()))
        said += [(script.name, re.sub(r"\$\{[^}]*\}", "X", text)) for text in found if FRENCH.search(text)]
    assert len(said) > 500
    assert [(name, text, faults) for name, text in said if (faults := faults_of(text))] == []
