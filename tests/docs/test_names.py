"""Names on the pages: every setting, operation and path that a page mentions exists."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PAGES = sorted({*TOP.glob("*.md"), *TOP.glob("docs/**/*.md"), *TOP.glob("services/*/README.md")})
SETTING = re.compile(r"\bDLA_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_…<])")
PATH = re.compile(r"`((?:services|shared|tests|deploy|docs)/[^\s`<…*{]*)`")
OPERATION = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/(?:api/v1|tlog|events|readyz|livez)[^\s`?…]*)(?=[`?])")


@cache
def settings() -> set[str]:
    """Those of the reference page, and those that Compose and programs read by name."""
    program = "import settings_page; print(settings_page.settings())"
    folder = TOP / "docs" / "_site"
    page = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    sources = [
        TOP / "docker-compose.yml",
        *TOP.glob("services/*/src/**/*.py"),
        *TOP.glob("shared/src/**/*.py"),
        *TOP.glob("deploy/**/*.py"),
    ]
    return {name for text in (page, *(each.read_text() for each in sources)) for name in SETTING.findall(text)}


@cache
def operations() -> set[tuple[str, str]]:
    return {
        (method.upper(), without_names(path))
        for file in (TOP / "shared" / "schemas").glob("*.openapi.json")
        for path, methods in json.loads(file.read_text())["paths"].items()
        for method in methods
    }


def without_names(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_name_on_the_page_exists(page: Path) -> None:
    text = page.read_text()
    assert {name for name in SETTING.findall(text) if not name.startswith("DLA_PORT_")} <= settings()
    assert {(method, without_names(path)) for method, path in OPERATION.findall(text)} <= operations()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_path_on_the_page_exists(page: Path) -> None:
    named = {path.partition("::")[0] for path in PATH.findall(page.read_text())}  # a test is named `file::test`
    assert {path for path in named if not (TOP / path).exists()} == set()


def test_pages_do_name_settings_operations_and_paths() -> None:
    text = "\n".join(page.read_text() for page in PAGES)
    assert len(set(SETTING.findall(text))) > 20
    assert len(set(OPERATION.findall(text))) > 10
    assert len(set(PATH.findall(text))) > 20
