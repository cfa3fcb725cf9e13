"""An association's path in Chromium, from its request to its validated parcours, by screen alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect, sync_playwright
from tests.support.checks.console_pages import ORIGIN, Switch, settings
from tests.support.generated.golden_samples import service
from tests.support.samples.sample_services import eventually
from tests.support.servers.all_services import House, reachable_house

from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner
from audit.tlog import Signer
from console.main import create_app
from embedded.identity.provider import Provider
from embedded.identity.provider_page import Person
from embedded.processes import ports
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from shared.kernel import PHASE_SERVICES
from shared.projections import Projector
from shared.web.limits import build_server

expect.set_options(timeout=20_000)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here")
NAME = "Les Jardins de l’Erdre"
ADVISER, MANAGER = "Inès Le Goff", "Paul Rivoal"
PEOPLE = [
    Person("journey-ines", ADVISER, role="adviser", unit="dla-44"),
    Person("journey-paul", MANAGER, role="manager", unit="dla-44"),
]


Fields = Mapping[str, Sequence[str]]


@dataclass
class Stage:
    """The services, a console before them and a browser."""

    house: House
    console: str
    chromium: Chromium
    signing: CheckpointSigner
    now: datetime

    def carry(self) -> None:
        """What was recorded reaches the other services, and the lists."""
        self.house.carry()
        while integrate(self.house["audit"].application):
            pass
        self.signing.sign(self.house["audit"].application)
        for name in PHASE_SERVICES:
            projector = Projector(self.house[name].application, service(name).projections)
            for projection in service(name).projections:
                while projector.advance(projection):
                    pass

    def later(self, days: int) -> None:
        self.now += timedelta(days=days)
        for name in PHASE_SERVICES:
            self.house[name].application.clock.set_forward(self.now)

    def day(self, days: int = 0) -> str:
        return (self.now + timedelta(days=days)).date().isoformat()


@pytest.fixture(scope="module")
def stage(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    def database(name: str) -> str:
        return postgres.ensure_database(f"journey_{name}", connections=-1)

    folder = tmp_path_factory.mktemp("journey")
    signing = CheckpointSigner(Signer(ORIGIN, bytes(range(32))), folder / "checkpoint")
    with reachable_house(database, nats, folder) as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with served_console(house) as console:
            now = house["intake"].application.clock.now()
            yield Stage(house, console, chromium=browser, signing=signing, now=now)
        browser.close()


@contextmanager
def served_console(house: House) -> Iterator[str]:
    port = ports.choose_ports({"console": None, "provider": None})
    address = f"http://127.0.0.1:{port['console']}"
    provider = Provider(house["intake"].issuer, port["provider"], f"{address}/retour", PEOPLE)
    feeds = {name: str(house[name].http.base_url) for name in PHASE_SERVICES} | {"audit": "http://audit.test"}
    discovery = f"{provider.address}/.well-known/openid-configuration"
    own = settings(address=address, port=port["console"], discovery=discovery, feeds=feeds, poll_seconds=60)
    server = build_server(create_app(own, {"audit": Switch(house["audit"].web)}), own, shutdown_seconds=1)
    thread = Thread(target=server.run, name="console")
    with provider.serve():
        thread.start()
        eventually(lambda: server.started)
        yield address
        server.should_exit = True
        thread.join()


class Screen:
    """What somebody does at a browser of their own."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.page: Page = stage.chromium.new_context(locale="fr-FR").new_page()
        self.page.set_default_timeout(15_000)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def sign_in(self, name: str) -> None:
        self.page.goto(self.stage.console)
        self.page.get_by_role("link", name="Se connecter").click()
        self.page.get_by_role("button", name=name).click()
        expect(self.page.get_by_role("heading", name="Aujourd’hui", level=1)).to_be_visible()

    def enter(self, code: str) -> None:
        self.page.goto(f"{self.stage.console}/acces")
        self.page.get_by_label("Code").fill(code)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Se déconnecter")).to_be_visible()

    def open(self, case: str) -> None:
        self.page.goto(f"{self.stage.console}/dossiers/{case}/travail")

    def do(self, title: str, fields: Fields | None = None, *, part: str = "", of: str = "") -> None:
        """A command that the page offers, its form filled in and sent. `part`: of what the command is for."""
        self.choose(title, f"{part} – {of}" if of else part)
        self.fill(fields or {})
        self.send(title)

    def send(self, title: str) -> None:
        self.page.locator("[data-submit]").click()
        expect(self.page.locator("[data-recorded]")).to_contain_text(title)

    def give_link(self, role: str, name: str) -> str:
        """A personal link, given by form. The code, as it is shown once."""
        self.choose("Donner un lien personnel")
        self.fill({"role": role, "name": name, "reason": "Présidente de l’association."})
        self.page.locator("[data-submit]").click()
        code = self.page.get_by_label("Code d’accès personnel").input_value()
        self.page.get_by_role("link", name="Revenir au dossier").click()
        return code

    def choose(self, title: str, part: str = "") -> None:
        for each in self.page.locator("details.rarer").all():
            each.evaluate("details => { details.open = true; }")
        name = f"{title} : {part}" if part else title
        self.page.get_by_role("link", name=name, exact=not part).first.click()
        expect(self.page.get_by_role("heading", name=title, level=1)).to_be_visible()

    def fill(self, fields: Fields) -> None:
        for path, value in fields.items():
            if isinstance(value, str):
                self._fill_one(path, value)
            elif self.page.locator(f'input[type=checkbox][name="{path}"]').count():
                for each in value:
                    self._fill_one(path, each)
            else:
                for number, each in enumerate(value):
                    self.page.locator(f'[name="{path}"]').nth(number).fill(each)

    def _fill_one(self, path: str, value: str) -> None:
        inputs = self.page.locator(f'[name="{path}"]')
        if not inputs.count():
            self.page.locator(f'button[value="{path.split(".", maxsplit=1)[0]}"]').click()
        kind = inputs.first.evaluate("input => input.type")
        if kind in ("radio", "checkbox"):
            self.page.locator(f'[name="{path}"][value="{value}"]').check()
        elif kind == "select-one":
            inputs.first.select_option(value)
        else:
            inputs.first.fill(value)


def test_an_association_goes_through_the_dla_by_screen_alone(stage: Stage) -> None:
    ines = Screen(stage)
    ines.sign_in(ADVISER)
    case = receive(stage, ines)
    diagnose(stage, ines, case)


def receive(stage: Stage, ines: Screen) -> str:
    """From the search for the structure to its admission. The id of the case."""
    page = ines.page
    page.get_by_role("link", name="Nouvelle demande").click()
    page.get_by_label("SIRET, numéro RNA ou nom").fill("73282932000074")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Aucun dossier que vous pouvez voir")).to_be_visible()
    page.get_by_role("link", name="Recevoir la demande").click()
    expect(page.get_by_label("SIRET")).to_have_value("73282932000074")
    page.get_by_label("Nom de la structure").fill(NAME)
    page.get_by_label("Association", exact=True).check()
    page.get_by_label("Département").fill("44")
    page.get_by_label("Nombre de salarié·es").fill("12")
    page.get_by_label("Nom et prénom").fill("Maëlle Kerdoncuff")
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
    ines.do("Proposer une orientation", {"target": "France Active", "reason": "Un fonds de roulement à consolider."})
    ines.do("Noter l’accord de la structure", part="France Active")
    ines.do("Transmettre l’orientation", part="France Active")
    ines.do("Noter que le destinataire l’a reçue", part="France Active")
    ines.do("Admettre la demande", {"reason": "Besoin clair, dirigeantes motivées."})
    stage.carry()
    return case


def diagnose(stage: Stage, ines: Screen, case: str) -> None:
    """The shared diagnosis, validated by the leader with a personal link, and its plan."""
    ines.open(case)
    ines.do(
        "Consigner une séance de travail",
        {
            "held_on": stage.day(),
            "participants.0.name": "Maëlle Kerdoncuff",
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
    maelle = Screen(stage)
    code = ines.give_link("leader", "Maëlle Kerdoncuff")
    stage.carry()
    maelle.enter(code)
    maelle.open(case)
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
    build(stage, ines, maelle, case)


def build(stage: Stage, ines: Screen, maelle: Screen, case: str) -> None:
    """The parcours: ranked, built, contested by nobody, validated by the leader."""
    ines.open(case)
    ines.do("Classer les axes de changement", {"ranking.business_model": "1", "ranking.governance": "2"})
    dates = {"starts_on": stage.day(10), "ends_on": stage.day(90)}
    consulting = {"kind": "consulting", "axis": "business_model", "title": "Refonte des tarifs", "planned_days": "5"}
    ines.do("Ajouter une action", consulting | dates | {"who": "À choisir"})
    own = {"kind": "own_action", "axis": "governance", "title": "Un bureau renouvelé", "who": "Le conseil"}
    ines.do("Ajouter une action", own | dates)
    ines.do("Partager le parcours avec la structure", {"starts_on": stage.day(5), "ends_on": stage.day(200)})
    maelle.open(case)
    maelle.do("Valider le parcours")
    assert ines.faults == maelle.faults == []
