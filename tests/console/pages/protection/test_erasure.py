"""Erasure of a person by the DPO: found under every id, confirmed, ordered once, and never by an address."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.support.checks.console_pages import NAME, REQUEST, Browser, Switch, World, new_structure, text

from console.pages.protection.erasure import group_values

SEARCH = "/api/v1/people/search"
REASON = "Demande reçue par courrier, identité vérifiée."


@pytest.fixture
def dpo(browser: Browser, world: World, ways: dict[str, Switch]) -> Browser:
    """Two services are there in full, the others know nobody."""
    for name in ("parcours", "followup"):
        ways[name].out, ways[name].instead[SEARCH] = False, []
    browser.enter(world.token("dpo", subject="erases"))
    return browser


def received(world: World, name: str) -> str:
    """A case whose contact has this name."""
    structure = REQUEST["structure"] | new_structure(NAME)
    body = REQUEST | {"structure": structure, "contact": {"name": name, "email": "perrine@example.org"}}
    answer = world.intake.by("adviser").post("/api/v1/requests", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def search(dpo: Browser, words: str, reason: str = REASON) -> Any:
    return dpo.submit("/effacement", dpo.get("/effacement"), mots=words, motif=reason)


def people_in(shown: Any) -> list[str]:
    return re.findall(r'name="personne" value="([^"]+)"', shown.text)


def test_a_person_is_found_checked_and_erased(dpo: Browser, world: World) -> None:
    case = received(world, "Perrine Guéguen")
    shown = search(dpo, "Guéguen")
    assert "Perrine Guéguen" in text(shown) and "perrine@example.org" in text(shown)
    assert shown.headers["Cache-Control"] == "no-store"
    (person,) = people_in(shown)
    wanted = {"mots": "Guéguen", "motif": REASON, "personne": person, "certain": "oui"}
    refused = dpo.submit("/effacement/ordre", shown, **wanted)
    assert refused.status_code == 409
    assert "article 17" in text(refused) and "Perrine Guéguen" in text(refused)
    world.intake.by("adviser").post(f"/api/v1/requests/{case}/withdrawal", {"reason": "Ne donne pas suite."})
    done = dpo.submit("/effacement/ordre", refused, **wanted)
    assert done.url.path == f"/effacement/{person}"
    assert "3 services doivent encore confirmer" in text(done) and REASON in text(done)
    assert "Personne n’est connu ainsi" in text(search(dpo, "Guéguen"))
    document = dpo.get(f"/effacement/{person}/certificat.pdf")
    assert (document.content[:5], document.headers["Content-Type"]) == (b"%PDF-", "application/pdf")
    assert "sandbox" in document.headers["Content-Security-Policy"]


def test_nothing_is_ordered_without_a_choice_and_a_confirmation(
    dpo: Browser, world: World, ways: dict[str, Switch]
) -> None:
    received(world, "Perrine Cadiou")
    shown = search(dpo, "Cadiou")
    answer = dpo.submit("/effacement/ordre", shown, mots="Cadiou", motif=REASON)
    assert answer.status_code == 422
    assert "2 réponses manquent" in text(answer) and "Perrine Cadiou" in text(answer)
    assert not [each for each in ways["intake"].asked if each.method == "DELETE"]


def test_a_search_needs_a_name_and_a_reason_which_goes_along(dpo: Browser, ways: dict[str, Switch]) -> None:
    answer = search(dpo, "x", "non")
    assert (answer.status_code, "2 réponses manquent" in text(answer)) == (422, True)
    assert not [each for each in ways["intake"].asked if each.url.path == SEARCH]
    search(dpo, "Personne de ce nom")
    (asked,) = [each for each in ways["intake"].asked if each.url.path == SEARCH]
    assert asked.headers["DLA-Reason"].startswith("Demande%20re")


def test_a_service_that_is_silent_is_said_before_anything_is_erased(dpo: Browser, ways: dict[str, Switch]) -> None:
    ways["followup"].out = True
    assert "La recherche n’est pas complète" in text(search(dpo, "Personne de ce nom"))


def test_a_certificate_asks_why_it_is_read_and_others_than_a_dpo_have_no_such_page(dpo: Browser, world: World) -> None:
    person = "01993f2e-5c00-7a10-8a51-3f6f7c1b2d40"
    assert "Pourquoi consultez-vous ce certificat" in text(dpo.get(f"/effacement/{person}"))
    dpo.enter(world.token("manager", unit="dla-44"))
    assert dpo.get("/effacement").url.path == "/aujourdhui"


def test_values_of_a_person_stand_once_under_their_field() -> None:
    rows = [{"path": "contact.name", "value": "Ana"}, {"path": "participants.0.name", "value": "Ana"}]
    assert group_values([*rows, {"path": "contact.email", "value": "a@b.fr"}]) == {"name": ["Ana"], "email": ["a@b.fr"]}
