"""Emergency access on screen: from « there is no such case » to the case, and to whoever is in charge of it."""

from __future__ import annotations

import re

import pytest
from tests.support.checks.console_pages import Browser, Switch, World, new_structure, play_case, text
from tests.support.histories.confidential_case import REASONS

REASON = "La banque bloque les comptes ce matin, et personne ne répond."


@pytest.fixture
def case(world: World) -> str:
    """A confidential one, that `some-adviser` is in charge of."""
    case = play_case(world, **new_structure("La Halle aux grains"))
    answer = world.intake.by("adviser").post(f"/api/v1/requests/{case}/confidentiality", REASONS)
    assert answer.status_code == 200, answer.text
    return case


def enter(browser: Browser, world: World, subject: str, role: str = "adviser", unit: str = "dla-44") -> None:
    browser.enter(world.token(role, subject=subject, unit=unit))


def open_form(browser: Browser, case: str) -> str:
    """The address that the page without a right leads to."""
    refused = browser.get(f"/dossiers/{case}/travail")
    assert refused.status_code == 404
    found = re.search(rf'href="(/dossiers/{case}/urgence)"', refused.text)
    assert found, text(refused)
    return found[1]


def test_a_colleague_opens_it_from_the_page_that_refuses_it(browser: Browser, world: World, case: str) -> None:
    enter(browser, world, "colleague")
    address = open_form(browser, case)
    shown = browser.get(address)
    assert "trois heures" in text(shown)
    opened = browser.submit(address, shown, motif=REASON, cle=key_of(shown.text))
    assert opened.url.path == f"/dossiers/{case}/travail"
    assert "La Halle aux grains" in opened.text and "Accès d’urgence" in text(opened)
    assert "Que faire maintenant" not in text(opened), "it is only read"
    enter(browser, world, "some-adviser")
    waiting = browser.get(f"/dossiers/{case}/travail")
    assert REASON in text(waiting)
    form = re.search(r'href="([^"]+)">J’en ai pris connaissance', waiting.text)
    assert form
    done = browser.submit(form[1], browser.get(form[1]))
    assert "Enregistré : Prendre connaissance d’un accès d’urgence" in text(done)
    assert REASON not in text(done)


def key_of(shown: str) -> str:
    found = re.search(r'name="cle" value="([^"]+)"', shown)
    assert found
    return found[1]


def test_what_was_typed_stays_when_it_is_refused_or_a_service_is_silent(
    browser: Browser, world: World, case: str, ways: dict[str, Switch]
) -> None:
    enter(browser, world, "colleague")
    address = open_form(browser, case)
    shown = browser.get(address)
    short = browser.submit(address, shown, motif="x", cle=key_of(shown.text))
    assert (short.status_code, "quelques mots" in text(short)) == (422, True)
    ways["intake"].out = True
    silent = browser.submit(address, shown, motif=REASON, cle=key_of(shown.text))
    assert (silent.status_code, REASON in text(silent)) == (503, True)
    ways["intake"].out = False
    assert browser.get(f"/dossiers/{case}/travail").status_code == 404, "nothing was recorded"


def test_another_unit_learns_nothing_and_a_manager_is_offered_none(browser: Browser, world: World, case: str) -> None:
    enter(browser, world, "elsewhere", unit="dla-75")
    address = open_form(browser, case)
    shown = browser.get(address)
    refused = browser.submit(address, shown, motif=REASON, cle=key_of(shown.text))
    assert (refused.status_code, "Aucun dossier de votre unité" in text(refused)) == (404, True)
    enter(browser, world, "elsewhere", role="manager", unit="dla-75")
    assert "/urgence" not in browser.get(f"/dossiers/{case}/travail").text
    assert browser.http.get(address, follow_redirects=False).status_code == 303


def test_who_sees_the_case_comes_to_it(browser: Browser, world: World, case: str) -> None:
    enter(browser, world, "some-adviser")
    address = f"/dossiers/{case}/urgence"
    answer = browser.submit(address, browser.get(address), motif=REASON)
    assert answer.url.path == f"/dossiers/{case}/travail"
