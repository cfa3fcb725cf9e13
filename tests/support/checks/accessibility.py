"""Pages in a real browser: accessibility (axe-core), and nothing wider than the screen."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

PHONE, DESKTOP = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)
AXE = Axe()
LOOKS: list[tuple[ViewportSize, Any, dict[str, Any]]] = [
    (DESKTOP, "light", {}),
    (PHONE, "dark", {"runOnly": ["color-contrast", "link-in-text-block", "scrollable-region-focusable"]}),
]
"""The second look asks what colours and room may change: all else is of the page, and was asked already."""


def faultless(page: Page) -> None:
    """At a desk and in the light, then on a phone in the dark."""
    page.evaluate(AXE.axe_script)
    for size, scheme, asked in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        found = AxeResults(page.evaluate("asked => axe.run(asked)", {"resultTypes": ["violations"], **asked}))
        assert found.violations_count == 0, f"{page.url}, {scheme}\n{found.generate_report()}"
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{page.url} is {wider} px wider than the screen"
    page.set_viewport_size(DESKTOP)
