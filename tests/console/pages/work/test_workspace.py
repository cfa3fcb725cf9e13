"""The workspace: what is to be done today, the search for a structure that may be known, and the page of a case."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import date
from typing import Any, cast
from uuid import uuid4

import pytest
from tests.support.checks.console_pages import SIRET, Browser, Switch, World, new_structure, play_case, text

from console.commands.offered import offered_commands
from console.pages.work.case_work import recent_acts
from console.pages.work.today import group_tasks
from console.presentation.case_path import case_path
from console.upstream.services import Reader, Services

TODAY = date(2026, 6, 15)


@pytest.fixture
def adviser(browser: Browser, world: World) -> Browser:
    browser.enter(world.token("adviser", unit="dla-44"))
    return browser


@pytest.fixture
def case(world: World) -> str:
    return play_case(world, **new_structure("Le Café d’à côté"))


def task(what: str, due_on: str, *, late: bool = False) -> dict[str, Any]:
    return {"what": what, "due_on": due_on, "late": late}


def test_tasks_stand_by_the_day_and_by_whose_move_it_is() -> None:
    groups = group_tasks(
        [
            task("meeting_to_hold", "2026-06-01", late=True),
            task("leader_to_answer", "2026-06-02", late=True),
            task("plan_to_agree", "2026-06-15"),
            task("leader_to_answer", "2026-06-16"),
            task("review_to_hold", "2026-06-22"),
            task("review_to_hold", "2026-06-23"),
        ],
        TODAY,
    )
    assert [(group.key, [each["due_on"] for each in group.tasks]) for group in groups] == [
        ("late", ["2026-06-01", "2026-06-02"]),
        ("today", ["2026-06-15"]),
        ("week", ["2026-06-22"]),
        ("waiting", ["2026-06-16"]),
        ("later", ["2026-06-23"]),
    ]
    assert groups[0].tasks[1]["waiting_for"] == "la structure"


def test_the_last_acts_are_found_behind_what_services_tell_each_other() -> None:
    told = [{"event": "right-replicated", "actor": "service:intake"}] * 25
    acts = [{"event": "meeting-recorded", "actor": "a", "number": number} for number in range(9)]
    pages: dict[str | None, dict[str, Any]] = {
        None: {"events": told, "names": None, "next": "1"},
        "1": {"events": acts, "names": {"a": "Léa"}},
    }

    class Timeline:
        async def json(self, *_: object, after: str | None, **__: object) -> dict[str, Any]:
            return {"next": None, **pages[after]}

    found = asyncio.run(recent_acts(cast(Services, Timeline()), Reader(None), uuid4()))
    assert [each["number"] for each in found] == [*range(8)]
    assert {each["actor_name"] for each in found} == {"Léa"}


def test_an_adviser_begins_with_today_and_an_auditor_with_the_search(adviser: Browser, world: World) -> None:
    assert adviser.get("/").url.path == "/aujourdhui"
    assert adviser.get("/?q=jardins").url.path == "/"
    adviser.enter(world.token())
    assert adviser.get("/").url.path == "/"
    assert adviser.get("/aujourdhui").url.path == "/"


def test_today_is_shown_with_what_answers(adviser: Browser, ways: dict[str, Switch]) -> None:
    ways["audit"].instead["/api/v1/caseload"] = {
        "items": [
            task("leader_to_answer", "2026-01-02", late=True)
            | {
                "case": "0199-1",
                "label": "Diagnostic soumis",
                "structure": {"id": "1", "name": "Radio Bocage"},
                "adviser": None,
            }
        ],
        "next": None,
        "unavailable": [{"service": "followup", "reason": "silent"}],
    }
    shown = adviser.get("/aujourdhui")
    assert "En retard 1" in text(shown) and "on attend la structure" in text(shown)
    assert "« Suivi et consolidation » ne répond pas : ses tâches manquent ici." in text(shown)
    ways["audit"].out = True
    assert "trouver un dossier" in text(adviser.get("/aujourdhui"))


def test_a_structure_in_a_crisis_stands_first_with_its_legal_date(adviser: Browser, world: World, case: str) -> None:
    triage = {"level": "insolvent", "nature": "structural", "causes": ["cash"], "cessation_on": "2026-01-10"}
    answer = world.intake.by("adviser").post(f"/api/v1/requests/{case}/difficulty", triage)
    assert answer.status_code == 200, answer.text
    world.listed()
    shown = text(adviser.get("/aujourdhui"))
    assert "Structures en grande difficulté Le Café d’à côté cessation des paiements" in shown
    assert "déclaration avant le 24 février 2026" in shown and "aucune orientation transmise" in shown
    work = text(adviser.get(f"/dossiers/{case}/travail"))
    assert "déclaration au tribunal avant le 24 février 2026" in work


def test_a_structure_that_is_known_is_found_by_half_its_number_before_a_new_request(
    adviser: Browser, world: World
) -> None:
    shown = adviser.get(f"/nouvelle-demande?q={SIRET[:8]}")
    assert "Les Jardins de l’Erdre" in text(shown)
    assert f"/nouvelle-demande/{world.case}" in shown.text
    filled = adviser.get(f"/nouvelle-demande/{world.case}")
    assert filled.url.path == "/faire/intake/requests"
    for value in ("Les Jardins de l’Erdre", SIRET, "Nantes"):
        assert f'value="{value}"' in filled.text
    assert "Maëlle" not in filled.text, "who speaks for it is asked anew"
    unknown = adviser.get("/nouvelle-demande?q=35600000000048x")
    assert "Aucun dossier que vous pouvez voir" in text(unknown)


def test_the_page_of_a_case_offers_what_the_api_offers(adviser: Browser, world: World, case: str) -> None:
    links = world.intake.by("adviser").get(f"/api/v1/requests/{case}").json()["links"]
    shown = adviser.get(f"/dossiers/{case}/travail")
    for link in links:
        assert f"/dossiers/{case}/faire/intake/{link['href'].removeprefix('/api/v1/')}" in shown.text, link["rel"]
    assert len(links) > 5
    assert text(shown).index("Qualifier les difficultés") < text(shown).index("Retirer la demande")


def test_a_service_that_is_out_leaves_the_rest_of_the_page(
    adviser: Browser, ways: dict[str, Switch], case: str
) -> None:
    ways["diagnostic"].out = ways["audit"].out = True
    shown = text(adviser.get(f"/dossiers/{case}/travail"))
    assert "Consigner un entretien d’accueil" in shown
    assert "« Diagnostic partagé » ne répond pas" in shown and "« Audit » ne répond pas" in shown


def test_a_case_stands_on_its_path() -> None:
    received, admitted = {"status": "received"}, {"status": "admitted"}
    validated = {"status": "validated", "validated_version": 2}

    def progress(*states: Any) -> list[str]:
        return [step.progress for step in case_path(*states)]

    assert progress(received, None, None, None) == ["current", *["ahead"] * 4]
    assert progress({"status": "oriented"}, None, None, None) == ["ended", *["ahead"] * 4]
    assert progress(admitted, {"status": "open"}, None, None) == ["done", "current", *["ahead"] * 3]
    assert progress(admitted, {}, {"status": "open"}, None) == ["done", "done", "current", "ahead", "ahead"]
    assert progress(admitted, {}, validated, None) == ["done", "done", "done", "current", "ahead"]
    assert progress({"status": "closed"}, {}, validated, {"status": "closed"}) == ["done"] * 5


def test_the_usual_commands_come_first_and_what_ends_something_last() -> None:
    links = [
        {"rel": rel, "title": rel, "href": f"/api/v1/requests/1/{rel}"}
        for rel in ("withdraw-request", "make-confidential", "admit-request", "record-meeting")
    ]
    assert [each.rel for each in offered_commands("1", "intake", links)] == [
        "record-meeting",
        "admit-request",
        "make-confidential",
        "withdraw-request",
    ]
    (first, second) = offered_commands(
        "1",
        "diagnostic",
        [
            {"rel": "cancel-session", "title": "Annuler", "href": f"/api/v1/diagnoses/1/sessions/{n}/cancellation"}
            for n in (2, 1)
        ],
    )
    assert (first.of, second.of) == ("n°\u00a01", "n°\u00a02")


def test_the_public_directory_fills_in_the_form(adviser: Browser, ways: dict[str, Switch]) -> None:
    company: dict[str, Any] = {
        "name": "RADIO BOCAGE",
        "department": "44",
        "commune": "Nozay",
        "commune_code": "44113",
        "postcode": None,
    }
    company |= {"naf": "60.10Z", "legal_category": "9220", "is_association": True, "is_closed": True}
    ways["intake"].instead["/api/v1/directory/552100554"] = company
    shown = adviser.get("/nouvelle-demande?q=552 100 554 00013")
    assert "RADIO BOCAGE · Nozay (44) · activité 60.10Z" in text(shown)
    assert "L’annuaire la dit fermée" in text(shown)
    address = html.unescape(re.search(r'href="(/faire/intake/requests\?[^"]+)"', shown.text)[1])  # type: ignore[index]
    form = adviser.get(address).text
    for name, value in (("name", "RADIO BOCAGE"), ("siret", "55210055400013"), ("commune_code", "44113")):
        assert re.search(rf'name="structure.{name}" value="{value}"', form), name
    assert re.search(r'name="structure.legal_form" value="association" checked', form)


def test_without_a_directory_the_form_has_the_number_alone(adviser: Browser, ways: dict[str, Switch]) -> None:
    shown = adviser.get("/nouvelle-demande?q=55210055400013")
    assert "annuaire" not in text(shown)
    assert "/faire/intake/requests?structure.siret=55210055400013" in shown.text
    assert "/api/v1/directory/552100554" in [each.url.path for each in ways["intake"].asked]
    ways["intake"].asked.clear()
    adviser.get("/nouvelle-demande?q=Radio")
    assert [each.url.path for each in ways["intake"].asked] == ["/api/v1/requests"]
