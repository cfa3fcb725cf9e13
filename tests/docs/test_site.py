"""The documentation site: built strictly from this tree, its links checked, nothing loaded from another server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
NOT_LOADED = {"canonical", "prev", "next"}


class Loaded(HTMLParser):
    """The addresses that a page loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        address = known.get(LOADING.get(tag, ""))
        if address and known.get("rel") not in NOT_LOADED:
            self.addresses.append(address)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("site")
    command = [str(Path(sys.executable).with_name("mkdocs")), "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    run = subprocess.run(command, cwd=TOP, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr + run.stdout
    yield folder


def test_no_page_loads_anything_from_another_server(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        loaded = Loaded()
        loaded.feed(page.read_text())
        assert [each for each in loaded.addresses if re.match(r"(https?:)?//", each)] == [], page.name


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("reference/settings.html", "DLA_DATABASE_URL"),
        ("reference/operations.html", "/admission"),
        ("reference/commands.html", "AdmitRequest"),
        ("reference/problems.html", "no-meeting"),
        ("reference/problems.html", "idempotency-key-reused"),
        ("reference/events.html", "request-admitted:v1"),
        ("reference/statistics.html", "orientation_rate"),
        ("reference/command-line.html", "dla-audit verify"),
        ("services/audit.html", "RFC 6962"),
        ("adr/0001-workspace.html", "Status: accepted"),
    ],
)
def test_the_reference_is_made_from_the_code(site: Path, page: str, words: str) -> None:
    assert words in (site / page).read_text()


def test_the_picture_of_the_flow_is_the_one_that_the_schemas_give() -> None:
    made = subprocess.run(
        [sys.executable, "-c", "import flow_picture; print(flow_picture.picture(), end='')"],
        cwd=TOP / "docs" / "_site",
        capture_output=True,
        text=True,
        check=True,
    )
    assert (TOP / "docs" / "images" / "flow.svg").read_text() == made.stdout, "make pictures"
