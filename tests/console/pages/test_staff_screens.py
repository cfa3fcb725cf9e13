"""Pages that are a person's own, or their role's, in a real browser: each state without a fault.

In Debian's Chromium; skipped, and said so, where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect
from tests.console.pages.manage.test_derogations import IN_PARCOURS, of_duration
from tests.console.pages.manage.test_rights import grant
from tests.console.pages.operate.test_status import WAITING, answer
from tests.support.checks.accessibility import faultless, stacked_on_a_phone
from tests.support.checks.console_in_chromium import CHROMIUM, listening_console, page_of
from tests.support.checks.console_pages import REQUEST, Switch, World, new_structure, play_case
from tests.support.histories.confidential_case import REASONS

from shared.kernel import paris_date

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: no page was looked at in a browser")
LONG = "Association intercommunale-pour-l’insertion-par-l’activité-économique du Pays-de-Retz"
PREFERENCES = "/api/v1/mail-preferences"
CHOSEN = {"email": "ines.le-goff@dla.example", "digest": "weekly", "at_once": True, "hour": 7, "sends_mail": True}


@pytest.fixture
def console(ways: dict[str, Switch]) -> Iterator[str]:
    with listening_console(ways) as address:
        yield address


def test_one_s_own_mails_and_calendar_have_no_fault(
    chromium: Chromium, console: str, world: World, ways: dict[str, Switch]
) -> None:
    with page_of(chromium, console, world.token("adviser", subject="looks-at-mails", unit="dla-44")) as page:
        page.goto(f"{console}/mes-courriels")
        expect(page.get_by_text("n’envoie pas de courriel")).to_be_visible()
        faultless(page)
        ways["intake"].instead[PREFERENCES] = CHOSEN
        page.goto(f"{console}/mes-courriels")
        faultless(page)
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.get_by_text("C’est enregistré.")).to_be_visible()
        faultless(page)
        invalid = {"type": "/problems/invalid-request", "title": "Adresse", "detail": "Ce n’est pas une adresse."}
        ways["intake"].refusals[PREFERENCES] = invalid | {"status": 422}
        page.get_by_label("Votre adresse").fill("ines@dla")
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.get_by_role("alert")).to_contain_text("Cette adresse n’en est pas une")
        faultless(page)
        page.goto(f"{console}/mon-agenda")
        faultless(page)
        page.get_by_role("button", name="Créer l’adresse").click()
        expect(page.get_by_label("L’adresse à donner à votre agenda")).to_be_visible()
        faultless(page)


def test_the_end_of_all_mails_has_no_fault_without_a_session(
    chromium: Chromium, console: str, ways: dict[str, Switch]
) -> None:
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(f"{console}/desabonnement/{'t' * 64}")
    faultless(page)
    page.get_by_role("button", name="Ne plus rien recevoir").click()
    expect(page.get_by_role("alert")).to_contain_text("pas complète")
    faultless(page)
    ways["intake"].instead["/api/v1/unsubscriptions"] = {}
    page.get_by_role("button", name="Ne plus rien recevoir").click()
    expect(page.get_by_role("status")).to_contain_text("C’est fait")
    faultless(page)
    context.close()


def test_what_a_dpo_decides_has_no_fault(
    chromium: Chromium, console: str, world: World, ways: dict[str, Switch]
) -> None:
    name = "Perrine Guéguen-Kerdoncuff de la Chapelle-sur-Erdre"
    structure = REQUEST["structure"] | new_structure(LONG)
    body = REQUEST | {"structure": structure, "contact": {"name": name, "email": f"{'perrine.' * 9}@example.org"}}
    adviser = world.intake.by("adviser")
    case = adviser.post("/api/v1/requests", body).json()["id"]
    adviser.post(f"/api/v1/requests/{case}/withdrawal", {"reason": "Ne donne pas suite."})
    world.listed()
    for each in ("parcours", "followup"):
        ways[each].out, ways[each].instead["/api/v1/people/search"] = False, []
    with page_of(chromium, console, world.token("dpo", subject="looks-at-terms")) as page:
        page.get_by_role("link", name="Conservation").click()
        faultless(page)
        stacked_on_a_phone(page)
        page.get_by_role("link", name="Suspendre la destruction").last.click()
        faultless(page)
        page.get_by_label("Motif").fill("Contentieux en cours.")
        page.get_by_role("button", name="Enregistrer").last.click()
        expect(page.locator("[data-recorded]")).to_be_visible()
        faultless(page)
        page.get_by_role("link", name="Effacer une personne").click()
        faultless(page)
        page.get_by_label("Nom, adresse").fill("personne de ce nom")
        page.get_by_label("Motif").fill("Demande reçue par courrier, identité vérifiée.")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Personne n’est connu ainsi")).to_be_visible()
        faultless(page)
        page.get_by_label("Nom, adresse").fill("Guéguen-Kerdoncuff")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Effacer pour toujours").click()
        expect(page.get_by_role("alert")).to_contain_text("2 réponses manquent")
        faultless(page)
        page.get_by_label(name).check()
        page.get_by_label("J’ai vérifié").check()
        page.get_by_role("button", name="Effacer pour toujours").click()
        expect(page.get_by_role("heading", name="Effacement d’une personne")).to_be_visible()
        faultless(page)


def test_an_emergency_access_has_no_fault(chromium: Chromium, console: str, world: World) -> None:
    case = play_case(world, **new_structure(LONG))
    assert world.intake.by("adviser").post(f"/api/v1/requests/{case}/confidentiality", REASONS).status_code == 200
    with page_of(chromium, console, world.token("adviser", subject="in-a-hurry", unit="dla-44")) as page:
        page.goto(f"{console}/dossiers/{case}/travail")
        faultless(page)
        page.get_by_role("link", name="accès d’urgence").click()
        faultless(page)
        page.get_by_label("Pourquoi maintenant").fill("La banque bloque les comptes ce matin. " * 12)
        page.get_by_role("button", name="Ouvrir le dossier pour trois heures").click()
        expect(page.get_by_role("note").filter(has_text="Accès d’urgence")).to_be_visible()


def test_what_an_operator_looks_at_has_no_fault(
    chromium: Chromium, console: str, world: World, ways: dict[str, Switch]
) -> None:
    with page_of(chromium, console, world.token("ops", subject="looks-at-services", unit=None)) as page:
        expect(page.get_by_role("heading", name="Exploitation")).to_be_visible()
        page.locator("summary").first.click()
        faultless(page)  # two services are away, and nothing but the API of the others runs
        for way in ways.values():
            way.out, way.instead["/readyz"] = False, answer(waiting=WAITING | {"late_deadlines": 0, "parked_cases": 0})
        page.get_by_role("link", name="Regarder de nouveau").click()
        expect(page.get_by_role("status")).to_contain_text("Tout va bien.")
        faultless(page)


def test_the_derogations_of_a_year_have_no_fault(
    chromium: Chromium, console: str, world: World, ways: dict[str, Switch]
) -> None:
    with page_of(chromium, console, world.token("manager", subject="looks-at-derogations", unit="dla-44")) as page:
        page.goto(f"{console}/derogations?annee=2003")
        faultless(page)  # parcours is away
        ways["parcours"].out, ways["parcours"].instead[IN_PARCOURS] = False, {"items": [], "names": {}}
        page.goto(f"{console}/derogations?annee=2003")
        expect(page.get_by_text("Aucune dérogation")).to_be_visible()
        faultless(page)
        rows = [of_duration(LONG, day=f"2026-03-{day:02}")["items"][0] for day in range(1, 12)]
        ways["parcours"].instead[IN_PARCOURS] = {"items": rows, "names": {}}
        page.goto(f"{console}/derogations")
        faultless(page)
        stacked_on_a_phone(page)


def test_the_figures_to_download_have_no_fault(chromium: Chromium, console: str, world: World) -> None:
    with page_of(chromium, console, world.token("auditor", subject="looks-at-figures")) as page:
        page.get_by_role("link", name="Chiffres").click()
        expect(page.get_by_role("heading", name="Statistiques publiées")).to_be_visible()
        faultless(page)
        with page.expect_download() as downloading:
            page.locator("#chiffres-requests").locator("..").get_by_role("link", name="Garder en CSV").click()
        assert downloading.value.suggested_filename.endswith(".csv")


def test_the_register_of_rights_has_no_fault(
    chromium: Chromium, console: str, world: World, ways: dict[str, Switch]
) -> None:
    until = (paris_date(datetime.now(UTC)) + timedelta(days=90)).isoformat()
    identity = grant(world, LONG, until=until)
    grant(world, LONG, by="regional", role="auditor", unit=None, units=["dla-44", "dla-49"])
    with page_of(chromium, console, world.token("manager", subject="looks-at-rights", unit="dla-44")) as page:
        page.goto(f"{console}/responsable")
        stacked_on_a_phone(page)
        page.goto(f"{console}/droits?role=pilot")
        expect(page.get_by_text("Aucun droit ne correspond")).to_be_visible()
        faultless(page)
        page.goto(f"{console}/droits?role=adviser&quand=tous")
        faultless(page)
        stacked_on_a_phone(page)
        page.locator(f'a[href="/droits/{identity}"]').click()
        faultless(page)
        page.get_by_role("link", name="Retirer ce droit").click()
        faultless(page)
        page.get_by_role("textbox", name="Motif").fill("Départ à la fin du mois. " * 8)
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.get_by_role("status").filter(has_text="Retirer un droit")).to_be_visible()
        page.goto(f"{console}/droits/{identity}")
        expect(page.get_by_text("Retiré le")).to_be_visible()
        faultless(page)
        ways["intake"].out = True
        page.goto(f"{console}/droits")
        expect(page.get_by_role("alert")).to_be_visible()
        faultless(page)


def test_the_page_of_a_newcomer_has_no_fault(
    chromium: Chromium, console: str, world: World, ways: dict[str, Switch]
) -> None:
    for service in ("audit", "intake"):
        ways[service].instead["/api/v1/me"] = {"id": world.intake.id_of("newcomer"), "rights": []}
    with page_of(chromium, console, world.token("adviser", subject="newcomer", unit="dla-44")) as page:
        expect(page.get_by_role("heading", name="Qui suis-je")).to_be_visible()
        faultless(page)
        ways["intake"].out = True
        page.goto(f"{console}/titre")
        expect(page.get_by_text("ne peut pas être lu pour l’instant")).to_be_visible()
        faultless(page)
