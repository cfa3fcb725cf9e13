"""What people without an account do at their own screens: the recipient of an orientation, and a provider."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect
from tests.support.checks.accessibility import PHONE, faultless
from tests.support.checks.screens import Screen, Stage

PROVIDER = "Gaël Armen"
TERMS = "Recalculer les prix de vente avec l’équipe."
MISSION = "Refonte des tarifs"
RECIPIENT = {"recipient.name": "Annaïg Kervella", "recipient.email": "annaig@france-active.example"}
OUTCOME = "Un prêt de trésorerie est accordé."


def acknowledge(stage: Stage) -> Screen:
    """The recipient opens the mail, reads what is transmitted and says that it has come."""
    annaig = Screen(stage)
    page = annaig.page
    annaig.come_in(stage.mailed_link(RECIPIENT["recipient.email"]))
    expect(page.get_by_role("heading", name="Une structure vous est orientée", level=1)).to_be_visible()
    expect(page.get_by_text("Un fonds de roulement à consolider.")).to_be_visible()
    faultless(page)
    page.get_by_role("button", name="Je l’ai bien reçue").click()
    expect(page.get_by_role("status").filter(has_text="votre réponse est enregistrée")).to_be_visible()
    return annaig


def say_outcome(annaig: Screen) -> None:
    page = annaig.page
    page.get_by_role("link", name="Dire ce qu’il en advient").click()
    annaig.fill({"outcome": OUTCOME})
    faultless(page)
    page.locator("[data-submit]").click()
    expect(page.get_by_role("heading", name="Vous avez répondu", level=1)).to_be_visible()
    faultless(page)
    assert annaig.faults == []


def choose_provider(stage: Stage, ines: Screen, case: str) -> Screen:
    """A tender, which one provider answers at a screen and another on paper; its award."""
    ines.open(case)
    ines.give_link("provider", PROVIDER, "gael@armen.example")
    stage.carry()
    grid = {"grid.0.label": "Méthode", "grid.0.weight": "60", "grid.1.label": "Prix", "grid.1.weight": "40"}
    ines.choose("Consulter des prestataires")
    faultless(ines.page)
    ines.fill({"terms_of_reference": TERMS})
    ines.page.get_by_label(MISSION).check()
    ines.page.get_by_label("Date limite").fill(f"{stage.day(14)}T17:00")
    ines.fill(grid)
    ines.send("Consulter des prestataires")
    for name, account in (("Cabinet Armen", PROVIDER), ("Atelier des Deux Rives", ""), ("Coopérative Sillon", "")):
        ines.do("Consulter un prestataire de plus", {"name": name, "account": account}, part=TERMS)
    gael = propose(stage, ines, case)
    ines.open(case)
    by_post = {"amount_cents": "4500,50", "days": "5", "summary": "Cinq journées avec l’équipe."}
    ines.do("Remettre une proposition", by_post, part=TERMS, of="Coopérative Sillon")
    stage.later(15)
    ines.open(case)
    ines.do("Déclarer ses intérêts", {"conflict": "non"}, part=TERMS)
    for name in ("Cabinet Armen", "Coopérative Sillon"):
        ines.do("Noter une proposition", {"scores": ["17", "14"]}, part=TERMS, of=name)
    ines.choose("Retenir un prestataire", TERMS)
    ines.page.get_by_label("Cabinet Armen").check()
    ines.send("Retenir un prestataire")
    for name in ("Cabinet Armen", "Coopérative Sillon"):
        ines.do("Informer un candidat du résultat", {"informed_on": stage.day()}, part=TERMS, of=name)
    gael.page.reload()
    expect(gael.page.get_by_text("15,8 sur 20")).to_be_visible()
    return gael


def propose(stage: Stage, ines: Screen, case: str) -> Screen:
    """The provider comes in by mail, submits a question, reads the answer and proposes."""
    gael = Screen(stage)
    page = gael.page
    gael.come_in(stage.mailed_link("gael@armen.example"))
    expect(page.get_by_role("heading", name="Vous êtes consulté·e")).to_be_visible()
    faultless(page)
    page.get_by_role("link", name="Poser une question").click()
    gael.fill({"text": "L’équipe est-elle libre en janvier ?"})
    gael.send("Poser une question")
    ines.open(case)
    ines.page.get_by_role("link", name="Comparer les propositions").click()
    ines.page.get_by_role("link", name="Répondre à une question").click()
    ines.fill({"answer": "Oui, chaque mardi."})
    ines.send("Répondre à une question")
    page.reload()
    expect(page.get_by_text("Oui, chaque mardi.")).to_be_visible()
    page.get_by_role("link", name="Remettre une proposition").click()
    gael.fill({"amount_cents": "4 800", "days": "5", "summary": "Cinq journées avec l’équipe."})
    gael.send("Remettre une proposition")
    expect(page.get_by_role("link", name="Remplacer votre proposition")).to_be_visible()
    return gael


def sign(screen: Screen, way: str, name: str) -> None:
    """The agreement, on a phone: from the person's first page to its text, and their signature."""
    page = screen.page
    page.goto(screen.stage.console)
    page.get_by_role("link", name=way).click()
    faultless(page)
    page.set_viewport_size(PHONE)
    page.get_by_label("Nom et prénom").fill(name)
    page.get_by_role("button", name="Signer la convention").click()
    expect(page.locator("[data-recorded]")).to_contain_text("Signer la convention")


def hand_in_report(gael: Screen, code: str, folder: Path) -> None:
    """With a new link, months later: the days that were counted, the report as a file, and that it is handed in."""
    page = gael.page
    gael.enter(code)
    expect(page.get_by_text("5 jours faits")).to_be_visible()
    faultless(page)
    report = folder / "rapport.txt"
    report.write_text("Les nouveaux tarifs, et comment les tenir.")
    page.get_by_role("link", name="Déposer le rapport").click()
    expect(page.get_by_label("Sorte de pièce")).to_have_value("final_report")
    page.get_by_label("Fichier").set_input_files(report)
    gael.send("Ajouter une pièce jointe")
    page.get_by_role("link", name="Dire que le rapport est remis").click()
    gael.fill({"received_on": gael.stage.day()})
    gael.send("Consigner la réception d’un rapport final")
