"""The console in Chromium, before services of this process: its address, and a page of somebody signed in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright
from tests.support.checks.accessibility import DESKTOP
from tests.support.checks.console_pages import Switch, settings
from tests.support.samples.sample_services import eventually

from console.main import create_app
from embedded.processes import ports
from shared.web.limits import build_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
"""`apt-get install chromium`; no browser of another origin is fetched."""


@contextmanager
def launched_chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"]  # tests run as root in a container, where Chromium has no other way
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@contextmanager
def listening_console(ways: Mapping[str, Switch]) -> Iterator[str]:
    """Its address; one enters by a token of development."""
    port = ports.choose_ports({"console": None})["console"]
    address = f"http://127.0.0.1:{port}"
    deployed = settings(address=address, port=port, poll_seconds=0.1)
    server = build_server(create_app(deployed, ways), deployed, shutdown_seconds=1)
    thread = Thread(target=server.run, name="console")
    thread.start()
    eventually(lambda: server.started)
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join()


def enter_by_token(page: Page, console: str, token: str, then: str = "/") -> None:
    page.goto(f"{console}/connexion?vers={then}")
    page.get_by_text("Avec un jeton de développement").click()
    page.get_by_label("Jeton").fill(token)
    page.get_by_role("button", name="Entrer avec ce jeton").click()
    page.get_by_role("button", name="Se déconnecter").wait_for()


@contextmanager
def page_of(chromium: Chromium, console: str, token: str) -> Iterator[Page]:
    """In a context of its own; a fault of a script, or of the page's policy, fails the test."""
    context = chromium.new_context(locale="fr-FR", viewport=DESKTOP)
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    enter_by_token(page, console, token)
    yield page
    context.close()
    assert faults == []
