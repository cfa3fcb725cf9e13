"""The manager's page: funds at a glance, and who has how many cases."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.checks.console_pages import Browser, Switch, World, text

from console.pages.manage.unit import adviser_lines, draw_fund

FUND: dict[str, Any] = {
    "id": "0199aaaa-0000-7000-8000-000000000001",
    "unit": "dla-44",
    "year": 2026,
    "allocated_cents": 25_000_000,
    "committed_cents": 10_000_000,
    "paid_cents": 2_500_000,
}


@pytest.fixture
def manager(browser: Browser, world: World) -> Browser:
    browser.enter(world.token("manager", unit="dla-44"))
    return browser


def test_a_fund_is_drawn_by_its_shares() -> None:
    drawn = draw_fund(FUND)
    assert (drawn.paid, drawn.committed, drawn.available_cents) == (100, 400, 15_000_000)


def test_a_fund_that_was_reduced_below_what_is_committed_stays_within_its_bar() -> None:
    drawn = draw_fund(FUND | {"allocated_cents": 5_000_000})
    assert (drawn.paid, drawn.committed, drawn.available_cents) == (250, 1000, -5_000_000)
    empty = draw_fund(FUND | dict.fromkeys(("allocated_cents", "committed_cents", "paid_cents"), 0))
    assert (empty.paid, empty.committed) == (0, 0)


def test_who_has_left_still_shows_with_their_cases() -> None:
    cases: list[dict[str, Any]] = [
        {"adviser": {"id": "gone", "name": "Yann"}},
        {"adviser": {"id": "gone", "name": None}},
        {"adviser": {"id": "here", "name": None}},
        {"adviser": None},
    ]
    lines = adviser_lines([{"id": "here", "name": "Inès"}, {"id": "new", "name": "Anne"}], cases)
    assert [(line.id, line.name, line.cases, line.has_right) for line in lines] == [
        ("gone", "Yann", 2, False),
        (None, None, 1, False),
        ("here", "Inès", 1, True),
        ("new", "Anne", 0, True),
    ]


def test_the_page_shows_funds_and_says_which_service_is_silent(manager: Browser, ways: dict[str, Switch]) -> None:
    shown = manager.get("/responsable")
    assert shown.status_code == 200
    assert "ne répond pas" in text(shown)
    assert "Aucun fonds" not in text(shown), "nobody knows"
    ways["parcours"].out = False
    ways["parcours"].instead |= {
        "/api/v1/funds": {"items": [FUND], "next": None},
        "/api/v1/operations": {"items": [], "next": None},
    }
    shown = manager.get("/responsable")
    assert "2026 250 000,00 € alloués" in text(shown).replace("\u202f", " ").replace("\u00a0", " ")
    assert f"/faire/parcours/funds/{FUND['id']}/adjustment" in shown.text


def test_an_adviser_has_no_such_page(browser: Browser, world: World) -> None:
    browser.enter(world.token("adviser", unit="dla-44"))
    assert browser.get("/responsable").url.path == "/aujourdhui"
