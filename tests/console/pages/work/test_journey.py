"""An association's two years in Chromium, from its request to the end of its follow-up, by screen alone.

The adviser, the manager, the leader, the provider and the recipient of an orientation each act at a screen of their
own; a test only moves the clock, and what services send each other."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.console.pages.work.partner_screens import (
    MISSION,
    PROVIDER,
    RECIPIENT,
    acknowledge,
    choose_provider,
    hand_in_report,
    say_outcome,
    sign,
)
from tests.support.checks.accessibility import faultless
from tests.support.checks.console_in_chromium import CHROMIUM
from tests.support.checks.screens import ADVISER, MANAGER, Screen, Stage

from shared.kernel import format_date

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: nobody was at a screen")
NAME, LEADER = "Les Jardins de l’Erdre", "Maëlle Kerdoncuff"
COUNTING = """
for (const [type, name] of [["keydown", "keys"], ["pointerdown", "presses"]])
  addEventListener(type, () => sessionStorage.setItem(name, 1 + Number(sessionStorage.getItem(name))), true);
"""


def test_a_structure_in_cessation_of_payments_is_oriented_within_two_minutes(stage: Stage) -> None:
    """From the call to the orientation that was passed on: each press of a key and of the pointer is counted, and
    takes what the keystroke-level model says (Card, Moran and Newell, 1980) of a person who is no typist: 0.28 s a key;
    1.1 s to point, 0.4 s to move the hand there, 1.35 s to think."""
    ines = Screen(stage)
    ines.page.add_init_script(COUNTING)
    ines.sign_in(ADVISER)
    ines.page.evaluate("sessionStorage.clear()")
    page = ines.page
    page.get_by_role("link", name="Nouvelle demande").click()
    write = {"SIRET, numéro RNA ou nom": "552 100 554 00013"}
    ines.write(write)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Recevoir la demande").click()
    page.get_by_label("Association", exact=True).check()
    ines.write({"Nom de la structure": "Radio Bocage", "Département": "44"})
    ines.write({"Nom et prénom": "Jeanne Roy", "Besoin exprimé": "Ne peut plus payer les salaires de décembre."})
    ines.send("Recevoir une demande")
    page.get_by_role("link", name="Qualifier les difficultés").click()
    ceased_on = page.get_by_label("Cessation des paiements le")
    expect(ceased_on).to_be_hidden()
    page.locator("[value=insolvent]").check()
    ceased = stage.now.date() - timedelta(days=12)
    ceased_on.fill(ceased.isoformat())
    faultless(page)
    ines.send("Qualifier les difficultés")
    expect(page.get_by_role("heading", name="Proposer une orientation", level=1)).to_be_visible()
    expect(page.get_by_text(f"avant le {format_date(ceased + timedelta(days=45))}")).to_be_visible()
    faultless(page)
    ines.write({"Destinataire": "Tribunal judiciaire de Nantes", "Motif": "Déclarer, et demander un mandataire."})
    ines.send("Proposer une orientation")
    ines.do("Noter l’accord de la structure", part="Tribunal judiciaire")
    ines.do("Transmettre l’orientation", part="Tribunal judiciaire")
    keys, presses = (int(page.evaluate(f"sessionStorage.{name}")) for name in ("keys", "presses"))
    keys += len("01012026")  # the date, which was not typed
    seconds = 0.28 * keys + (1.1 + 0.4 + 1.35) * presses
    print(f"{keys} keys and {presses} presses: {seconds:.0f} s")
    assert keys > 100
    assert presses > 10
    assert seconds < 120
    assert ines.faults == []


def test_an_association_goes_through_the_dla_by_screen_alone(stage: Stage, tmp_path: Path) -> None:
    ines, maelle, paul = Screen(stage), Screen(stage), Screen(stage)
    ines.sign_in(ADVISER)
    faultless(ines.page)  # nothing to do
    case = receive(stage, ines)
    annaig = orient(stage, ines, maelle, case)
    diagnose(stage, ines, maelle, case)
    build(stage, ines, maelle, case)
    gael = choose_provider(stage, ines, case)
    say_outcome(annaig)
    engage(stage, ines, paul, case)
    sign(maelle, "Signer la convention tripartite", LEADER)
    sign(gael, "Lire et signer la convention", PROVIDER)
    carry_out(stage, ines, case)
    hand_in_report(gael, renewed(stage, ines), tmp_path)
    conclude(stage, ines, paul, case)
    gael.page.reload()
    expect(gael.page.get_by_text("4 800,00 €, en entier")).to_be_visible()
    follow_up(stage, ines, case)
    for screen in (ines, maelle, paul, gael):
        assert screen.faults == []


def receive(stage: Stage, ines: Screen) -> str:
    """From the search for the structure to its eligibility. The id of the case."""
    page = ines.page
    page.get_by_role("link", name="Nouvelle demande").click()
    page.get_by_label("SIRET, numéro RNA ou nom").fill("73282932000074")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Aucun dossier que vous pouvez voir")).to_be_visible()
    faultless(page)
    page.get_by_role("link", name="Recevoir la demande").click()
    page.locator("[data-submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("champs sont à corriger")
    faultless(page)
    expect(page.get_by_label("SIRET")).to_have_value("73282932000074")
    page.get_by_label("Nom de la structure").fill(NAME)
    page.get_by_label("Association", exact=True).check()
    page.get_by_label("Département").fill("44")
    page.get_by_label("Nombre de salarié·es").fill("12")
    page.get_by_label("Nom et prénom").fill(LEADER)
    page.get_by_label("Besoin exprimé").fill("Une seule subvention porte les deux tiers de notre budget.")
    page.get_by_role("button", name="Enregistrer", exact=True).last.click()
    expect(page.locator("[data-recorded]")).to_contain_text("Recevoir une demande")
    case = page.url.partition("/dossiers/")[2].partition("/")[0]
    ines.do(
        "Qualifier les difficultés", {"level": "weak_signals", "nature": "structural", "causes": ["public_funding"]}
    )
    ines.do(
        "Consigner un entretien d’accueil",
        {"held_on": stage.day(), "participants.0.name": "Yann Prigent", "participants.0.function": "Trésorier"},
    )
    for criterion in ("existing", "employer", "ess"):
        judged = {"criterion": criterion, "verdict": "met", "evidence": "Vu sur pièces."}
        ines.do("Examiner un critère d’éligibilité", judged)
    return case


def orient(stage: Stage, ines: Screen, maelle: Screen, case: str) -> Screen:
    """An orientation that the leader consents to and its recipient acknowledges; then the admission."""
    page = ines.page
    ines.do("Proposer une orientation", {"target": "France Active", "reason": "Un fonds de roulement à consolider."})
    code = ines.give_link("leader", LEADER)
    stage.carry()
    maelle.enter(code)
    maelle.page.get_by_role("link", name="Dire si vous acceptez une orientation").click()
    maelle.send("Noter l’accord de la structure")
    ines.open(case)
    ines.do("Transmettre l’orientation", RECIPIENT, part="France Active")
    annaig = acknowledge(stage)
    ines.open(case)
    ines.do("Admettre la demande", {"reason": "Besoin clair, dirigeantes motivées."})
    stage.carry()
    page.goto(f"{stage.console}/aujourdhui")
    expect(page.get_by_text("Première séance de diagnostic à tenir")).to_be_visible()
    faultless(page)
    return annaig


def diagnose(stage: Stage, ines: Screen, maelle: Screen, case: str) -> None:
    """The shared diagnosis, validated by the leader with a personal link, and its plan."""
    ines.open(case)
    ines.do(
        "Consigner une séance de travail",
        {
            "held_on": stage.day(),
            "participants.0.name": LEADER,
            "participants.0.quality": "leader",
        },
    )
    axis = {"axis": "business_model", "rating": "2", "findings": "64 % des produits viennent d’un seul financeur."}
    ines.do("Examiner un axe", axis | {"strengths": "Clientèle fidèle\nTerrain mis à disposition"})
    ines.do("Relever l’état de l’emploi", {"cdi": "7", "cdd": "2", "aided": "3", "fte": "9,5"})
    ines.do(
        "Relever la situation économique", {"fiscal_year": "2025", "perimeter": "structure", "budget_cents": "412 000"}
    )
    ines.do("Formuler la problématique", {"problem": "Comment vivre de ses ventes ?", "causes": "Un seul financeur"})
    ines.do("Soumettre le diagnostic à la structure")
    stage.carry()
    maelle.open(case)
    faultless(maelle.page)
    maelle.do("Contester le diagnostic", {"reason": "La gouvernance a changé depuis l’assemblée générale."})
    ines.open(case)
    expect(ines.page.get_by_text("La gouvernance a changé")).to_be_visible()
    governance = {"axis": "governance", "rating": "4", "findings": "Un conseil d’administration renouvelé."}
    ines.do("Examiner un axe", governance)
    ines.do("Soumettre le diagnostic à la structure")
    maelle.open(case)
    maelle.do("Valider le diagnostic")
    ines.open(case)
    plan = {"axes": ["business_model", "governance"], "objectives": "Porter les ressources propres à 45 %."}
    ines.do("Convenir du plan d’accompagnement", plan)
    stage.carry()


def build(stage: Stage, ines: Screen, maelle: Screen, case: str) -> None:
    """The parcours: ranked, built, contested by nobody, validated by the leader."""
    ines.open(case)
    rank(ines)
    dates = {"starts_on": stage.day(10), "ends_on": stage.day(90)}
    consulting = {"kind": "consulting", "axis": "business_model", "title": "Refonte des tarifs", "planned_days": "5"}
    ines.do("Ajouter une action", consulting | dates | {"who": "À choisir"})
    own = {"kind": "own_action", "axis": "governance", "title": "Un bureau renouvelé", "who": "Le conseil"}
    ines.do("Ajouter une action", own | dates)
    ines.do("Partager le parcours avec la structure", {"starts_on": stage.day(5), "ends_on": stage.day(200)})
    maelle.open(case)
    maelle.do("Valider le parcours")


def rank(ines: Screen) -> None:
    """By the buttons of a line, and by dragging it."""
    plans = ["Gouvernance et vie associative", "Modèle économique"]
    ours = plans[::-1]
    ines.choose("Classer les axes de changement")
    faultless(ines.page)
    lines = ines.page.locator(".rank-line label")
    expect(lines).to_have_text(plans)
    ines.page.get_by_role("button", name="Monter : Modèle économique").press("Enter")
    expect(lines).to_have_text(ours)
    expect(ines.page.get_by_text("Modèle économique : 1 sur 2")).to_be_visible()
    handles = ines.page.locator(".rank-line .place")
    for in_order in (
        plans,
        ours,
    ):
        handles.last.drag_to(handles.first, target_position={"x": 5, "y": 1})
        expect(lines).to_have_text(in_order)
    expect(ines.page.locator('[name="ranking.business_model"]')).to_have_value("1")
    ines.send("Classer les axes de changement")


def engage(stage: Stage, ines: Screen, paul: Screen, case: str) -> None:
    """The fund of the year, and the agreement that the unit signs first."""
    paul.sign_in(MANAGER)
    paul.page.get_by_role("link", name="L’unité").first.click()
    faultless(paul.page)
    paul.page.get_by_role("link", name="Ouvrir un fonds").click()
    paul.fill({"unit": "dla-44", "year": str(stage.now.year), "allocated_cents": "250 000"})
    paul.send("Ouvrir un fonds d’ingénierie")
    ines.open(case)
    ines.do("Engager un financement", part=MISSION)
    signed = {"signatures.unit.name": MANAGER, "signatures.unit.signed_on": stage.day()}
    ines.do("Enregistrer une convention", signed, part=MISSION)


def carry_out(stage: Stage, ines: Screen, case: str) -> None:
    """The actions begin; months later the days are counted."""
    ines.open(case)
    ines.do("Commencer une action", part=MISSION)
    ines.do("Commencer une action", part="Un bureau renouvelé")
    stage.later(60)
    ines.open(case)
    ines.do("Compter des jours d’intervention", {"days": "5"}, part=MISSION)


def renewed(stage: Stage, ines: Screen) -> str:
    """A code for the provider, whose first link has run out."""
    code = ines.renew_link(PROVIDER)
    stage.carry()
    return code


def conclude(stage: Stage, ines: Screen, paul: Screen, case: str) -> None:
    """The report is accepted and paid for; then the debrief."""
    ines.open(case)
    ines.do("Accepter un rapport final", part=MISSION)
    ines.do("Terminer une action", {"summary": "Nouveaux tarifs adoptés."}, part=MISSION)
    paul.open(case)
    faultless(paul.page)
    paul.do("Autoriser un paiement", {"amount_cents": "4 800"}, part=MISSION)
    ines.open(case)
    ines.do("Terminer une action", {"summary": "Bureau renouvelé."}, part="Un bureau renouvelé")
    ines.do("Terminer le parcours", {"held_on": stage.day(), "debrief": "La structure sait où elle va."})
    stage.carry()


def follow_up(stage: Stage, ines: Screen, case: str) -> None:
    """Each review beside the starting point, until the second year is over."""
    ines.open(case)
    ines.choose("Consigner un bilan", "Bilan M0")
    expect(ines.page.get_by_text("(au départ : 7)")).to_be_visible()
    faultless(ines.page)
    ines.fill({"held_on": stage.day(), "appropriation": "4", "satisfaction": "5", "indicators.cdi.value": "8"})
    ines.fill({"summary": "Les nouveaux prix sont appliqués."})
    ines.send("Consigner un bilan")
    expect(ines.page.get_by_text("Les nouveaux prix sont appliqués.")).to_be_visible()
    for days, review in ((181, "Bilan M6"), (366, "Bilan M18")):
        stage.later(days)
        ines.open(case)
        lasting = {"held_on": stage.day(), "summary": "Les effets durent."}
        ines.do("Consigner un bilan", lasting | {"appropriation": "4", "satisfaction": "4"}, part=review)
    ines.do("Conclure le suivi", {"conclusion": "Les effets durent."})
    expect(ines.page.get_by_role("list", name="Les cinq phases")).to_contain_text("dossier clos")
    ines.page.goto(f"{stage.console}/apparence")
    faultless(ines.page)
