"""« Dérogations »: those of a year in one list, for the manager and the regional DLA."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.support.checks.console_pages import Browser, Switch, World, new_structure, play_case, text

from shared.kernel import paris_date

YEAR = paris_date(datetime.now(UTC)).year
CASE = "01993f2e-5c00-7a10-8a51-3f6f7c1b2d40"
IN_PARCOURS = "/api/v1/parcours/derogations"


def of_duration(
    structure: str | None = "Radio Bocage", unit: str = "dla-44", day: str = "2026-02-03"
) -> dict[str, Any]:
    granted = {"granted_by": "p1", "granted_at": f"{day}T10:00:00Z"}
    return {"items": [{"case": CASE, "structure": structure, "unit": unit, **granted}], "names": {"p1": "Paul Rivoal"}}


def test_a_manager_reads_those_of_criteria_and_of_duration(
    browser: Browser, world: World, ways: dict[str, Switch]
) -> None:
    case = play_case(world, **new_structure("Le Café des halles"))
    path = f"/api/v1/requests/{case}"
    judged = {"criterion": "employer", "verdict": "not_met", "evidence": "Aucun contrat."}
    assert world.intake.by("adviser").post(f"{path}/criteria", judged).status_code == 200
    granted = {"criterion": "employer", "reason": "Une embauche en mai.", "kind": "first_time_employer"}
    assert world.intake.by("manager").post(f"{path}/derogations", granted).status_code == 200
    world.listed()
    ways["parcours"].out, ways["parcours"].instead[IN_PARCOURS] = False, of_duration()
    browser.enter(world.token("manager", unit="dla-44"))
    assert 'href="/derogations"' in browser.get("/responsable").text
    shown = browser.get("/derogations")
    read = text(shown)
    assert f"Dérogations de {YEAR}" in read and "2 dérogations" in read
    assert "Le Café des halles" in read and "Premier emploi" in read
    assert "Radio Bocage" in read and "Durée de l’accompagnement" in read and "Paul Rivoal" in read
    assert "Une embauche en mai." not in read, "the reason is read in the case"
    assert f'href="/dossiers/{case}/etat/accueil"' in shown.text
    assert f'href="/dossiers/{CASE}/etat/parcours"' in shown.text


def test_another_year_is_asked_of_both_services(browser: Browser, world: World, ways: dict[str, Switch]) -> None:
    ways["parcours"].out, ways["parcours"].instead[IN_PARCOURS] = False, {"items": [], "names": {}}
    browser.enter(world.token("manager", unit="dla-44"))
    assert "Aucune dérogation n’a été accordée en 2003" in text(browser.get("/derogations?annee=2003"))
    asked = [
        each.url.params["year"]
        for name in ("intake", "parcours")
        for each in ways[name].asked
        if "derog" in each.url.path
    ]
    assert asked == ["2003", "2003"]


def test_a_regional_dla_sees_of_which_unit_and_what_answers(
    browser: Browser, world: World, ways: dict[str, Switch]
) -> None:
    ways["intake"].instead["/api/v1/requests/derogations"] = of_duration(None, unit="dla-49")
    browser.enter(world.token("regional", unit="dla-pdl", units=("dla-44", "dla-49")))
    read = text(browser.get("/derogations"))
    assert "dla-49" in read and "sans celles du service qui ne répond pas" in read


def test_nobody_else_has_this_page(browser: Browser, world: World) -> None:
    browser.enter(world.token("adviser", unit="dla-44"))
    assert browser.http.get("/derogations", follow_redirects=False).headers["location"] == "/"
