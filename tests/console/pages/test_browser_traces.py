"""What stays in a browser of a shared computer: its history, the pages of before, the files of its profile.

In Debian's Chromium; skipped, and said so, where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from tests.support.checks.console_in_chromium import CHROMIUM, listening_console
from tests.support.checks.console_pages import Switch, World, new_structure, play_case
from tests.support.samples.sample_services import eventually

NAME = "Les Jardins de l’Erdre"
"""Of structures, one for each case."""
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: no page was looked at in a browser")
expect.set_options(timeout=20_000)


@pytest.fixture
def console(ways: dict[str, Switch]) -> Iterator[str]:
    """Its address."""
    with listening_console(ways) as address:
        yield address


@contextmanager
def profile(folder: Path, **options: Any) -> Iterator[BrowserContext]:
    """A browser that keeps its files, as that of a person does."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"]  # tests run as root in a container, where Chromium has no other way
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=CHROMIUM, args=arguments, locale="fr-FR", **options
        )
        yield context
        context.close()


def files_with(folder: Path, text: str) -> list[str]:
    """Files of a profile in which a text stands, as UTF-8 or UTF-16."""
    wanted = (text.encode(), text.encode("utf-16-le"))
    found = [each for each in folder.rglob("*") if each.is_file()]
    return sorted(each.name for each in found if any(one in content_of(each) for one in wanted))


def content_of(file: Path) -> bytes:
    """Nothing when a browser that still runs has just removed it."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def addresses_of(page: Page) -> list[str]:
    """Those that the back button knows, and the window's own."""
    entries = page.context.new_cdp_session(page).send("Page.getNavigationHistory")["entries"]
    return [value for entry in entries for value in (entry["url"], entry["userTypedURL"])]


def give_link(world: World) -> tuple[str, str]:
    """A case and the secret of a link to it."""
    case = play_case(world, **new_structure("Le Fournil partagé"))
    asked = {"role": "leader", "name": "Maëlle Kerdoncuff", "reason": "Pour lire le dossier."}
    given = world.intake.by("adviser").post(f"/api/v1/requests/{case}/access-links", asked).json()
    world.carried()
    return case, given["secret"]


def sign_in(page: Page, console: str, world: World) -> None:
    """With a token of development, and a reason for reading the case."""
    page.goto(f"{console}/connexion?vers=/dossiers/{world.case}")
    page.get_by_text("Avec un jeton de développement").click()
    page.get_by_label("Jeton").fill(world.token())
    page.get_by_role("button", name="Entrer avec ce jeton").click()
    page.locator("[name=motif]").fill("Contrôle annuel de la région")
    page.locator("main button").click()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()


def test_the_back_button_shows_nothing_after_the_sign_out(console: str, world: World, tmp_path: Path) -> None:
    with profile(tmp_path) as context:
        page = context.new_page()
        sign_in(page, console, world)
        page.goto(f"{console}/dossiers/{world.case}/etat/accueil")
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.get_by_role("heading", name="Vous êtes déconnecté·e")).to_be_visible()
        for _ in range(3):
            page.go_back()
            expect(page.get_by_role("link", name="Se connecter")).to_be_visible()
            assert NAME not in page.content()
    assert files_with(tmp_path, "Une seule convention porte") == [], "no page is kept on disk"


def test_a_timeline_that_is_open_gets_nothing_after_the_sign_out(
    console: str, world: World, ways: dict[str, Switch], tmp_path: Path
) -> None:
    with profile(tmp_path) as context:
        page = context.new_page()
        sign_in(page, console, world)
        other = context.new_page()
        other.goto(f"{console}/dossiers/{world.case}")
        expect(other.locator("[data-live]")).to_be_attached()
        looks = len(ways["audit"].asked)
        eventually(lambda: len(ways["audit"].asked) > looks)
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.get_by_role("heading", name="Vous êtes déconnecté·e")).to_be_visible()
        before = len(ways["audit"].asked)
        with other.expect_response(lambda response: "/direct" in response.url and response.status != 200):
            pass
        assert len(ways["audit"].asked) == before, "no service is asked for the session any more"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_personal_link_leaves_its_secret_nowhere_in_the_browser(
    console: str, world: World, ways: dict[str, Switch], tmp_path: Path, javascript: bool
) -> None:
    """Nor where a service was down when the code was sent, nor in what is sent to anybody: addresses, Referer."""
    case, secret = give_link(world)
    sent: list[str] = []
    with profile(tmp_path, java_script_enabled=javascript) as context:
        page = context.new_page()
        page.on("request", lambda request: sent.extend((request.url, request.headers.get("referer", ""))))
        page.goto(f"{console}/acces")
        ways["audit"].out = ways["intake"].out = True
        enter_code(page, secret)
        expect(page.get_by_text("ne répond pas")).to_be_visible()
        eventually(lambda: any(name.startswith("Session_") for name in files_with(tmp_path, "/acces?refus=503")))
        ways["audit"].out = ways["intake"].out = False
        page.goto(f"{console}/acces")
        enter_code(page, f" {secret[:20]}\n{secret[20:]} ")
        page.wait_for_url(f"**/dossiers/{case}/mon-accompagnement")
        expect(page.get_by_text("Le Fournil partagé").first).to_be_visible()
        known = addresses_of(page)
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.get_by_role("heading", name="Vous êtes déconnecté·e")).to_be_visible()
        for _ in range(4):
            page.go_back()
            assert secret not in page.content()
    assert len(known) > 3 and len(sent) > 10
    assert [each for each in (*known, *sent) if secret in each] == []
    assert "History" in files_with(tmp_path, f"{console}/acces"), "the profile is that of the visit"
    assert files_with(tmp_path, secret) == []


def enter_code(page: Page, code: str) -> None:
    page.get_by_label("Code reçu").fill(code)
    page.get_by_role("button", name="Ouvrir le dossier").click()


def test_a_link_of_before_whose_address_holds_the_secret_still_works_and_says_what_the_browser_kept(
    console: str, world: World, tmp_path: Path
) -> None:
    """Browsers record an address before its page can replace it: files of the profile show it."""
    case, secret = give_link(world)
    with profile(tmp_path) as context:
        page = context.new_page()
        page.goto(f"{console}/acces#{secret}")
        expect(page.get_by_text("ce navigateur la garde dans son historique")).to_be_visible()
        assert page.url == f"{console}/acces"
        page.get_by_role("button", name="Ouvrir le dossier").click()
        page.wait_for_url(f"**/dossiers/{case}/mon-accompagnement")
        page.goto(f"{console}/acces")
        expect(page.get_by_text("ce navigateur la garde dans son historique")).to_be_hidden()
    assert "History" in files_with(tmp_path, secret)
