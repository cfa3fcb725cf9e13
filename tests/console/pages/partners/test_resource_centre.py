"""The resource centre's pages: the questions addressed to it, answered by form, and no other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.console.pages.leader.conftest import CHANGED, discussed_case, write
from tests.console.pages.partners.test_committee import list_anew
from tests.support.checks.console_pages import Browser, Switch, World, text

from shared.kernel import paris_date

CENTRE = "crdla-culture"
QUESTION = "Comment fixer un tarif solidaire ?"


@pytest.fixture(scope="module")
def asked(world: World) -> str:
    """A case with a question to this centre, and one to another."""
    case = discussed_case(world)
    for unit, question in ((CENTRE, QUESTION), ("crdla-sport", "Une autre question.")):
        write(world, case, ("/advice", {"centre": unit, "question": question, "unit": unit}))
    list_anew(world)
    return case


@pytest.fixture
def centre(browser: Browser, world: World) -> Browser:
    browser.enter(world.token("resource_centre", unit=CENTRE))
    return browser


def test_a_question_is_listed_read_and_answered(centre: Browser, asked: str) -> None:
    shown = centre.get("/")
    assert shown.url.path == "/conseils" and "1 réponse attendue" in text(shown)
    read = centre.get(f"/conseils/{asked}")
    assert QUESTION in text(read) and "Une autre question" not in read.text and CHANGED not in read.text
    path = read.text.partition('class="button" href="')[2].partition('"')[0]
    form = centre.get(path)
    key = "019c0000-0000-7000-8000-0000000000ac"
    sent = {"received_on": paris_date(datetime.now(UTC)).isoformat(), "answer": "Par tranches de quotient.", "cle": key}
    done = centre.submit(path, form, **sent)
    assert done.url.path == f"/conseils/{asked}", text(done)
    assert "Par tranches de quotient." in text(done) and "répondue le" in text(done)


def test_a_centre_that_is_asked_nothing_is_told_so(browser: Browser, world: World, ways: dict[str, Switch]) -> None:
    browser.enter(world.token("resource_centre", unit="crdla-none"))
    shown = browser.get("/conseils")
    assert "Aucune question ne vous est posée." in text(shown)
    assert "« Suivi" in text(shown), "the sheets are of a service that is out"
    ways["diagnostic"].out = True
    assert "Aucune question ne vous est posée." not in text(browser.get("/conseils"))
