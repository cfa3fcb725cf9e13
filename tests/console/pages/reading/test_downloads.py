"""« Chiffres »: figures and statistics as files for a spreadsheet, and a case with its proofs."""

from __future__ import annotations

from datetime import date

import pytest
from tests.support.checks.console_pages import Browser, Switch, World, new_structure, play_case, text

from console.pages.reading.downloads import COLLECTIONS, periods_until
from console.presentation.labels import period_label

STATISTICS = "/api/v1/requests/statistics.csv"


def test_a_manager_gets_the_figures_of_the_unit_for_a_period(
    browser: Browser, world: World, ways: dict[str, Switch]
) -> None:
    play_case(world, **new_structure("La Coopérative des brasseurs"))
    browser.enter(world.token("manager", unit="dla-44"))
    assert 'href="/chiffres"' in browser.get("/responsable").text
    shown = browser.get("/chiffres?periode=2026")
    assert all(f'href="/chiffres/{each}.csv?periode=2026"' in shown.text for each in COLLECTIONS)
    assert "Statistiques publiées" not in text(shown)
    file = browser.get("/chiffres/requests.csv?periode=2026")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert file.headers["Content-Disposition"] == 'attachment; filename="chiffres-accueil-2026.csv"'
    assert file.headers["Cache-Control"] == "private, no-store"
    assert ";" in file.text.splitlines()[1], "a line for each figure"
    assert ways["intake"].asked[-1].url.params["period"] == "2026"


def test_a_pilot_gets_what_is_published_and_no_figure_of_a_unit(
    browser: Browser, world: World, ways: dict[str, Switch]
) -> None:
    browser.enter(world.token("pilot", unit=None))
    shown = browser.get("/")
    assert "Statistiques publiées" in text(shown) and "/chiffres/requests.csv" not in shown.text
    assert browser.get("/chiffres/requests.csv").status_code == 403
    ways["intake"].instead[STATISTICS] = ["the file, as the service gave it"]
    assert "as the service gave it" in browser.get("/chiffres/publies/requests.csv").text
    assert (ways["intake"].asked[-1].url.path, dict(ways["intake"].asked[-1].url.params)) == (STATISTICS, {})


@pytest.mark.parametrize("path", ["/chiffres/nothing.csv", "/chiffres/publies/funds.csv"])
def test_what_no_service_gives_is_not_found(browser: Browser, world: World, path: str) -> None:
    browser.enter(world.token())
    assert browser.get(path).status_code == 404


def test_a_role_without_figures_is_sent_to_its_first_page(browser: Browser, world: World) -> None:
    browser.enter(world.token("ops", unit=None))
    assert browser.get("/chiffres").url.path == "/exploitation"


def test_a_service_that_is_down_is_said_to_be(browser: Browser, world: World, ways: dict[str, Switch]) -> None:
    browser.enter(world.token("adviser", unit="dla-44"))
    answer = browser.get("/chiffres/parcours.csv?periode=2026")
    assert answer.status_code == 503 and "Parcours" in text(answer), "the last two services are never there"


def test_a_case_is_given_with_its_proofs_once_the_reason_is_told(
    browser: Browser, world: World, ways: dict[str, Switch]
) -> None:
    case = play_case(world, **new_structure("Les Ateliers du canal"))
    path = f"/api/v1/cases/{case}/bundle"
    ways["audit"].instead[path] = ["the bundle, as audit gave it"]
    browser.enter(world.token())
    assert "Pourquoi consultez-vous" in browser.get(f"/dossiers/{case}/preuves.zip").text
    assert f'href="/dossiers/{case}/preuves.zip"' in browser.open(case, f"/dossiers/{case}/documents").text
    assert "as audit gave it" in browser.get(f"/dossiers/{case}/preuves.zip").text
    sent = ways["audit"].asked[-1]
    assert (sent.url.path, "DLA-Reason" in sent.headers) == (path, True)
    ways["audit"].out = True
    assert browser.get(f"/dossiers/{case}/preuves.zip").status_code == 503


def test_the_years_and_begun_quarters_are_offered() -> None:
    offered = ["2026", "2025", "2024", "2023", "2022", "2026-T2", "2026-T1"]
    assert periods_until(date(2026, 6, 30)) == offered
    assert periods_until(date(2026, 4, 1)) == offered
    assert [*map(period_label, offered[-2:])] == ["2e trimestre 2026", "1er trimestre 2026"]
