"""People at screens: the services, a console before them, and what somebody does in Chromium."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from tests.support.checks.console_in_chromium import launched_chromium
from tests.support.checks.console_pages import ORIGIN, Switch, settings
from tests.support.generated.golden_samples import service
from tests.support.samples.sample_services import eventually
from tests.support.servers.all_services import House, reachable_house
from tests.support.servers.mail_server import MailServer, mail_server
from tests.support.servers.mailed_intake import catch_up, mailing_service, token_in

from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner
from audit.tlog import Signer
from console.main import create_app
from embedded.identity.provider import Provider
from embedded.identity.provider_page import Person
from embedded.processes import ports
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.mail.mailer import Mailer, Post
from shared.kernel import PHASE_SERVICES
from shared.projections import Projector
from shared.web.limits import build_server

expect.set_options(timeout=20_000)
ADVISER, MANAGER = "Inès Le Goff", "Paul Rivoal"
PEOPLE = [
    Person("screens-ines", ADVISER, role="adviser", unit="dla-44"),
    Person("screens-paul", MANAGER, role="manager", unit="dla-44"),
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
    mails: MailServer
    post: Post

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

    def mailed_link(self, address: str) -> str:
        """The address in the last mail that somebody gets, once all that is due is sent; their right is known to every
        service by then."""
        self.carry()
        intake = self.house["intake"].application
        catch_up(intake)
        Mailer(intake, self.post).send_due()
        mail = [each for each in self.mails.received if each["To"] == address][-1]
        return f"{self.console}/lien/{token_in(mail)}"

    def later(self, days: int) -> None:
        self.now += timedelta(days=days)
        for name in PHASE_SERVICES:
            self.house[name].application.clock.set_forward(self.now)

    def day(self, days: int = 0) -> str:
        return (self.now + timedelta(days=days)).date().isoformat()


@contextmanager
def stage_of(postgres: Postgres, nats: Nats, folder: Path) -> Iterator[Stage]:
    """Everything of one run, in databases of its own."""

    def database(name: str) -> str:
        return postgres.ensure_database(f"{folder.name}_{name}", connections=-1)

    signing = CheckpointSigner(Signer(ORIGIN, bytes(range(32))), folder / "checkpoint")
    port = ports.choose_ports({"console": None, "provider": None})
    console = f"http://127.0.0.1:{port['console']}"
    with ExitStack() as running:
        mails = running.enter_context(mail_server())
        intake, post = mailing_service(mails, console)
        house = running.enter_context(reachable_house(database, nats, folder, {"intake": intake}))
        browser = running.enter_context(launched_chromium())
        running.enter_context(served_console(house, console, port))
        now = house["intake"].application.clock.now()
        yield Stage(house, console, chromium=browser, signing=signing, now=now, mails=mails, post=post)


@contextmanager
def served_console(house: House, address: str, port: Mapping[str, int]) -> Iterator[None]:
    provider = Provider(house["intake"].issuer, port["provider"], f"{address}/retour", PEOPLE)
    feeds = {name: str(house[name].http.base_url) for name in PHASE_SERVICES} | {"audit": "http://audit.test"}
    discovery = f"{provider.address}/.well-known/openid-configuration"
    own = settings(address=address, port=port["console"], discovery=discovery, feeds=feeds, poll_seconds=60)
    server = build_server(create_app(own, {"audit": Switch(house["audit"].web)}), own, shutdown_seconds=1)
    thread = Thread(target=server.run, name="console")
    with provider.serve():
        thread.start()
        eventually(lambda: server.started)
        yield
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

    def come_in(self, address: str) -> None:
        """By the link of a mail, whose page has a button."""
        self.page.goto(address)
        self.page.get_by_role("button", name="Ouvrir").click()
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

    def give_link(self, role: str, name: str, email: str = "") -> str:
        """A personal link, given by form. The code, as it is shown once. `email`: where it is mailed too."""
        self.choose("Donner un lien personnel")
        self.fill({"role": role, "name": name, "reason": "Pour ce qui lui est demandé.", "email": email})
        return self.read_code()

    def renew_link(self, name: str) -> str:
        """Another link for the same person, whose last one has run out. The code."""
        self.choose("Donner un nouveau lien à la même personne", name)
        self.fill({"reason": "Le précédent est arrivé à son terme."})
        return self.read_code()

    def read_code(self) -> str:
        self.page.locator("[data-submit]").click()
        code = self.page.get_by_label("Code d’accès personnel").input_value()
        self.page.get_by_role("link", name="Revenir au dossier").click()
        return code

    def choose(self, title: str, part: str = "") -> None:
        self.page.locator("details.rarer").evaluate_all("found => found.forEach(each => { each.open = true; })")
        name = f"{title} : {part}" if part else title
        self.page.get_by_role("link", name=name, exact=not part).first.click()
        expect(self.page.get_by_role("heading", name=title, level=1)).to_be_visible()

    def write(self, texts: Mapping[str, str]) -> None:
        """Pressing each key. `texts`: by the label of the field."""
        for label, text in texts.items():
            field = self.page.get_by_label(label)
            field.click()
            field.press_sequentially(text)

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
