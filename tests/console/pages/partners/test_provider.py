"""The provider's page: what it is consulted for and its assignments, and nothing else of the case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from tests.support.checks.console_pages import NAME, Browser, Switch, World, text
from tests.support.histories.provider_assignments import AGREED, ASKED, parcours_telling

from parcours.api.provider import AwaitedAgreement, OwnTender, ProviderPage, SharedQuestion
from shared.web.http import problem_response


@pytest.fixture
def served() -> dict[str, Any]:
    """What parcours answers, to be changed by a test."""
    return {"answer": ProviderPage([ASKED], [AGREED])}


@pytest.fixture
def ways(ways: dict[str, Switch], served: dict[str, Any]) -> dict[str, Switch]:
    return ways | {"parcours": Switch(parcours_telling(lambda: served["answer"]))}


@pytest.fixture
def provider(browser: Browser, world: World) -> Browser:
    browser.enter(world.token("provider", case=world.case))
    return browser


def test_a_provider_reads_what_it_is_asked_and_what_was_agreed(
    provider: Browser, world: World, ways: dict[str, Switch]
) -> None:
    shown = provider.get("/")
    assert shown.url.path == f"/dossiers/{world.case}/ma-mission"
    read = text(shown)
    assert "Étude de marché" in read and "Compréhension du besoin, pour 60 %" in read
    assert "12 mars 2027 à 17 h 00" in read and "4 800,00 €, 5 jours" in read
    assert "Votre mission : Refonte de la tarification" in read and "2 jours faits, 3 jours restants" in read
    assert NAME not in shown.text and "Registre" not in shown.text
    asked = {each.url.path for name in ("intake", "audit", "diagnostic") for each in ways[name].asked}
    assert asked == {"/api/v1/me"}, "nothing else of the dossier is asked in its name"


@pytest.mark.parametrize(("retained", "said"), [(True, "retenue le 15 mars 2027"), (False, "non retenue le 15 mars")])
def test_it_reads_whether_it_was_retained(provider: Browser, served: dict[str, Any], retained: bool, said: str) -> None:
    answered = msgspec.convert(
        msgspec.to_builtins(ASKED)
        | {"status": "awarded", "informed_on": "2027-03-15", "retained": retained, "score": 14.5},
        OwnTender,
    )
    served["answer"] = ProviderPage([answered], [])
    read = text(provider.get("/"))
    assert said in read and "14,5 sur 20" in read and "Vous avez été consulté·e" in read


def test_it_asks_and_reads_every_answer(provider: Browser, served: dict[str, Any], world: World) -> None:
    ask = f"/api/v1/parcours/{world.case}/tenders/{ASKED.id}/providers/{ASKED.provider}/questions"
    questions = [SharedQuestion("Le soir ?", None, own=True), SharedQuestion("Sur place ?", "Oui.", own=False)]
    href = ask.replace("questions", "proposal")
    served["answer"] = ProviderPage([replace(ASKED, href=href, ask=ask, questions=questions)], [])
    shown = provider.get("/")
    read = text(shown)
    assert "Le soir ? votre question La réponse est attendue. Sur place ? Oui." in read
    assert f"/dossiers/{world.case}/faire/parcours/{ask.removeprefix('/api/v1/')}" in shown.text
    served["answer"] = ProviderPage([ASKED], [])
    assert "Questions et réponses" not in text(provider.get("/")), "nothing to read, and no time left to ask"


def test_before_anything_is_asked_it_is_told_so(provider: Browser, served: dict[str, Any]) -> None:
    for nothing in (problem_response(404, "unknown-case", "Dossier inconnu", "Pas encore."), ProviderPage([], [])):
        served["answer"] = nothing
        shown = provider.get("/")
        assert shown.status_code == 200 and "Rien ne vous est demandé pour l’instant" in text(shown)


def test_what_it_cannot_read_is_said(provider: Browser, served: dict[str, Any], ways: dict[str, Switch]) -> None:
    served["answer"] = problem_response(403, "forbidden", "Action non permise", "Votre droit n’ouvre pas ce dossier.")
    refused = provider.get("/")
    assert refused.status_code == 403 and "n’ouvre pas ce dossier" in text(refused)
    ways["parcours"].out = True
    out = provider.get("/")
    assert out.status_code == 503 and "Le service « Parcours » ne répond pas" in text(out)


def test_what_is_waited_for_leads_to_its_form(provider: Browser, served: dict[str, Any], world: World) -> None:
    path = f"/api/v1/parcours/{world.case}"
    asked = replace(ASKED, proposal=None, href=f"{path}/tenders/{ASKED.id}/providers/{ASKED.provider}/proposal")
    agreed = replace(AGREED, report=f"{path}/actions/{AGREED.action}/final-report/receipt")
    waiting = AwaitedAgreement(AGREED.action, "Refonte", signed=False, href=f"{path}/agreement", operation=None)
    joint = replace(waiting, href=None, operation=AGREED.action)
    files = f"{path}/attachments"
    served["answer"] = ProviderPage([asked], [agreed], agreements=[waiting, joint], attachments=files)
    shown = provider.get("/")
    read, forms = text(shown), f"/dossiers/{world.case}/faire/parcours/parcours/{world.case}"
    for awaited in ("une proposition", "votre signature de la convention", "le rapport final de votre mission"):
        assert awaited in read.partition("Ce qui est attendu de vous")[2]
    assert f'href="{forms}/tenders/{ASKED.id}/providers/{ASKED.provider}/proposal"' in shown.text
    assert f'href="{forms}/actions/{AGREED.action}/final-report/receipt"' in shown.text
    assert f'href="{forms}/attachments?kind=final_report"' in shown.text
    assert f'href="/dossiers/{world.case}/convention/{AGREED.action}"' in shown.text
    assert "elle se signe sur papier" in read
    served["answer"] = ProviderPage([replace(asked, href=None)], [AGREED])
    over = provider.get("/")
    assert "Rien n’est attendu de vous en ce moment." in text(over) and forms not in over.text
