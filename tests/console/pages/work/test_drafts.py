"""Drafts in the browser: what is typed comes back after a reload, another page, another tab and another session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.support.checks.console_in_chromium import CHROMIUM
from tests.support.checks.screens import ADVISER, MANAGER, Screen, Stage

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: nobody was at a screen")
FORM = "/faire/intake/requests"
NEED = "Une seule subvention porte notre budget."
KEPT = "() => Object.keys(localStorage).filter((key) => key.startsWith('dla-draft:')).length"


@pytest.fixture
def ines(stage: Stage) -> Iterator[Screen]:
    screen = Screen(stage)
    screen.sign_in(ADVISER)
    yield screen
    screen.page.context.close()
    assert screen.faults == []


def write(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.console}{FORM}")
    page.get_by_label("Besoin exprimé").fill(NEED)
    page.get_by_label("Association", exact=True).check()
    page.wait_for_function(f"() => ({KEPT})() === 1")


def is_back(page: Page) -> None:
    expect(page.get_by_label("Besoin exprimé")).to_have_value(NEED)
    expect(page.get_by_label("Association", exact=True)).to_be_checked()
    expect(page.get_by_text("Votre brouillon est revenu")).to_be_visible()


def test_a_draft_survives_a_reload_the_back_button_and_another_tab(stage: Stage, ines: Screen) -> None:
    page = ines.page
    write(page, stage)
    key = page.locator("[name=cle]").input_value()
    page.reload()
    is_back(page)
    assert page.locator("[name=cle]").input_value() == key, "so that it is recorded once"
    page.goto(f"{stage.console}/aujourdhui")
    page.go_back()
    expect(page.get_by_label("Besoin exprimé")).to_have_value(NEED)
    other = page.context.new_page()
    other.goto(f"{stage.console}{FORM}")
    is_back(other)
    other.get_by_label("Besoin exprimé").fill("Autre chose.")
    expect(page.get_by_text("Vous écrivez aussi ce formulaire dans un autre onglet")).to_be_visible()
    page.get_by_role("button", name="Reprendre celui de l’autre onglet").click()
    expect(page.get_by_label("Besoin exprimé")).to_have_value("Autre chose.")


def test_a_draft_is_of_one_person_and_outlives_their_session(stage: Stage, ines: Screen) -> None:
    page = ines.page
    write(page, stage)
    page.context.clear_cookies()
    page.goto(f"{stage.console}{FORM}")
    page.get_by_role("link", name="Se connecter").click()
    page.get_by_role("button", name=MANAGER).click()
    page.goto(f"{stage.console}{FORM}")
    expect(page.get_by_label("Besoin exprimé")).to_have_value("")
    page.context.clear_cookies()
    ines.sign_in(ADVISER)
    page.goto(f"{stage.console}{FORM}")
    is_back(page)


def test_signing_out_leaves_nothing_on_the_computer(stage: Stage, ines: Screen) -> None:
    write(ines.page, stage)
    ines.page.get_by_role("button", name="Se déconnecter").click()
    expect(ines.page.get_by_text("Vous êtes déconnecté·e")).to_be_visible()
    assert ines.page.evaluate(KEPT) == 0


def test_what_is_recorded_leaves_no_draft_and_a_row_that_was_added_comes_back(stage: Stage, ines: Screen) -> None:
    page = ines.page
    page.goto(f"{stage.console}{FORM}")
    structure = {"name": "Les Paniers du coin", "department": "44", "rna": "W441239999"}
    ines.fill({f"structure.{name}": value for name, value in structure.items()})
    ines.fill({"structure.legal_form": "association", "contact.name": "Nolwenn Pichon", "need": NEED})
    ines.send("Recevoir une demande")
    assert page.evaluate(KEPT) == 0
    ines.choose("Consigner un entretien d’accueil")
    address = page.url
    ines.fill({"participants.0.name": "Yann Prigent", "participants.1.name": "Soizic Morvan"})
    page.wait_for_function("() => Object.values(localStorage).some((draft) => draft.includes('Soizic'))")
    page.goto(f"{stage.console}/aujourdhui")
    page.goto(address)
    expect(page.locator("[name='participants.1.name']")).to_have_value("Soizic Morvan")
    expect(page.locator("[name='participants.0.name']")).to_have_value("Yann Prigent")
