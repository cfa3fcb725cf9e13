"""The access log page: auditors and the DPO see everything, the leader of a case everything but the names."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.support.checks.console_pages import Browser, Switch, World, new_structure, play_case, text

from console.pages.reading.access_log import PAGE_ROWS, group_readings, merge_logs, month_bounds, month_choices


def test_an_auditor_reads_who_consulted_a_dossier_when_why_and_what(auditor: Browser, world: World) -> None:
    assert world.intake.by("adviser").get(f"/api/v1/requests/{world.case}").status_code == 200
    opened = auditor.open(world.case, reason="Réclamation d’une structure")
    assert f'href="/dossiers/{world.case}/consultations"' in opened.text
    shown = text(auditor.get(f"/dossiers/{world.case}/consultations"))
    assert "Qui a consulté ce dossier" in shown
    assert "Auditeur·rice · vous « Réclamation d’une structure »" in shown
    assert "Chronologie (Audit)" in shown and "État de la demande (Accueil)" in shown
    assert "Chargé·e d’accompagnement · dla-44" in shown


def test_what_one_person_read_is_shown_alone(auditor: Browser, world: World) -> None:
    assert world.intake.by("adviser").get(f"/api/v1/requests/{world.case}").status_code == 200
    everybody = auditor.open(world.case, f"/dossiers/{world.case}/consultations")
    of_one = re.search(r'href="([^"]+qui=[^"]+)" title="Montrer ce que cette personne a lu"', everybody.text)
    assert of_one
    shown = text(auditor.get(of_one[1].replace("&amp;", "&")))
    assert "Celles d’une seule personne" in shown and "Auditeur·rice" not in shown


def test_a_month_is_chosen(auditor: Browser, world: World) -> None:
    path = f"/dossiers/{world.case}/consultations"
    shown = auditor.open(world.case, path)
    this, *_, first = re.findall(r'<option value="([0-9-]+)"', shown.text)
    assert "Auditeur·rice" in text(auditor.get(f"{path}?mois={this}"))
    assert "Aucune consultation ce mois-là" in text(auditor.get(f"{path}?mois={first}"))
    assert auditor.get(f"{path}?mois=2026-13").status_code == 404


def test_a_leader_reads_when_and_in_which_role_and_not_who(browser: Browser, auditor: Browser, world: World) -> None:
    auditor.open(world.case, reason="Vérification d’une alerte")
    browser.enter(world.token("leader", unit="dla-44", case=world.case))
    shown = browser.get(f"/dossiers/{world.case}/consultations")
    assert "Auditeur·rice" in text(shown) and "chronologie" in text(shown).casefold()
    assert "Vérification d’une alerte" not in shown.text and "qui=" not in shown.text
    assert "délégué à la protection des données" in text(shown)


def test_those_who_watch_over_all_read_of_all(browser: Browser, world: World) -> None:
    browser.enter(world.token("dpo"))
    assert "Qui a consulté les dossiers" in text(browser.get("/consultations"))
    assert f'href="/dossiers/{world.case}"' in browser.get("/consultations").text


@pytest.mark.parametrize("path", ["/consultations", "/dossiers/{case}/consultations"])
def test_who_works_on_a_dossier_is_told_who_may_read_its_log(browser: Browser, world: World, path: str) -> None:
    browser.enter(world.token("adviser", unit="dla-44"))
    assert "/consultations" not in browser.get(f"/dossiers/{world.case}").text
    refused = browser.get(path.format(case=world.case))
    assert refused.status_code == 403 and "délégué·e à la protection des données" in text(refused)


def test_a_service_that_is_out_is_named_and_the_others_tell(
    auditor: Browser, world: World, ways: dict[str, Switch]
) -> None:
    case = play_case(world, **new_structure("La Criée"))
    world.carried()
    ways["intake"].out = True
    shown = text(auditor.open(case, f"/dossiers/{case}/consultations"))
    assert "Le service « Accueil » ne répond pas" in shown and "Journal des consultations (" in shown
    assert "tous les services" not in shown


# -- one page of five logs


def row(n: int, **other: Any) -> dict[str, Any]:
    usual = {
        "id": f"{n:08}", "at": f"2026-12-01T10:{n % 60:02}:00Z", "actor": "someone", "role": "auditor", "unit": None,
        "reason": "Contrôle", "case": "c", "operation": "requests_get", "address": "/api/v1/requests/c", "rows": None,
        "service": "intake",
    }  # fmt: skip
    return usual | other


def test_the_logs_are_one_and_the_last_row_shown_says_where_the_next_page_begins() -> None:
    logs = {"intake": [row(n) for n in range(2 * PAGE_ROWS, 0, -2)], "audit": [row(n) for n in range(19, 0, -2)]}
    rows, more = merge_logs(logs)
    assert more and [each["id"] for each in rows] == sorted((each["id"] for each in rows), reverse=True)
    after = [{name: [each for each in log if each["id"] < rows[-1]["id"]] for name, log in logs.items()}]
    rest, again = merge_logs(after[0])
    assert len(rows) + len(rest) == PAGE_ROWS + 10 and not again
    assert {each["service"] for each in rest} == {"intake", "audit"}


def test_what_one_person_reads_in_a_day_for_one_reason_is_one_reading() -> None:
    moment = {"operation": "diagnoses_get", "address": "/api/v1/diagnoses/c?version=3", "service": "diagnostic"}
    told = [row(5), row(4, **moment), row(3), row(2, reason="Réclamation"), row(1, actor="another"), row(0, rows=1)]
    first, second, third, last = group_readings(told)
    assert (first.since, first.until) == ("2026-12-01T10:03:00Z", "2026-12-01T10:05:00Z")
    assert first.parts == {
        "État de la demande": ["Accueil"],
        "État du diagnostic, version 3": ["Diagnostic partagé"],
    }
    assert (second.reason, third.who) == ("Réclamation", "another")
    assert list(last.parts) == ["État de la demande, 1\u00a0ligne"]


def test_to_a_leader_an_hour_in_one_role_is_one_reading() -> None:
    hidden: dict[str, Any] = {"actor": None, "reason": None, "address": None}
    told = [row(5, **hidden), row(4, **hidden), row(3, **hidden, at="2026-12-01T08:00:00Z")]
    assert [(each.since, each.who) for each in group_readings(told)] == [
        ("2026-12-01T10:04:00Z", None),
        ("2026-12-01T08:00:00Z", None),
    ]


def test_a_month_is_that_of_paris_and_those_offered_reach_back_a_year() -> None:
    assert month_bounds("2026-12") == ("2026-11-30T23:00:00+00:00", "2026-12-31T23:00:00+00:00")
    assert month_bounds("2026-07") == ("2026-06-30T22:00:00+00:00", "2026-07-31T22:00:00+00:00")
    offered = list(month_choices([row(1, at="2099-03-31T23:30:00Z")]).items())
    assert (offered[0], offered[-1]) == (("2099-04", "avril 2099"), ("2098-04", "avril 2098"))
