"""A case whose diagnosis was contested, changed and submitted again, and its leader at a browser."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.checks.console_pages import Browser, World, new_structure, play_case

CHANGED = "Un conseil d’administration renouvelé, et deux commissions qui se réunissent."
CONTESTED = "La gouvernance a changé depuis l’assemblée générale."
CONTENT: list[tuple[str, dict[str, Any]]] = [
    ("/sessions", {"held_on": "2026-01-20", "participants": [{"name": "Maëlle Kerdoncuff", "quality": "leader"}]}),
    ("/axes", {"axis": "governance", "rating": 2, "findings": "Un conseil d’administration peu présent."}),
    ("/employment", {"cdi": 9, "cdd": 3, "aided": 0, "fte": 10.5}),
    ("/economics", {"fiscal_year": 2025, "perimeter": "structure", "budget_cents": 41_200_000}),
    ("/problem", {"problem": "Comment vivre de ses ventes ?", "causes": ["Un seul financeur"]}),
]


def write(world: World, case: str, *steps: tuple[str, dict[str, Any]]) -> None:
    adviser = world.diagnostic.by("adviser")
    for path, body in steps:
        answer = adviser.post(f"/api/v1/diagnoses/{case}{path}", body)
        assert answer.status_code == 200, answer.text


def state_of(world: World, case: str) -> dict[str, Any]:
    state: dict[str, Any] = world.diagnostic.by("adviser").get(f"/api/v1/diagnoses/{case}").json()
    return state


@pytest.fixture(scope="session")
def discussed(world: World) -> str:
    """Contested in a first version and submitted in a second one; read only."""
    return discussed_case(world)


def discussed_case(world: World) -> str:
    case = play_case(world, **new_structure("La Ruche du Val"))
    write(world, case, *CONTENT, ("/submission", {}))
    leader = world.diagnostic.by("leader", case=case)
    version = state_of(world, case)["submission"]["version"]
    contested = leader.post(f"/api/v1/diagnoses/{case}/contestation", {"version": version, "reason": CONTESTED})
    assert contested.status_code == 200, contested.text
    write(world, case, ("/axes", {"axis": "governance", "rating": 4, "findings": CHANGED}), ("/submission", {}))
    world.carried()
    return case


@pytest.fixture
def leader(browser: Browser, world: World, discussed: str) -> Browser:
    return enter(browser, world, discussed)


def enter(browser: Browser, world: World, case: str, role: str = "leader") -> Browser:
    browser.enter(world.token(role, case=case, unit="dla-44"))
    return browser
