"""Cases of somebody who leaves, given to another adviser all at once."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.checks.console_pages import REQUEST, Browser, Switch, World, text

from console.pages.manage.hand_over import key_of_case
from shared.kernel import paris_date


@pytest.fixture
def manager(browser: Browser, world: World) -> Browser:
    browser.enter(world.token("manager", unit="dla-44"))
    return browser


@pytest.fixture
def successor(world: World) -> str:
    """An adviser of the unit, by the register."""
    identity = str(uuid4())
    right = {"identity": identity, "name": "Anne Le Bris", "role": "adviser", "unit": "dla-44", "reason": "Arrivée."}
    answer = world.intake.by("manager").post("/api/v1/identities/rights", right)
    assert answer.status_code in (200, 201), answer.text
    world.listed()
    return identity


@pytest.fixture
def cases(world: World) -> tuple[str, list[str]]:
    """Of one adviser: their id, and two cases that they received."""
    leaving = world.intake.by("adviser", subject=f"leaving-{uuid4()}")
    received = [
        leaving.post("/api/v1/requests", REQUEST | {"structure": REQUEST["structure"] | {"siret": None, "rna": rna}})
        for rna in (f"W4{uuid4().int % 10**8:08}", f"W4{uuid4().int % 10**8:08}")
    ]
    world.listed()
    found = [each.json()["id"] for each in received]
    return leaving.get(f"/api/v1/requests/{found[0]}").json()["adviser"]["id"], found


def adviser_of(world: World, case: str) -> str:
    return str(world.intake.by("manager").get(f"/api/v1/requests/{case}").json()["adviser"]["id"])


def send(manager: Browser, leaving: str, **fields: Any) -> Any:
    page = manager.get(f"/responsable/passation/{leaving}")
    key = re.search(r'name="cle" value="([^"]+)"', page.text)
    assert key, text(page)
    return manager.submit(f"/responsable/passation/{leaving}", page, **({"cle": key[1]} | fields))


def test_all_cases_pass_to_another_adviser_and_each_records_why(
    manager: Browser, world: World, successor: str, cases: tuple[str, list[str]]
) -> None:
    leaving, (first, second) = cases
    shown = manager.get(f"/responsable/passation/{leaving}")
    assert shown.text.count('name="dossier"') == 2
    assert "Anne Le Bris" in text(shown)
    done = send(manager, leaving, a=successor, motif="Départ en retraite.", dossier=[first, second])
    assert "2 dossiers sont passés" in text(done)
    assert {adviser_of(world, first), adviser_of(world, second)} == {successor}
    assert "Aucun dossier ouvert" in text(manager.get(f"/responsable/passation/{leaving}"))


def test_cases_passed_on_for_an_absence_say_until_when(
    manager: Browser, world: World, successor: str, cases: tuple[str, list[str]]
) -> None:
    away, (first, second) = cases
    today = paris_date(world.intake.application.clock.now())
    bad = send(manager, away, a=successor, motif="Congé d’été.", fin="demain", dossier=[first])
    assert bad.status_code == 422 and "Donnez une date" in text(bad)
    done = send(manager, away, a=successor, motif="Congé d’été.", fin=today.isoformat(), dossier=[first, second])
    assert "2 dossiers sont passés" in text(done) and "Ils reviennent d’eux-mêmes le lendemain" in text(done)
    assert {adviser_of(world, first), adviser_of(world, second)} == {successor}
    assert "en remplacement jusqu’au" in text(manager.get(f"/dossiers/{first}/travail"))


def test_a_case_that_was_unticked_stays(
    manager: Browser, world: World, successor: str, cases: tuple[str, list[str]]
) -> None:
    leaving, (first, second) = cases
    send(manager, leaving, a=successor, motif="Répartition.", dossier=[second])
    assert (adviser_of(world, first), adviser_of(world, second)) == (leaving, successor)


def test_a_refused_case_is_named_and_keeps_no_other_back(
    manager: Browser, world: World, successor: str, cases: tuple[str, list[str]], ways: dict[str, Switch]
) -> None:
    leaving, (first, second) = cases
    problem = {
        "status": 409,
        "type": "/problems/case-archived",
        "title": "Dossier archivé",
        "detail": "Il est archivé.",
    }
    ways["intake"].refusals[f"/api/v1/requests/{first}/assignment"] = problem
    done = send(manager, leaving, a=successor, motif="Absence.", dossier=[first, second])
    assert done.status_code == 409
    assert "1 dossier est passé, 1 ne l’est pas encore" in text(done)
    assert "Il est archivé." in text(done)
    assert 'value="Absence."' in done.text
    assert (adviser_of(world, first), adviser_of(world, second)) == (leaving, successor)


def test_a_case_that_ended_in_between_is_counted(
    manager: Browser, world: World, successor: str, cases: tuple[str, list[str]]
) -> None:
    leaving, (first, second) = cases
    withdrawn = world.intake.by("manager").post(f"/api/v1/requests/{first}/withdrawal", {"reason": "Elle renonce."})
    assert withdrawn.status_code == 200, withdrawn.text
    world.listed()
    done = send(manager, leaving, a=successor, motif="Absence de trois mois.", dossier=[first, second])
    assert "1 dossier est passé" in text(done)
    assert "1 dossier choisi n’était plus ouvert" in text(done)


def test_nothing_is_sent_while_an_answer_is_missing(
    manager: Browser, world: World, cases: tuple[str, list[str]], ways: dict[str, Switch]
) -> None:
    leaving, (first, _) = cases
    done = send(manager, leaving, a="", motif="", dossier=[first])
    assert done.status_code == 422
    assert "2 réponses manquent" in text(done)
    assert adviser_of(world, first) == leaving
    assert not [each for each in ways["intake"].asked if each.method == "POST"]


def test_each_case_has_its_key_within_the_form() -> None:
    form = str(UUID(int=7))
    assert key_of_case(form, "a") == key_of_case(form, "a") != key_of_case(form, "b")
