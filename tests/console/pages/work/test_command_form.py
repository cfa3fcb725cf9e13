"""Forms of commands: what a person types becomes a recorded command, once, and is never lost."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from tests.support.checks.console_pages import Browser, Switch, World, new_structure, play_case, text

FORM = "/dossiers/{case}/faire/intake/requests/{case}/meetings"
KEY = re.compile(r'name="cle" value="([^"]+)"')
VERSION = re.compile(r'name="version-lue" value="(\d*)"')
MEETING = {"held_on": "2026-02-03", "participants.0.name": "Yann Prigent", "notes": "Les comptes sont tenus."}


@pytest.fixture
def adviser(browser: Browser, world: World) -> Browser:
    browser.enter(world.token("adviser", unit="dla-44"))
    return browser


@pytest.fixture
def case(world: World) -> str:
    """One of its own: what is recorded here is nobody else's."""
    return play_case(world, **new_structure("La Ruche du Val"))


def fill(adviser: Browser, path: str, shown: httpx.Response, **fields: Any) -> httpx.Response:
    """The form that is shown, with its own key and version."""
    own = {"cle": KEY.search(shown.text)[1], "version-lue": VERSION.search(shown.text)[1]}  # type: ignore[index]
    return adviser.submit(path, shown, **(own | fields))


def meetings(world: World, case: str) -> int:
    return len(world.intake.by("adviser").get(f"/api/v1/requests/{case}").json()["meetings"])


def test_a_form_shows_the_fields_of_the_api_in_french(adviser: Browser, case: str) -> None:
    shown = adviser.get(FORM.format(case=case))
    assert shown.status_code == 200
    for words in (
        "Consigner un entretien d’accueil",
        "Jour de l’entretien",
        "Personnes rencontrées",
        "Ajouter une ligne",
    ):
        assert words in text(shown)
    assert 'type="date"' in shown.text and "Maëlle Kerdoncuff" in text(shown), "whom the case knows already"


def test_what_is_typed_is_recorded_and_the_case_says_so(adviser: Browser, world: World, case: str) -> None:
    path = FORM.format(case=case)
    shown = fill(adviser, path, adviser.get(path), **MEETING)
    assert shown.url.path == f"/dossiers/{case}/travail", text(shown)
    assert "Enregistré : Consigner un entretien d’accueil" in text(shown)
    assert meetings(world, case) == 2


def test_what_is_wrong_is_said_at_its_field_and_the_rest_stays(adviser: Browser, world: World, case: str) -> None:
    path = FORM.format(case=case)
    shown = fill(adviser, path, adviser.get(path), **(MEETING | {"held_on": "demain"}))
    assert shown.status_code == 422
    assert "Un champ est à corriger" in text(shown) and "une date est attendue" in text(shown).lower()
    assert 'id="e-held_on"' in shown.text and 'aria-invalid="true"' in shown.text
    assert "Yann Prigent" in shown.text and "Les comptes sont tenus." in shown.text
    again = fill(adviser, path, shown, **MEETING)
    assert again.url.path.endswith("/travail") and meetings(world, case) == 2


def test_an_empty_form_names_what_is_expected(adviser: Browser, world: World, case: str) -> None:
    path = FORM.format(case=case)
    shown = fill(adviser, path, adviser.get(path))
    assert shown.status_code == 422 and "2 champs sont à corriger" in text(shown)
    assert 'id="e-held_on"' in shown.text and 'id="e-participants"' in shown.text
    assert "Jour de l’entretien : ce champ est attendu" in text(shown), "each is named above the form"
    assert meetings(world, case) == 1


def test_a_double_click_records_once(adviser: Browser, world: World, case: str) -> None:
    path = FORM.format(case=case)
    page = adviser.get(path)
    answers = [fill(adviser, path, page, **MEETING) for _ in range(2)]
    assert [each.url.path for each in answers] == [f"/dossiers/{case}/travail"] * 2
    assert meetings(world, case) == 2


def test_the_same_form_with_another_text_is_not_recorded_unseen(adviser: Browser, world: World, case: str) -> None:
    path = FORM.format(case=case)
    page = adviser.get(path)
    fill(adviser, path, page, **MEETING)
    other = MEETING | {"notes": "Autre chose."}
    shown = fill(adviser, path, page, **other)
    assert shown.status_code == 422 and "déjà été enregistré une première fois" in text(shown)
    assert "Autre chose." in shown.text and meetings(world, case) == 2
    assert KEY.search(shown.text)[1] != KEY.search(page.text)[1]  # type: ignore[index]


def test_a_conflict_shows_what_changed_field_by_field(adviser: Browser, world: World, case: str) -> None:
    path = f"/dossiers/{case}/faire/intake/requests/{case}/corrections"
    page = adviser.get(path)
    assert 'value="La Ruche du Val"' in page.text and 'value="12"' in page.text, "filled in with what is recorded"
    known = world.intake.by("adviser").get(f"/api/v1/requests/{case}").json()["structure"]
    structure = {name: known[name] for name in ("name", "legal_form", "department", "rna")} | {"headcount": 15}
    body = {"structure": structure, "effective_on": "2026-01-10", "reason": "Recompté."}
    answer = world.intake.by("adviser").post(f"/api/v1/requests/{case}/corrections", body)
    assert answer.status_code == 200, answer.text
    typed = {f"structure.{name}": str(value) for name, value in structure.items()} | {"structure.headcount": "14"}
    shown = fill(adviser, path, page, **typed, effective_on="2026-01-12", reason="Un départ.")
    assert shown.status_code == 409
    assert "Ce qui a changé pendant que vous écriviez" in text(shown)
    assert "Nombre de salarié·es Quand vous avez ouvert la page 12 Maintenant 15" in text(shown)
    assert "Dans le dossier maintenant : 15" in text(shown)
    assert 'value="14"' in shown.text and "Un départ." in shown.text
    again = fill(adviser, path, shown, **typed, effective_on="2026-01-12", reason="Un départ.")
    assert again.url.path.endswith("/travail"), text(again)
    recorded = world.intake.by("adviser").get(f"/api/v1/requests/{case}").json()
    assert recorded["structure"]["headcount"] == 14


def test_a_service_that_is_out_loses_nothing(
    adviser: Browser, world: World, ways: dict[str, Switch], case: str
) -> None:
    path = FORM.format(case=case)
    page = adviser.get(path)
    ways["intake"].out = True
    shown = fill(adviser, path, page, **MEETING)
    assert shown.status_code == 503
    assert "« Accueil » ne répond pas" in text(shown) and "rien ne sera enregistré deux fois" in text(shown)
    assert "Yann Prigent" in shown.text and "2026-02-03" in shown.text and "Les comptes sont tenus." in shown.text
    ways["intake"].out = False
    again = fill(adviser, path, shown, **MEETING)
    assert again.url.path.endswith("/travail") and meetings(world, case) == 2


def test_a_session_that_ended_loses_nothing(adviser: Browser, world: World, case: str) -> None:
    path = FORM.format(case=case)
    page = adviser.get(path)
    adviser.submit("/deconnexion", page)
    shown = fill(adviser, path, page, **MEETING)
    assert shown.status_code == 401 and "Votre session est terminée" in text(shown)
    assert "Yann Prigent" in shown.text and meetings(world, case) == 1
    adviser.enter(world.token("adviser", unit="dla-44"))
    shown = fill(adviser, path, shown, **MEETING)
    assert shown.status_code == 403 and "Relisez, puis envoyez de nouveau" in text(shown)
    assert "Yann Prigent" in shown.text and meetings(world, case) == 1
    again = fill(adviser, path, shown, **MEETING)
    assert again.url.path.endswith("/travail") and meetings(world, case) == 2


def test_a_form_of_another_site_is_refused(adviser: Browser, world: World, case: str) -> None:
    path = FORM.format(case=case)
    adviser.get(path)
    elsewhere = adviser.http.post(path, data=MEETING, headers={"Origin": "https://elsewhere.test"})
    unknown = adviser.http.post(path, data=MEETING)
    assert [elsewhere.status_code, unknown.status_code] == [403, 403]
    assert "Formulaire périmé" in text(elsewhere) and "Formulaire périmé" in text(unknown)
    assert meetings(world, case) == 1


def test_a_row_is_added_without_a_script(adviser: Browser, world: World, case: str) -> None:
    path = FORM.format(case=case)
    shown = fill(adviser, path, adviser.get(path), **MEETING, ajouter="participants")
    assert shown.status_code == 200 and 'name="participants.1.name"' in shown.text and "Yann Prigent" in shown.text
    both = MEETING | {"participants.0.name": "", "participants.1.name": "Soizic Morvan"}
    assert fill(adviser, path, shown, **both).url.path.endswith("/travail")
    (_, last) = world.intake.by("adviser").get(f"/api/v1/requests/{case}").json()["meetings"]
    assert [each["name"] for each in last["participants"]] == ["Soizic Morvan"], "an empty row is no person"


@pytest.mark.parametrize(
    "path",
    ["/faire/intake/requests/nothing/here", "/faire/audit/cases", "/faire/intake/..%2f..%2fmetrics", "/faire/x/y"],
)
def test_what_is_no_command_has_no_form(adviser: Browser, path: str) -> None:
    assert adviser.get(path).status_code == 404


def test_a_paper_is_joined_by_a_form(adviser: Browser, world: World, case: str) -> None:
    path = f"/dossiers/{case}/faire/intake/requests/{case}/attachments"
    page = adviser.get(path)
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]  # type: ignore[index]
    fields = {"csrf": csrf, "cle": KEY.search(page.text)[1], "kind": kinds(page.text)[0], "titre": "Comptes 2025"}  # type: ignore[index]
    content = b"une ligne\r\nune autre\r\n\r\n--fin--\r\n"
    origin = {"Origin": str(adviser.http.base_url)}
    shown = adviser.http.post(path, data=fields, files={"fichier": ("comptes é.txt", content)}, headers=origin)
    assert shown.url.path.endswith("/travail") and "Comptes 2025" in text(shown)
    (paper,) = world.intake.by("adviser").get(f"/api/v1/requests/{case}/attachments").json()
    assert (paper["title"], paper["file_name"], paper["size"]) == ("Comptes 2025", "comptes é.txt", len(content))
    missing = adviser.http.post(path, data=fields, files={"fichier": ("", b"")}, headers=origin)
    assert missing.status_code == 422 and "Choisissez le fichier" in text(missing)


def kinds(shown: str) -> list[str]:
    return re.findall(r'<option value="([^"]+)"', shown.partition('name="kind"')[2].partition("</select>")[0])
