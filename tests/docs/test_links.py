"""Relative links of every Markdown page, as they are followed in the repository and without the built site."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "services/**/*.md", "shared/**/*.md", "deploy/**/*.md", "tests/*.md")
    for page in TOP.glob(pattern)
    if not {"node_modules", ".venv", ".dla", "build", "dist"} & set(page.relative_to(TOP).parts)
)
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")
EXTERNAL = re.compile(r"[a-z]+:|//")


@cache
def generated_pages() -> set[Path]:
    """The pages that only the built site has."""
    program = "import hooks, json; print(json.dumps(list(hooks.GENERATED)))"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=TOP / "docs" / "_site", capture_output=True, text=True, check=True
    )
    return {TOP / "docs" / page for page in json.loads(answer.stdout)}


def linked_files(page: Path) -> set[Path]:
    targets = LINK.findall(FENCED.sub("", page.read_text()))
    return {(page.parent / target).resolve() for target in targets if not EXTERNAL.match(target)}


def test_the_pages_are_found() -> None:
    assert {TOP / "README.md", TOP / "services/audit/README.md", TOP / "shared/src/shared/web/README.md"} <= {*PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_link_leads_to_a_file_or_to_a_generated_page(page: Path) -> None:
    missing = {each for each in linked_files(page) - generated_pages() if not each.exists()}
    assert {str(each.relative_to(TOP)) for each in missing} == set()
