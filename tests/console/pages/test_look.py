"""The look of the pages in a real browser: each theme, black on white on paper, and hyphens.

In Debian's Chromium; skipped, and said so, where there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from tests.support.checks.accessibility import PHONE, faultless, readable_in_themes
from tests.support.checks.console_in_chromium import CHROMIUM, listening_console, page_of
from tests.support.checks.console_pages import Switch, World

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: no theme was looked at in a browser")
CHOSEN = ("light", "dark", "contrast")
PAGES = (
    "/aujourdhui",
    "/dossiers",
    "/dossiers/{case}",
    "/dossiers/{case}/travail",
    "/dossiers/{case}/etat/intake",
    "/nouvelle-demande",
    "/chiffres",
    "/affichage",
    "/apparence",
)
WHITE, BLACK = "rgb(255, 255, 255)", "rgb(0, 0, 0)"


@pytest.fixture
def console(ways: dict[str, Switch]) -> Iterator[str]:
    with listening_console(ways) as address:
        yield address


def colours(page: Page) -> tuple[str, str]:
    """The background and the text of the page."""
    found: list[str] = page.evaluate(
        "(({ backgroundColor, color }) => [backgroundColor, color])(getComputedStyle(document.documentElement))"
    )
    return found[0], found[1]


def test_the_main_pages_are_read_in_each_theme(chromium: Chromium, console: str, world: World) -> None:
    with page_of(chromium, console, world.token("adviser", subject="looks-at-themes", unit="dla-44")) as page:
        for path in PAGES:
            page.goto(console + path.format(case=world.case))
            readable_in_themes(page, CHOSEN)


def test_a_theme_is_chosen_by_keyboard_at_the_foot_of_a_page(chromium: Chromium, console: str) -> None:
    context = chromium.new_context(locale="fr-FR", color_scheme="light")
    page = context.new_page()
    page.goto(f"{console}/acces")
    of_the_device = colours(page)
    page.get_by_role("contentinfo").get_by_role("link", name="Affichage").press("Enter")
    expect(page.get_by_label("Comme mon appareil")).to_be_checked()
    faultless(page)
    page.emulate_media(color_scheme="light")
    page.get_by_label("Comme mon appareil").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code reçu")).to_be_visible()
    assert page.url == f"{console}/acces"
    dark = colours(page)
    assert dark != of_the_device
    page.emulate_media(color_scheme="dark")
    assert colours(page) == dark
    assert page.evaluate("document.cookie") == "", "no script reads it"
    context.close()


def test_the_contrast_a_device_prefers_is_that_of_the_setting(chromium: Chromium, console: str) -> None:
    context = chromium.new_context(locale="fr-FR", color_scheme="dark", contrast="more")
    page = context.new_page()
    page.goto(f"{console}/connexion")
    assert colours(page) == (BLACK, WHITE)
    page.emulate_media(contrast="no-preference")
    assert colours(page) != (BLACK, WHITE)
    context.add_cookies([{"name": "dla-theme", "value": "contrast", "url": console}])
    page.reload()
    assert colours(page) == (BLACK, WHITE)
    page.emulate_media(color_scheme="light")
    assert colours(page) == (WHITE, BLACK)
    context.close()


@pytest.mark.parametrize("theme", CHOSEN)
def test_paper_is_white_in_each_theme(chromium: Chromium, console: str, theme: str) -> None:
    context = chromium.new_context(locale="fr-FR", color_scheme="dark", contrast="more")
    context.add_cookies([{"name": "dla-theme", "value": theme, "url": console}])
    page = context.new_page()
    page.goto(f"{console}/stats")
    page.emulate_media(media="print")
    assert colours(page) == (WHITE, BLACK)
    page.evaluate("document.body.style.color = 'var(--p1)'")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(106, 76, 147)", "the light value"
    context.close()


HYPHENS = "selector => getComputedStyle(document.querySelector(selector)).hyphens"


def test_long_texts_are_hyphenated_in_narrow_columns_and_names_and_headings_are_not(
    chromium: Chromium, console: str, world: World
) -> None:
    with page_of(chromium, console, world.token("adviser", subject="looks-at-hyphens", unit="dla-44")) as page:
        page.goto(f"{console}/dossiers/{world.case}/travail")
        assert page.evaluate(HYPHENS, ".need") == "auto"
        for selector in ("h1", "h2", ".badge", ".id", ".facts", ".notice p"):
            assert page.evaluate(HYPHENS, selector) == "manual", selector
        page.set_viewport_size(PHONE)
        assert page.evaluate(HYPHENS, ".notice p:last-child") == "auto"
        for selector in ("h1", "h2", ".badge", ".id", ".facts", ".notice strong"):
            assert page.evaluate(HYPHENS, selector) == "manual", selector
        assert page.locator("html").get_attribute("lang") == "fr"
