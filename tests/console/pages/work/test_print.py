"""On paper: a case page and a diagnosis, as Chromium prints them.

In Debian's Chromium; skipped, and said so, where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from unicodedata import normalize

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from tests.support.checks.console_in_chromium import CHROMIUM, listening_console, page_of
from tests.support.checks.console_pages import NAME, Switch, World, new_structure, play_case

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: nothing was printed")
FINDINGS = "Soixante-quatre pour cent des produits viennent d’un seul financeur, dont la convention s’achève. " * 6
A4_POINTS = (595, 842)


@pytest.fixture
def console(ways: dict[str, Switch]) -> Iterator[str]:
    with listening_console(ways) as address:
        yield address


def printed(page: Page) -> list[str]:
    """The text of each sheet, on A4, with blanks as one and without ligatures."""
    content = page.pdf(prefer_css_page_size=True, print_background=True)
    sheets = PdfReader(BytesIO(content)).pages
    assert {(round(sheet.mediabox.width), round(sheet.mediabox.height)) for sheet in sheets} == {A4_POINTS}
    return [" ".join(normalize("NFKC", sheet.extract_text()).split()) for sheet in sheets]


def assessed_case(world: World) -> str:
    case = play_case(world, **new_structure("La Halle aux grains"))
    adviser = world.diagnostic.by("adviser")
    for axis in ("business_model", "governance", "human_resources", "digital"):
        body = {"axis": axis, "rating": 2, "findings": FINDINGS, "strengths": ["Une équipe stable."]}
        answer = adviser.post(f"/api/v1/diagnoses/{case}/axes", body)
        assert answer.status_code == 200, answer.text
    return case


def test_a_case_is_printed_without_what_only_a_screen_can_do(chromium: Chromium, console: str, world: World) -> None:
    with page_of(chromium, console, world.token("adviser", subject="prints", unit="dla-44")) as page:
        page.goto(f"{console}/dossiers/{world.case}/travail")
        sheets = printed(page)
        text = " ".join(sheets)
        assert NAME in sheets[0] and "Les cinq phases" not in text
        assert "Entretien d’accueil" in text, "what was done, not only when"
        assert "Une seule convention porte les deux tiers" in text and "Maëlle Kerdoncuff" in text
        for gone in ("Que faire maintenant", "Se déconnecter", "Toute la chronologie", "Mentions légales", "Joindre à"):
            assert gone not in text, gone
        assert "À garder et à détruire comme le dossier lui-même" in sheets[-1]
        page.emulate_media(media="screen")
        expect(page.get_by_text("À garder et à détruire")).to_be_hidden()


def test_a_diagnosis_is_printed_whole_in_black_on_white(chromium: Chromium, console: str, world: World) -> None:
    case = assessed_case(world)
    with page_of(chromium, console, world.token("adviser", subject="prints-too", unit="dla-44")) as page:
        page.emulate_media(color_scheme="dark")
        page.goto(f"{console}/dossiers/{case}/etat/diagnostic")
        sheets = printed(page)
        text = " ".join(sheets)
        assert text.count("d’un seul financeur") >= 4 * 6, "nothing is cut off"
        assert "Version n° 5, la dernière étant la n° 5" in sheets[0]
        for gone in ("Précédente", "Les touches", "Ce que cet événement a changé", "modifié", "Documents"):
            assert gone not in text, gone
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.querySelector('.tree dd')).color") == "rgb(0, 0, 0)"
