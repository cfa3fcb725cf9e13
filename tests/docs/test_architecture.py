"""The table of packages in `docs/architecture.md`, compared with what the packages import."""

from __future__ import annotations

import re
from pathlib import Path

import grimp
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
ROW = re.compile(r"^\| `(?P<package>[a-z.]+)` \| [^|]+ \| (?P<below>[^|]*)\|$", re.MULTILINE)


def told() -> dict[str, set[str]]:
    """By package, those that the page says it rests on."""
    _, _, table = PAGE.read_text().partition("## The packages of `shared`")
    return {row["package"]: set(re.findall(r"`([a-z.]+)`", row["below"])) for row in ROW.finditer(table)}


def package_of(module: str) -> str | None:
    """`shared.web.http.server` is of `web.http`; every other package is one word."""
    _, *inside = module.split(".")
    return ".".join(inside[: 2 if inside[0] == "web" else 1]) if inside and inside != ["web"] else None


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    graph = grimp.build_graph("shared")
    found: dict[str, set[str]] = {}
    for module in graph.modules:
        if package := package_of(module):
            below = {package_of(each) for each in graph.find_modules_directly_imported_by(module)}
            found.setdefault(package, set()).update(each for each in below if each and each != package)
    return found


def test_the_page_tells_every_package(imported: dict[str, set[str]]) -> None:
    assert told().keys() == imported.keys()


@pytest.mark.parametrize("package", sorted(told()))
def test_the_page_tells_every_arrow_and_no_other(imported: dict[str, set[str]], package: str) -> None:
    assert told()[package] == imported[package]
