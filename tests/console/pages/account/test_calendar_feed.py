"""« Mon agenda »: a secret address is made, renewed and ended, and a calendar program reads it without a session."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.support.checks.console_pages import Browser, Switch, World, text

TASK = {
    "service": "diagnostic",
    "id": "case/session_to_hold",
    "case": "01993f2e-5c00-7a10-8a51-3f6f7c1b2d40",
    "label": "Première séance de diagnostic à tenir",
    "due_on": "2026-09-14",
}


@pytest.fixture
def owner(browser: Browser, world: World) -> Browser:
    browser.enter(world.token("adviser", subject="calendar-owner", unit="dla-44"))
    return browser


def address_in(shown: Any) -> str:
    found = re.search(r'readonly value="http://console\.test(/agenda/[^"]+\.ics)"', shown.text)
    assert found, text(shown)
    return found[1]


def test_an_address_is_made_renewed_and_ended(owner: Browser, ways: dict[str, Switch]) -> None:
    made = owner.submit("/mon-agenda/creer", owner.get("/mon-agenda"))
    assert made.headers["Cache-Control"] == "no-store"
    first = address_in(made)
    renewed = owner.submit("/mon-agenda/creer", made)
    assert address_in(renewed) != first
    assert "Créer l’adresse de mon agenda" in text(owner.submit("/mon-agenda/retirer", renewed))
    owner.http.cookies.clear()
    gone = owner.get(first)
    assert (gone.status_code, gone.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")


def test_a_program_reads_the_calendar_without_a_session(browser: Browser, ways: dict[str, Switch]) -> None:
    ways["intake"].instead["/api/v1/calendar-tasks"] = [TASK]
    answer = browser.get("/agenda/secret.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "SUMMARY:Première séance de diagnostic à tenir" in answer.text
    assert "URL:http://console.test/dossiers/01993f2e-5c00-7a10-8a51-3f6f7c1b2d40/tra" in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_program_keeps_what_it_has_while_a_service_is_silent(browser: Browser, ways: dict[str, Switch]) -> None:
    ways["intake"].out = True
    answer = browser.get("/agenda/secret.ics")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_page_of_another_site_makes_no_address(owner: Browser, ways: dict[str, Switch]) -> None:
    owner.get("/mon-agenda")
    asked = len(ways["intake"].asked)
    refused = owner.http.post("/mon-agenda/creer", data={"csrf": "forged"}, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert not [each for each in ways["intake"].asked[asked:] if each.method == "POST"]
