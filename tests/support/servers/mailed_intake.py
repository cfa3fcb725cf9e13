"""Intake with a mail server: what is queued, sent, and opened by whoever received it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.support.samples.sample_services import eventually
from tests.support.servers.mail_server import MailServer, mail_server
from tests.support.servers.served_service import IDENTITY_KEY, Client, Served, served

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.bootstrap import Deployment
from intake.mail.due import outgoing_mails
from intake.mail.mailer import Mailer, Post
from intake.main import build_service
from intake.settings import IntakeSettings
from shared.eventlog import ServiceApplication
from shared.projections import Projector
from shared.runtime import Service
from shared.settings import Mode

REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
    },
    "contact": {"name": "Maëlle Kerdoncuff", "email": "maelle@jardins.example"},
    "need": "Nous ne payons plus nos fournisseurs.",
}
TOKEN = re.compile(r"https?://\S+/lien/(\S+)")
TARGET = "accueil@banque.example"
MESSAGE = "Pourriez-vous la recevoir cette semaine ?"


@dataclass
class MailedIntake:
    """Intake, and the mail server of its deployment. `mailer`: as the role `work` runs it, once each time."""

    intake: Served
    server: MailServer
    service: Service
    post: Post
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(100_000_000, 200_000_000)))

    @property
    def app(self) -> ServiceApplication:
        return self.intake.application

    def case(self) -> str:
        """A new case, of a structure of its own."""
        structure = REQUEST["structure"] | {"siret": None, "rna": f"W{next(self.numbers)}"}
        answer = self.intake.by("adviser").post("/api/v1/requests", REQUEST | {"structure": structure})
        assert answer.status_code == 201, answer.text
        return str(answer.headers["Location"])

    def send(self, case: str, address: str = TARGET, **consent: Any) -> str:
        """An orientation that is sent to an address."""
        adviser = self.intake.by("adviser")
        proposed = adviser.post(f"{case}/orientations", {"target": "La banque", "reason": "Trésorerie tendue."})
        path = str(proposed.headers["Location"])
        assert adviser.post(f"{path}/consent", consent).status_code == 200
        recipient = {"name": "Annaïg Kervella", "email": address}
        sent = adviser.post(f"{path}/sending", {"message": MESSAGE, "recipient": recipient})
        assert sent.status_code == 200, sent.text
        return path

    def deliver(self, *addresses: str) -> list[Any]:
        """What the mail server receives for these addresses when all that is due is sent."""
        before = len(self.server.received)
        catch_up(self.app)
        Mailer(self.app, self.post).send_due()
        return [mail for mail in self.server.received[before:] if not addresses or mail["To"] in addresses]

    def deliver_soon(self, address: str) -> Any:
        """The first mail for an address, once a request that is answered later has queued it."""
        found: list[Any] = []

        def is_there() -> bool:
            found.extend(self.deliver(address))
            return bool(found)

        eventually(is_there)
        return found[0]

    def later(self, **time: Any) -> None:
        self.app.clock.set_forward(self.app.clock.now() + timedelta(**time))

    def open(self, mail: Any) -> Any:
        return self.intake.anonymous().post("/api/v1/mailed-links", {"token": token_in(mail)})

    def bearer(self, mail: Any) -> Client:
        opened = self.open(mail)
        assert opened.status_code == 200, opened.text
        return Client(self.intake.http, opened.json()["secret"])

    def lose(self, address: str) -> Any:
        return self.intake.anonymous().post("/api/v1/lost-links", {"email": address})


def token_in(mail: Any) -> str:
    found = TOKEN.search(mail.get_content())
    assert found, mail.get_content()
    return found[1]


def catch_up(app: ServiceApplication) -> None:
    Projector(app, (outgoing_mails,)).catch_up()


def mailing_service(server: MailServer, console: str) -> tuple[Service, Post]:
    """Intake as it is deployed with a mail server, whose mails lead to the console at this address."""
    settings = {
        "mode": Mode.DEVELOPMENT,
        "identity_key": IDENTITY_KEY,
        "console_url": console,
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_tls": "none",
        "mail_from": "DLA <dla@dla.example>",
    }
    deployment = Deployment(lambda: IntakeSettings(**settings))  # type: ignore[arg-type]
    service = build_service(deployment)
    assert deployment.post
    return service, deployment.post


@contextmanager
def mailed_intake(postgres: Postgres, nats: Nats, folder: Path) -> Iterator[MailedIntake]:
    with ExitStack() as running:
        server = running.enter_context(mail_server())
        service, post = mailing_service(server, "https://dla.example")
        url = postgres.ensure_database(f"mails_{uuid4().hex[:8]}", connections=-1)
        intake = running.enter_context(served(service, lambda _: url, nats, folder))
        yield MailedIntake(intake, server, service=service, post=post)
