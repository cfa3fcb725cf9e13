"""« Conservation »: what is destroyed, kept and due soon, without destroying anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.support.checks.console_pages import Browser, Switch, World, new_structure, play_case, text

from console.pages.protection.retention import MAX_ROWS, group_terms
from shared.kernel import paris_date

TODAY = paris_date(datetime.now(UTC))
PATH = "/api/v1/retention"


def term(days: int, *, due: bool = False, status: str = "conservé") -> dict[str, Any]:
    """A case whose term is so many days from today."""
    return {
        "case": "01993f2e-5c00-7a10-8a51-3f6f7c1b2d40",
        "unit": "dla-44",
        "retention_class": "closed",
        "last_on": "2020-01-02",
        "archived_on": None,
        "due_on": (TODAY + timedelta(days=days)).isoformat(),
        "due": due,
        "status": status,
        "suspended": "suspendue" in status,
    }


def test_terms_are_grouped_by_what_becomes_of_them() -> None:
    terms = [term(-3, due=True), term(0), term(90), term(91)]
    groups = group_terms(terms, TODAY)
    assert {group.key: group.terms for group in groups} == {
        "due": [terms[0]],
        "kept": [terms[1]],
        "soon": [terms[2]],
        "later": [terms[3]],
    }
    assert group_terms([], TODAY) == []


def test_a_long_group_is_cut_and_counted_whole() -> None:
    (group,) = group_terms([term(400)] * (MAX_ROWS + 1), TODAY)
    assert (len(group.terms), group.count) == (MAX_ROWS, MAX_ROWS + 1)


def test_a_dpo_reads_it_and_nobody_else(browser: Browser, world: World, ways: dict[str, Switch]) -> None:
    browser.enter(world.token("dpo", units=("dla-99",)))  # where no test ends a case
    assert "Aucun dossier terminé" in text(browser.get("/conservation"))
    kept = term(-3, status="gardé\u00a0: destruction suspendue par le ou la DPO")
    ways["intake"].instead[PATH] = [term(-10, due=True, status="à détruire"), kept]
    shown = text(browser.get("/conservation"))
    assert "À détruire 1" in shown and "Gardés plus longtemps 1" in shown
    assert "destruction suspendue par le ou la DPO" in shown
    assert {request.method for request in ways["intake"].asked if request.url.path == PATH} == {"GET"}
    ways["intake"].out = True
    assert "ne répond pas" in text(browser.get("/conservation"))


def test_a_destruction_is_suspended_and_let_go_on_by_form(browser: Browser, world: World) -> None:
    case = play_case(world, **new_structure("L’Atelier du Bout du quai"))
    world.intake.by("adviser").post(f"/api/v1/requests/{case}/withdrawal", {"reason": "Ne donne pas suite."})
    world.listed()
    browser.enter(world.token("dpo"))
    form = f"/faire/intake/retention/{case}"
    assert f'href="{form}/hold"' in browser.get("/conservation").text
    shown = browser.get(f"{form}/hold")
    assert 'href="/conservation"' in shown.text
    held = browser.submit(f"{form}/hold", shown, reason="Contentieux en cours.", cle=str(uuid4()))
    assert held.url.path == "/conservation"
    assert "Enregistré : Suspendre la destruction d’un dossier" in text(held)
    assert f'href="{form}/release"' in held.text
    assert "destruction suspendue" in text(held)
    released = browser.submit(f"{form}/release", browser.get(f"{form}/release"), reason="Jugé.", cle=str(uuid4()))
    assert f'href="{form}/hold"' in released.text


def test_others_are_sent_to_their_first_page(auditor: Browser) -> None:
    assert auditor.http.get("/conservation", follow_redirects=False).headers["location"] == "/"
