"""How much a browser fetches at first: a page with all that it names, as sent."""

from __future__ import annotations

import gzip
import html
import re
from uuid import uuid4

import httpx
import pytest
from tests.support.checks.console_pages import Browser, Switch, World, text

MAX_BYTES = 100_000
LINKED = re.compile(r'(?:href|src)="(/statique/[^"]+)"')


@pytest.mark.parametrize("path", ["/aujourdhui", "/dossiers", "/dossiers/{case}", "/dossiers/{case}/travail"])
def test_a_first_page_weighs_less_than_a_hundred_kilobytes(browser: Browser, world: World, path: str) -> None:
    browser.enter(world.token("adviser", unit="dla-44"))
    _weighs_little(browser, path.format(case=world.case))


def test_a_long_timeline_shows_the_beginning_of_each_phase_and_leads_to_the_rest(
    browser: Browser, world: World, ways: dict[str, Switch]
) -> None:
    browser.enter(world.token("adviser", unit="dla-44"))
    path = f"/api/v1/cases/{world.case}/timeline"
    timeline = world.audit.by("adviser").get(path).json()
    received = next(each for each in timeline["events"] if each["service"] == "intake")
    assessed = next(each for each in timeline["events"] if each["service"] == "diagnostic")
    timeline["events"] = [received | {"id": str(uuid4())} for _ in range(90)] + [assessed]
    ways["audit"].instead[path] = timeline
    shown = _weighs_little(browser, f"/dossiers/{world.case}")
    assert "91 événements" in text(shown) and shown.text.count("data-event=") == 12 + 1
    assert text(shown).count("autres événements de cette phase") == 1
    address = re.search(r'href="([^"]+)">78&nbsp;autres événements', shown.text)
    assert address, "a phase that is short is shown whole, and leads nowhere"
    whole = browser.get(html.unescape(address[1]))
    assert whole.text.count("data-event=") == 90 and "autres événements" not in text(whole)


def _weighs_little(browser: Browser, path: str) -> httpx.Response:
    page = browser.get(path)
    assert "content-encoding" not in page.headers, "the size of a compressed page would tell what is on it"
    weights = {each: _sent_bytes(browser, each) for each in set(LINKED.findall(page.text))}
    assert len(weights) > 10
    whole = len(page.content) + sum(weights.values())
    assert whole <= MAX_BYTES, f"{path}: {whole} bytes; the page has {len(page.content)}; {weights}"
    return page


def _sent_bytes(browser: Browser, path: str) -> int:
    """As compressed by the console; httpx has unpacked it here."""
    answer = browser.get(path)
    encoding = answer.headers.get("content-encoding")
    assert (encoding == "gzip") == (len(answer.content) >= 500), path
    return len(gzip.compress(answer.content, 9)) if encoding else len(answer.content)
