"""Picture of the console: the timeline of the demo's first case, as an adviser sees it.

python docs/_site/console_picture.py      plays the demo, and writes docs/images/console.png anew

It needs Debian's Chromium (`apt-get install chromium`)."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from packages import ROOT
from playwright.sync_api import Page, sync_playwright

FILE = ROOT / "docs" / "images" / "console.png"
READER, CASE = "Inès Le Goff", "Les Jardins de l’Erdre"
WIDTH, HEIGHT = 1180, 760
TIMEOUT_SECONDS = 300


@contextmanager
def demo_console() -> Iterator[str]:
    """The console's address, once the demo was played."""
    with TemporaryDirectory(prefix="dla-pictures-") as folder:
        command = [str(Path(sys.executable).with_name("dla")), "demo", "--keep"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            try:
                if not any(line.startswith("Ready") for line in process.stdout):
                    raise RuntimeError("the demo ended before it was ready")
                yield str(json.loads((Path(folder) / ".dla" / "addresses.json").read_text())["console"])
            finally:
                process.send_signal(signal.SIGINT)
                process.stdout.read()


def open_timeline(page: Page, console: str) -> None:
    page.goto(console)
    page.get_by_role("link", name="Se connecter").click()
    page.get_by_role("button", name=READER).first.click()
    page.wait_for_url(f"{console}/")
    page.get_by_role("link", name=CASE).last.click()  # the first is the linked request that came of it
    page.wait_for_load_state("networkidle")


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        sys.exit("Chromium is not here: apt-get install chromium")
    with demo_console() as console, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(locale="fr-FR", viewport={"width": WIDTH, "height": HEIGHT})
        try:
            open_timeline(page, console)
        finally:
            page.screenshot(path=FILE)
        browser.close()


if __name__ == "__main__":
    main()
