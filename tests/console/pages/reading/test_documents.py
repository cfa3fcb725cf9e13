"""The documents page: a reader finds, reads and downloads the documents of a case, as the services render them."""

from __future__ import annotations

import re

import pytest
from tests.support.checks.console_pages import NAME, Browser, Switch, World, text


def papers_of(browser: Browser, case: str) -> dict[str, str]:
    """Where the page leads, by the file's name."""
    shown = browser.open(case, f"/dossiers/{case}/documents")
    assert shown.status_code == 200, shown.text
    return {
        found[1]: found[0] for found in re.findall(rf'href="(/dossiers/{case}/documents/([^"?]+)\?[^"]+)"', shown.text)
    }


@pytest.mark.parametrize("role", ["auditor", "leader"])
def test_a_paper_is_read_in_the_browser_and_kept_as_a_file(browser: Browser, world: World, role: str) -> None:
    case = {"case": world.case, "unit": "dla-44"} if role == "leader" else {}
    browser.enter(world.token(role, **case))
    found = papers_of(browser, world.case)
    html = next(where for name, where in found.items() if name.startswith("accueil/") and name.endswith(".html"))
    read = browser.get(html)
    assert read.headers["Content-Type"].startswith("text/html") and NAME in read.text
    policy = read.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and policy.endswith("sandbox") and "style-src 'sha256-" in policy
    assert read.headers["X-Content-Type-Options"] == "nosniff" and "no-store" in read.headers["Cache-Control"]
    kept = browser.get(html.replace(".html?", ".pdf?"))
    assert kept.content.startswith(b"%PDF-") and kept.headers["Content-Type"] == "application/pdf"
    assert kept.headers["Content-Disposition"].startswith("attachment; ")


def test_what_is_opened_is_the_version_that_was_listed(browser: Browser, world: World, ways: dict[str, Switch]) -> None:
    browser.enter(world.token())
    (where, *_) = papers_of(browser, world.case).values()
    browser.get(where)
    asked = [each.url for each in ways["intake"].asked if "/documents/" in each.url.path][-1]
    assert asked.query == b"version=5"


def test_a_phase_that_was_not_reached_has_none_and_one_that_is_out_is_named(auditor: Browser, world: World) -> None:
    shown = text(auditor.open(world.case, f"/dossiers/{world.case}/documents"))
    assert "Le service « Parcours » ne répond pas" in shown and "Garder en PDF" in shown


def test_what_is_no_paper_is_not_found_and_who_may_not_read_it_is_told(browser: Browser, world: World) -> None:
    path = f"/dossiers/{world.case}/documents"
    browser.enter(world.token("dpo"))
    refused = browser.open(world.case, path)
    assert refused.status_code == 403 and "Garder en PDF" not in refused.text
    browser.enter(world.token("adviser", unit="dla-44"))
    for unknown in ("accueil/nothing.html", "cuisine/fiche.html", "accueil/..%2F..%2Fme.html", "accueil/fiche.exe"):
        assert browser.get(f"{path}/{unknown}").status_code == 404, unknown
