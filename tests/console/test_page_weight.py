"""How much a browser fetches at first: a page with all that it names, as sent."""

from __future__ import annotations

import gzip
import re

import pytest
from tests.support.checks.console_pages import Browser, World

MAX_BYTES = 100_000
LINKED = re.compile(r'(?:href|src)="(/statique/[^"]+)"')


@pytest.mark.parametrize("path", ["/aujourdhui", "/dossiers", "/dossiers/{case}", "/dossiers/{case}/travail"])
def test_a_first_page_weighs_less_than_a_hundred_kilobytes(browser: Browser, world: World, path: str) -> None:
    browser.enter(world.token("adviser", unit="dla-44"))
    page = browser.get(path.format(case=world.case))
    assert "content-encoding" not in page.headers, "the size of a compressed page would tell what is on it"
    weights = {each: _sent_bytes(browser, each) for each in set(LINKED.findall(page.text))}
    assert len(weights) > 10
    whole = len(page.content) + sum(weights.values())
    assert whole <= MAX_BYTES, f"{path}: {whole} bytes; the page has {len(page.content)}; {weights}"


def _sent_bytes(browser: Browser, path: str) -> int:
    """As compressed by the console; httpx has unpacked it here."""
    answer = browser.get(path)
    encoding = answer.headers.get("content-encoding")
    assert (encoding == "gzip") == (len(answer.content) >= 500), path
    return len(gzip.compress(answer.content, 9)) if encoding else len(answer.content)
