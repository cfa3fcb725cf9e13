"""A leader on a phone, in Chromium: the text and its changes, the decision, its receipt and proof.

The agreement is signed in the two years of `test_journey.py`."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.console.pages.leader.conftest import CHANGED, CONTENT, CONTESTED
from tests.support.checks.accessibility import PHONE, faultless
from tests.support.checks.console_in_chromium import CHROMIUM
from tests.support.checks.console_pages import REQUEST, SIRET
from tests.support.checks.screens import Screen, Stage
from tests.support.servers.served_service import Client

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: nobody was at a screen")
CRITERIA = ("existing", "employer", "ess")


def done(answer: Any) -> dict[str, Any]:
    assert answer.status_code in (200, 201), answer.text
    body: dict[str, Any] = answer.json()
    return body


def post(client: Client, path: str, *steps: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """The answer to the last step."""
    return [done(client.post(f"/api/v1/{path}{end}", body)) for end, body in steps][-1]


def admitted(stage: Stage) -> str:
    adviser = stage.house.by("intake", "adviser")
    case = str(
        done(adviser.post("/api/v1/requests", REQUEST | {"structure": REQUEST["structure"] | {"siret": SIRET}}))["id"]
    )
    met = {"held_on": stage.day(), "participants": [{"name": "Maëlle Kerdoncuff"}]}
    criteria = [("/criteria", {"criterion": each, "verdict": "met", "evidence": "Vu."}) for each in CRITERIA]
    post(adviser, f"requests/{case}", ("/meetings", met), *criteria, ("/admission", {"reason": "Besoin clair."}))
    stage.carry()
    return case


def diagnosed(stage: Stage, case: str) -> None:
    """Submitted, contested, changed and submitted again."""
    adviser, leader = stage.house.by("diagnostic", "adviser"), stage.house.by("diagnostic", "leader", case=case)
    path = f"diagnoses/{case}"
    session = {"held_on": stage.day(), "participants": [{"name": "Maëlle Kerdoncuff", "quality": "leader"}]}
    post(adviser, path, ("/sessions", session), *CONTENT[1:], ("/submission", {}))
    version = done(adviser.get(f"/api/v1/{path}"))["submission"]["version"]
    post(leader, path, ("/contestation", {"version": version, "reason": CONTESTED}))
    changed = {"axis": "governance", "rating": 4, "findings": CHANGED}
    post(adviser, path, ("/axes", changed), ("/submission", {}))
    stage.carry()


def given_link(stage: Stage, case: str, role: str, name: str) -> dict[str, Any]:
    body = {"role": role, "name": name, "reason": "Présidente de l’association."}
    link = done(stage.house.by("intake", "adviser").post(f"/api/v1/requests/{case}/access-links", body))
    stage.carry()
    return link


def on_a_phone(page: Page) -> None:
    faultless(page)
    page.set_viewport_size(PHONE)


def test_a_leader_decides_keeps_a_receipt_on_a_phone(stage: Stage) -> None:
    case = admitted(stage)
    diagnosed(stage, case)
    maelle = Screen(stage)
    page = maelle.page
    page.set_viewport_size(PHONE)
    maelle.enter(given_link(stage, case, "leader", "Maëlle Kerdoncuff")["secret"])
    expect(page.get_by_role("heading", name="Mon accompagnement", level=1)).to_be_visible()
    on_a_phone(page)
    page.get_by_role("link", name="Donner votre avis sur le diagnostic").click()
    expect(page.locator(".pair", has_text=CHANGED)).to_be_visible()
    on_a_phone(page)
    page.get_by_role("button", name="Valider la version").click()
    expect(page.locator("[data-recorded]")).to_contain_text("Valider le diagnostic")
    stage.carry()
    page.reload()
    page.locator("[data-receipts]").get_by_role("link", name="Reçu de validation du diagnostic").click()
    expect(page.locator("[data-proof]")).to_have_attribute("data-state", "proven")
    on_a_phone(page)
    page.get_by_role("link", name="Ouvrir cette page").click()
    expect(page.get_by_text("La décision qu’elle désigne vaut toujours.")).to_be_visible()
    on_a_phone(page)
    assert maelle.faults == []
