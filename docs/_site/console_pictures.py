"""Pictures of the console, in docs/images: what an adviser and a leader see of the cases of the tour.

python docs/_site/console_pictures.py      plays the tour, some minutes, and takes each picture anew

It needs Debian's Chromium (`apt-get install chromium`)."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from packages import ROOT
from playwright.sync_api import Page, ViewportSize, sync_playwright

IMAGES = ROOT / "docs" / "images"
ADVISER, FOLLOWED, OPEN = "Inès Le Goff", "La Fabrique des Possibles", "Les Ateliers du Lavoir"
DESKTOP, PHONE = ViewportSize(width=1180, height=760), ViewportSize(width=390, height=780)


@dataclass(frozen=True, slots=True)
class PlayedStack:
    """A stack on which the tour was played. `folder`: where its `.dla` is."""

    console: str
    folder: Path

    def token(self, role: str, case: str) -> str:
        command = [_program(), "token", "--role", role, "--case", case]
        printed = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=True).stdout
        return printed.split()[-1]


def _program() -> str:
    return str(Path(sys.executable).with_name("dla"))


@contextmanager
def played_stack() -> Iterator[PlayedStack]:
    """Raises RuntimeError when the tour ends before everything is ready."""
    with TemporaryDirectory(prefix="dla-pictures-") as name:
        folder = Path(name)
        with subprocess.Popen([_program(), "tour", "--keep"], cwd=folder, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            try:
                if not any(line.startswith("Ready") for line in process.stdout):
                    raise RuntimeError("the tour ended before it was ready")
                addresses = json.loads((folder / ".dla" / "addresses.json").read_text())
                yield PlayedStack(str(addresses["console"]), folder)
            finally:
                process.send_signal(signal.SIGINT)
                process.stdout.read()


def show_today(page: Page, stack: PlayedStack) -> None:
    page.goto(f"{stack.console}/aujourdhui")
    page.get_by_role("link", name="Toute l’unité").click()


def show_work(page: Page, stack: PlayedStack) -> None:
    page.goto(f"{stack.console}/dossiers/{case_named(page, stack, OPEN)}/travail")


def show_timeline(page: Page, stack: PlayedStack) -> None:
    page.goto(f"{stack.console}/dossiers/{case_named(page, stack, FOLLOWED)}")
    page.wait_for_load_state("networkidle")


def show_to_leader(page: Page, stack: PlayedStack) -> None:
    token = stack.token("leader", case_named(page, stack, FOLLOWED))
    page.context.clear_cookies()
    page.goto(f"{stack.console}/")
    page.get_by_text("Avec un jeton de développement").click()
    page.get_by_label("Jeton").fill(token)
    page.get_by_role("button", name="Entrer avec ce jeton").click()
    page.wait_for_load_state("networkidle")


def case_named(page: Page, stack: PlayedStack, name: str) -> str:
    """The id of a case, as the list of cases leads to it."""
    page.goto(f"{stack.console}/dossiers?q={name}")
    href = page.get_by_role("link", name=name).last.get_attribute("href")  # before it may stand a request linked to it
    assert href
    return href.split("/")[2]  # /dossiers/ID/travail


PICTURES: list[tuple[str, ViewportSize, Callable[[Page, PlayedStack], None]]] = [
    ("today.png", DESKTOP, show_today),
    ("work.png", DESKTOP, show_work),
    ("console.png", DESKTOP, show_timeline),
    ("leader.png", PHONE, show_to_leader),
]
"""By file: how large the screen is, and what is shown. The leader's last, for it signs the adviser out."""


def sign_in(page: Page, stack: PlayedStack) -> None:
    page.goto(stack.console)
    page.get_by_role("link", name="Se connecter").click()
    page.get_by_role("button", name=ADVISER).first.click()
    page.get_by_role("heading", name="Aujourd’hui", level=1).wait_for()


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        sys.exit("Chromium is not here: apt-get install chromium")
    with played_stack() as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(locale="fr-FR", viewport=DESKTOP)
        sign_in(page, stack)
        for file, size, show in PICTURES:
            page.set_viewport_size(size)
            show(page, stack)
            page.screenshot(path=IMAGES / file)
        browser.close()


if __name__ == "__main__":
    main()
