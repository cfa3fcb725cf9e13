"""The leader's home page and the page on which a leader decides on a version of the diagnosis."""

from __future__ import annotations

import re

import pytest
from tests.console.pages.leader.conftest import CHANGED, CONTESTED, discussed_case, enter, state_of
from tests.support.checks.console_pages import Browser, Switch, World, text


def sent_form(leader: Browser, page: str, end: str, **typed: str) -> str:
    """A form of the page, sent with what it holds and what is typed in; the address that it led to."""
    (form,) = re.findall(rf'<form[^>]+action="([^"]+/{end})"[^>]*>(.*?)</form>', page, flags=re.DOTALL)
    held = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[1]))
    answer = leader.http.post(form[0], data=held | typed, headers={"Origin": str(leader.http.base_url)})
    assert answer.status_code == 200, text(answer)
    return str(answer.url)


def test_the_home_page_says_what_is_waited_for_and_where_it_stands(leader: Browser, discussed: str) -> None:
    shown = leader.get("/")
    assert shown.url.path == f"/dossiers/{discussed}/mon-accompagnement"
    read = text(shown)
    assert "Le diagnostic est prêt : il attend votre avis." in read
    assert "La version 6 du diagnostic partagé vous est soumise" in read
    assert f'href="/dossiers/{discussed}/avis/diagnostic"' in shown.text
    assert "Reçu de contestation du diagnostic" in read and "Diagnostic partagé Lire à l’écran" in read
    assert "Le service « Parcours » ne répond pas" in read, "the rest is shown while a service is out"


def test_the_text_and_what_changed_in_it_stand_before_the_decision(leader: Browser, discussed: str) -> None:
    shown = leader.get(f"/dossiers/{discussed}/avis/diagnostic")
    read = text(shown)
    assert "Votre avis sur le diagnostic, version 6" in read and "Ce que vous allez décider." in read
    assert "Ce qui a changé depuis la version 5" in read and "que vous avez contestée" in read
    assert "Version 5 Un conseil d’administration peu présent." in read and f"Version 6 {CHANGED}" in read
    assert read.count(CHANGED) == 2, "in the comparison and in the text"
    assert "Comment vivre de ses ventes ?" in read and "Valider la version 6" in read
    assert read.index(CHANGED) < read.index("Valider la version 6")
    same = text(leader.get(f"/dossiers/{discussed}/avis/diagnostic?depuis=0"))
    assert "depuis la version 0" in same and same.count("Comment vivre de ses ventes ?") == 2


def test_another_phase_or_an_unknown_one_is_no_page(leader: Browser, discussed: str) -> None:
    assert leader.get(f"/dossiers/{discussed}/avis/accueil").status_code == 404


def test_a_text_that_cannot_be_shown_is_not_decided_on(
    leader: Browser, discussed: str, ways: dict[str, Switch], world: World
) -> None:
    version = state_of(world, discussed)["version"]
    ways["diagnostic"].instead = {f"/api/v1/diagnoses/{discussed}/documents/diagnostic-partage.json": []}
    shown = leader.get(f"/dossiers/{discussed}/avis/diagnostic")
    assert "Le texte n’a pas pu être montré" in text(shown) and "Valider la version" not in text(shown)
    asked = [each.url for each in ways["diagnostic"].asked if each.url.path.endswith(".json")]
    assert dict(asked[-1].params) == {"version": str(version)}, "the text is that of the version that is decided on"


def test_a_leader_validates_the_version_read_and_gets_back_to_the_home_page(browser: Browser, world: World) -> None:
    case = discussed_case(world)
    leader = enter(browser, world, case)
    page = leader.get(f"/dossiers/{case}/avis/diagnostic").text
    address = sent_form(leader, page, "validation")
    assert "/mon-accompagnement?fait=" in address
    assert state_of(world, case)["status"] == "validated"
    assert sent_form(leader, page, "validation").partition("?")[0] == address.partition("?")[0], "a double click"
    events = world.diagnostic.by("leader", case=case).get(f"/api/v1/diagnoses/{case}/history").json()
    assert sum(each["event"] == "diagnosis-validated" for each in events) == 1
    assert "Cette version n’attend pas votre avis." in text(leader.get(f"/dossiers/{case}/avis/diagnostic"))


def test_a_version_that_changed_meanwhile_is_not_validated(browser: Browser, world: World) -> None:
    case = discussed_case(world)
    leader = enter(browser, world, case)
    page = leader.get(f"/dossiers/{case}/avis/diagnostic").text
    adviser = world.diagnostic.by("adviser")
    changed = {"axis": "finance", "rating": 2, "findings": "Une trésorerie de deux mois."}
    assert adviser.post(f"/api/v1/diagnoses/{case}/axes", changed).status_code == 200
    with pytest.raises(AssertionError, match="pendant que vous"):
        sent_form(leader, page, "validation")
    assert state_of(world, case)["status"] == "open"


def test_what_is_contested_without_a_reason_comes_back_with_what_was_typed(browser: Browser, world: World) -> None:
    case = discussed_case(world)
    leader = enter(browser, world, case)
    page = leader.get(f"/dossiers/{case}/avis/diagnostic").text
    with pytest.raises(AssertionError, match="Un champ est à corriger"):
        sent_form(leader, page, "contestation", reason="")
    sent_form(leader, page, "contestation", reason=CONTESTED)
    assert state_of(world, case)["status"] == "contested"
