"""Pages in a real browser: accessibility (axe-core), nothing wider than the screen, and a walk by keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

PHONE, DESKTOP = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)
ZOOMED = {200: ViewportSize(width=640, height=450), 400: ViewportSize(width=320, height=256)}
"""What a screen of 1280 px shows when its page is magnified, in percent: WCAG 2.2, 1.4.4 and 1.4.10."""
AXE = Axe()
LOOKS: list[tuple[ViewportSize, Any, dict[str, Any]]] = [
    (DESKTOP, "light", {}),
    (PHONE, "dark", {"runOnly": ["color-contrast", "link-in-text-block", "scrollable-region-focusable"]}),
]
"""The second look asks what colours and room may change: all else is of the page, and was asked already."""


FIND_STOPS = """() => {
    const found = [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")];
    const stops = found.filter(each => !each.disabled && each.tabIndex >= 0 && each.checkVisibility());
    const groups = new Set();
    window.stops = stops.filter(each => {  // of radio buttons with one name, a keyboard stops at one
        if (each.type !== "radio") return true;
        const isNew = !groups.has(each.name);
        groups.add(each.name);
        return isNew;
    });
    const top = document.createElement("span");  // where Tab goes on from is the place of what had the focus
    top.tabIndex = -1;
    document.body.prepend(top);
    top.focus();
    top.remove();
    window.scrollTo(0, 0);
    return window.stops.length;
}"""
LOOK_AT_STOP = """() => {
    const here = document.activeElement;
    if (here === document.body) return null;
    const own = getComputedStyle(here), box = here.getBoundingClientRect();
    const isMarked = own.outlineStyle !== "none" || own.boxShadow !== "none";
    const [x, y] = [box.x + Math.min(box.width / 2, 20), box.y + box.height / 2];
    const top = document.elementFromPoint(x, y);
    const isCovered = top !== null && !here.contains(top) && !top.contains(here);
    const isStop = each => each === here || (here.type === "radio" && each.type === "radio" && each.name === here.name);
    const number = window.stops.findIndex(isStop);
    return { number, isMarked, isCovered, name: here.outerHTML.slice(0, 120) };
}"""


def walk_by_keyboard(page: Page) -> None:
    """From the top of the page, by Tab alone: each control is reached, marked while it has the focus, and not
    covered by another part of the page (WCAG 2.2, 2.1.1, 2.4.7 and 2.4.11)."""
    count = page.evaluate(FIND_STOPS)
    reached = set[int]()
    while len(reached) < count:
        page.keyboard.press("Tab")
        stop = page.evaluate(LOOK_AT_STOP)
        if stop is None:
            break
        assert stop["isMarked"], f"{page.url}: nothing shows that it has the focus: {stop['name']}"
        assert not stop["isCovered"], f"{page.url}: covered while it has the focus: {stop['name']}"
        reached.add(stop["number"])
    left = page.evaluate(
        "left => left.map(each => stops[each].outerHTML.slice(0, 120))", sorted({*range(count)} - reached)
    )
    assert not left, f"{page.url}: Tab does not reach {left}"


def faultless(page: Page) -> None:
    """At a desk and in the light, on a phone in the dark, and magnified."""
    page.evaluate(AXE.axe_script)
    for size, scheme, asked in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        found = AxeResults(page.evaluate("asked => axe.run(asked)", {"resultTypes": ["violations"], **asked}))
        assert found.violations_count == 0, f"{page.url}, {scheme}\n{found.generate_report()}"
        _fits(page, f"{size['width']} px")
    for percent, size in ZOOMED.items():
        page.set_viewport_size(size)
        _fits(page, f"{percent} %")
    page.set_viewport_size(DESKTOP)
    walk_by_keyboard(page)


def readable_in_themes(page: Page, themes: Sequence[str]) -> None:
    """The page as it comes in each theme, whatever the device prefers: text against what is behind it, at 7:1 or more
    (WCAG 2.2, 1.4.6) in the strong contrast; and nothing wider than a phone."""
    for theme in themes:
        page.context.add_cookies([{"name": "dla-theme", "value": theme, "url": urljoin(page.url, "/")}])
        rules = ["color-contrast-enhanced" if theme == "contrast" else "color-contrast", "link-in-text-block"]
        for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.reload()
            assert page.locator("html").get_attribute("data-theme") == theme
            page.evaluate(AXE.axe_script)
            found = AxeResults(page.evaluate("rules => axe.run({ runOnly: rules })", rules))
            assert found.violations_count == 0, f"{page.url}, {theme}, {scheme}\n{found.generate_report()}"
            _fits(page, f"{theme}, {size['width']} px")


def stacked_on_a_phone(page: Page) -> None:
    """No list scrolls sideways, and each value says what it is."""
    page.set_viewport_size(PHONE)
    tables = page.locator("table.stacks")
    assert tables.count()
    for table in tables.all():
        wider = table.evaluate("({ parentElement: box }) => box.scrollWidth - box.clientWidth")
        assert wider <= 0, f"{page.url}: a list is {wider} px wider than its place"
        shown_as = table.locator("td").evaluate_all("cells => cells.map(cell => getComputedStyle(cell).display)")
        side_by_side = shown_as.count("table-cell")
        assert side_by_side == 0, f"{page.url}: {side_by_side} values stand in columns"
        bare = table.locator("td:not([data-title])").count()
        assert bare == 0, f"{page.url}: {bare} values do not say what they are"
    page.set_viewport_size(DESKTOP)


def _fits(page: Page, look: str) -> None:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url}, {look}: {wider} px wider than the screen"
