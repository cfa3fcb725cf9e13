"""Search, reason and timeline: an auditor finds a case, says why, and reads what happened to it."""

from __future__ import annotations

from urllib.parse import unquote
from uuid import uuid4

from tests.support.checks.console_pages import NAME, SIRET, Browser, Switch, World, play_case, text

REASON = "Contrôle annuel de la région"


def test_dossiers_of_the_territory_are_listed(auditor: Browser, world: World) -> None:
    shown = auditor.get("/")
    assert NAME in text(shown) and f"/dossiers/{world.case}" in shown.text
    assert "reçue" in text(shown)


def test_a_dossier_is_found_by_name_number_and_status(auditor: Browser) -> None:
    for asked in ("?q=jardins", f"?q={SIRET}", "?q=732 829 320 00074", "?q=732829320", "?statut=received", "?q=44"):
        assert NAME in text(auditor.get(f"/{asked}")), asked
    for asked in ("?q=fabrique", "?q=99999999900000", "?statut=closed"):
        assert "Aucun dossier ne correspond" in text(auditor.get(f"/{asked}")), asked


def test_an_identifier_leads_straight_to_the_dossier(auditor: Browser, world: World) -> None:
    shown = auditor.get(f"/?q= {world.case} ")
    assert shown.url.path == f"/dossiers/{world.case}/motif"


def test_an_auditor_says_why_before_anything_of_a_dossier_is_asked(
    auditor: Browser, world: World, ways: dict[str, Switch]
) -> None:
    asked_before = [len(way.asked) for way in ways.values()]
    shown = auditor.get(f"/dossiers/{world.case}")
    assert "Pourquoi consultez-vous ce dossier ?" in text(shown)
    assert [len(way.asked) for way in ways.values()] == asked_before
    shown = auditor.submit(f"/dossiers/{world.case}/motif", shown, motif="non", vers=f"/dossiers/{world.case}")
    assert shown.status_code == 422 and "entre 5 et 300 caractères" in text(shown)
    assert "Demande reçue" in text(auditor.open(world.case))
    assert "Demande reçue" in text(auditor.get(f"/dossiers/{world.case}")), "once is enough"


def test_the_reason_goes_with_each_reading(auditor: Browser, world: World, ways: dict[str, Switch]) -> None:
    auditor.open(world.case)
    for service in ("intake", "audit"):
        (request, *_) = [each for each in ways[service].asked if world.case in each.url.path]
        assert unquote(request.headers["DLA-Reason"]) == REASON
        assert request.headers["DLA-Right"] == "00000000-0000-0000-0000-000000000000"


def test_all_that_a_page_reads_is_one_reading(auditor: Browser, world: World, ways: dict[str, Switch]) -> None:
    auditor.open(world.case)
    asked = [each for way in ways.values() for each in way.asked if world.case in each.url.path]
    (first,) = {each.headers["DLA-Correlation"] for each in asked}
    assert len(asked) > 1
    auditor.get(f"/dossiers/{world.case}")
    again = [each for way in ways.values() for each in way.asked if world.case in each.url.path]
    assert {each.headers["DLA-Correlation"] for each in again[-1:]} != {first}


def test_an_adviser_of_the_dossier_is_not_asked_why(browser: Browser, world: World) -> None:
    browser.enter(world.token("adviser", unit="dla-44"))
    assert "Demande reçue" in text(browser.get(f"/dossiers/{world.case}"))


def test_the_timeline_is_told_by_phase(auditor: Browser, world: World) -> None:
    shown = text(auditor.open(world.case))
    order = ["Demande reçue", "Entretien d’accueil", "Critère d’éligibilité examiné", "Diagnostic partagé"]
    assert sorted(order, key=shown.rindex) == order
    assert "6 événements" in shown


def test_it_is_read_backwards_and_filtered(auditor: Browser, world: World) -> None:
    auditor.open(world.case)
    path = f"/dossiers/{world.case}"
    newest = text(auditor.get(f"{path}?ordre=recents"))
    assert newest.rindex("Niveau de difficulté qualifié") < newest.rindex("Demande reçue")
    assert "1 événement sur 6" in text(auditor.get(f"{path}?phase=1"))
    assert "1 événement sur 6" in text(auditor.get(f"{path}?role=service"))
    assert "2 événements sur 6" in text(auditor.get(f"{path}?evenement=criterion-assessed"))
    assert "Aucun événement ne correspond" in text(auditor.get(f"{path}?phase=4"))


def test_the_two_dossiers_of_a_transfer_link_each_other_and_are_read_as_one(browser: Browser, world: World) -> None:
    origin = play_case(world, name="Le Fournil partagé", siret="35600000000048")
    right = {"identity": str(uuid4()), "name": "Yann Ker", "role": "adviser", "unit": "dla-35", "reason": "Arrivée."}
    known = world.intake.by("manager", unit="dla-35").post("/api/v1/identities/rights", right)
    assert known.status_code in (200, 201), known.text
    path = f"/api/v1/requests/{origin}/transfer"
    moved = world.intake.by("adviser").post(path, {"to_unit": "dla-35", "reason": "Le siège a changé."})
    assert moved.status_code == 200, moved.text
    taken = world.intake.by("adviser", unit="dla-35").post("/api/v1/requests/take-over", {"origin": origin})
    case = taken.json()["id"]
    world.carried()
    browser.enter(world.token("regional", unit=None, units=("dla-44", "dla-35")))
    given, received = browser.get(f"/dossiers/{origin}"), browser.get(f"/dossiers/{case}")
    assert "Dossier de l’unité qui a repris la demande" in text(given) and f'href="/dossiers/{case}"' in given.text
    assert "Dossier de l’unité qui a transféré la demande" in text(received)
    assert "1 événement" in text(received) and "Entretien d’accueil" not in text(received)
    both = browser.get(f"/dossiers/{case}?transferts=oui")
    assert "Entretien d’accueil" in text(both) and f'href="/dossiers/{origin}/evenements/' in both.text
    assert "Lire ce dossier seul" in text(both)

    browser.enter(world.token("adviser", unit="dla-44"))
    assert case not in browser.get(f"/dossiers/{origin}?transferts=oui").text


def test_an_unknown_dossier_is_said_unknown(auditor: Browser) -> None:
    unknown = str(uuid4())
    shown = auditor.open(unknown)
    assert shown.status_code == 404 and "Dossier inconnu" in text(shown)
    assert auditor.get("/dossiers/nothing").status_code == 404


def test_a_dossier_of_another_territory_is_as_unknown_with_what_one_acts_as(browser: Browser, world: World) -> None:
    browser.enter(world.token(units=["dla-35"]))
    shown = browser.open(world.case)
    assert shown.status_code == 404
    assert "Aucun dossier que votre droit ouvre" in text(shown) and "dla-35" in text(shown)
    assert NAME not in shown.text


def test_a_service_that_is_out_is_named_and_the_rest_is_shown(
    auditor: Browser, world: World, ways: dict[str, Switch]
) -> None:
    ways["intake"].out = True
    assert "Le service « Accueil » ne répond pas" in text(auditor.get("/"))
    assert "Demande reçue" in text(auditor.open(world.case)), "audit tells the timeline"
    ways["intake"].out, ways["audit"].out = False, True
    shown = auditor.get(f"/dossiers/{world.case}")
    assert shown.status_code == 200
    assert "Le service « Audit » ne répond pas" in text(shown) and NAME in text(shown)


def test_whoever_opens_an_archive_says_why_too(browser: Browser, world: World) -> None:
    case = play_case(world, name="La Grange aux livres", siret="55208131766522")
    world.carried()
    archived = "INSERT INTO {schema}.case_access (case_id, confidential, archived) VALUES (%s, false, true)"
    world.intake.application.recorder.fetch(archived, (case,))
    browser.enter(world.token("manager", unit="dla-44"))
    shown = browser.get(f"/dossiers/{case}")
    assert shown.url.path == f"/dossiers/{case}/motif"
    assert "Demande reçue" in text(browser.open(case))
