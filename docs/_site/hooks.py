"""Hooks of mkdocs: pages made from the code, pages written elsewhere in the repository, and their links.

Nothing that is generated is committed, so nothing can drift."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).parent))

from api_pages import commands, events, operations
from command_line_page import command_line
from links import Links
from packages import ROOT, SERVICES
from problems_page import problems
from settings_page import settings
from statistics_page import statistics

GENERATED: Mapping[str, Callable[[], str]] = {
    "reference/settings.md": settings,
    "reference/operations.md": operations,
    "reference/commands.md": commands,
    "reference/problems.md": problems,
    "reference/events.md": events,
    "reference/statistics.md": statistics,
    "reference/command-line.md": command_line,
}
WRITTEN_ELSEWHERE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "report-a-vulnerability.md",
    "CODE_OF_CONDUCT.md": "code-of-conduct.md",
    "tests/SENTENCES.md": "expectations.md",
    "docs/adr": "adr/README.md",
    "shared/README.md": "packages/README.md",
    **{f"services/{name}/README.md": f"services/{name}.md" for name in SERVICES},
}


def places() -> dict[str, str]:
    """From a path in the repository to one in the site; a link to the README leads to the first page."""
    packages = (*ROOT.glob("shared/src/shared/*/README.md"), *ROOT.glob("services/*/src/*/tlog/README.md"))
    return WRITTEN_ELSEWHERE | {
        path.relative_to(ROOT).as_posix(): f"packages/{path.parent.name}.md" for path in sorted(packages)
    }


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    pages = places().values()
    architecture = sorted((ROOT / "docs").glob("architecture/*.md")) + sorted((ROOT / "docs").glob("architecture.md"))
    sections = {
        "SERVICES": [f"services/{name}.md" for name in SERVICES],
        "ARCHITECTURE": [
            *(path.relative_to(ROOT / "docs").as_posix() for path in architecture),
            *(
                [{"Packages": packages}]
                if (packages := [page for page in pages if page.startswith("packages/")])
                else []
            ),
            {"Decisions": ["adr/README.md", *(f"adr/{each.name}" for each in _records())]},
        ],
    }
    config.nav = list(_fill(config.nav or [], sections))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for place, generate in GENERATED.items():
        files.append(File.generated(config, place, content=generate()))
    for origin, place in places().items():
        if files.get_file_from_path(place) is None:
            files.append(File.generated(config, place, content=(ROOT / origin).read_text()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    origins = {place: origin for origin, place in places().items() if origin.endswith(".md") and origin != "README.md"}
    uri = page.file.src_uri
    return Links(origins.get(uri, f"docs/{uri}"), uri, places()).rewrite(markdown)


def _records() -> list[Path]:
    return sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))


def _fill(nav: list[Any], sections: Mapping[str, Any]) -> Iterator[Any]:
    """The navigation, each section that names a placeholder filled in."""
    for entry in nav:
        if isinstance(entry, dict):
            yield {title: sections.get(str(value), value) for title, value in entry.items()}
        else:
            yield entry
