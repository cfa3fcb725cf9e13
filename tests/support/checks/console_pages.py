"""The console before real services: intake, diagnostic and audit in this process, and a case that was played."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any
from uuid import UUID

import httpx
from pydantic import SecretBytes
from tests.support.servers.in_process_client import InProcessClient
from tests.support.servers.reconciled_intake import receive_messages
from tests.support.servers.served_service import Served

from audit.ledger.signing import CheckpointSigner
from console.settings import ConsoleSettings
from diagnostic.domain.lifecycle import OpenDiagnosis
from diagnostic.main import service as diagnostic_service
from embedded.identity.issuer import ISSUER
from intake.main import service as intake_service
from shared.kernel import SERVICES, Actor, Role
from shared.messaging import messages_of
from shared.projections import Projector
from shared.settings import Mode

ADDRESS = "http://console.test"
ORIGIN = "registre.example/dla"
ASSOCIATIONS = count(1)
NAME = "Les Jardins de l’Erdre"
SIRET = "73282932000074"
REQUEST: dict[str, Any] = {
    "structure": {
        "name": NAME,
        "legal_form": "association",
        "department": "44",
        "siret": SIRET,
        "commune": "Nantes",
        "headcount": 12,
    },
    "contact": {"name": "Maëlle Kerdoncuff", "function": "Présidente", "email": "maelle@example.org"},
    "need": "Une seule convention porte les deux tiers de notre budget.",
}
STORY: list[tuple[str, dict[str, Any]]] = [
    (
        "/meetings",
        {"held_on": "2026-01-12", "participants": [{"name": "Maëlle Kerdoncuff"}], "notes": "Un projet solide."},
    ),
    ("/criteria", {"criterion": "existing", "verdict": "met", "evidence": "Association déclarée depuis 2009."}),
    ("/criteria", {"criterion": "employer", "verdict": "met", "evidence": "Douze contrats en cours."}),
    (
        "/difficulty",
        {
            "level": "weak_signals",
            "nature": "structural",
            "causes": ["public_funding"],
            "explanation": "La convention s’achève dans quinze mois.",
        },
    ),
]


class Switch(httpx.AsyncBaseTransport):
    """The way to a service in this process; `out`: it does not answer; `instead`: what it answers by path;
    `refusals`: the problems with which it refuses, by path."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app)
        self.out = False
        self.instead: dict[str, Any] = {}
        self.refusals: dict[str, dict[str, Any]] = {}
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.out:
            raise httpx.ConnectError("out", request=request)
        if refusal := self.refusals.get(request.url.path):
            return httpx.Response(refusal["status"], json=refusal, request=request)
        if request.url.path in self.instead:
            return httpx.Response(200, json=self.instead[request.url.path], request=request)
        return await self._inner.handle_async_request(request)


@dataclass
class World:
    """`case`: the one that was played."""

    intake: Served
    diagnostic: Served
    audit: Served
    signing: CheckpointSigner
    case: str = ""

    def carried(self) -> None:
        """What the services recorded is heard by audit, committed to and signed."""
        for one, service in ((self.intake, intake_service), (self.diagnostic, diagnostic_service)):
            app = one.application
            entries = app.recorder.select_notifications(None, 100_000)
            receive_messages(self.audit.application, messages_of(app, service.to_integration_event, entries))
        self.signing.sign(self.audit.application)

    def listed(self) -> None:
        projector = Projector(self.intake.application, intake_service.projections)
        for projection in intake_service.projections:
            while projector.advance(projection):
                pass

    def token(self, role: str = "auditor", **right: Any) -> str:
        units = ("dla-44",) if role in ("auditor", "dpo") else ()
        return self.audit.issuer.mint(role, **({"subject": f"some-{role}", "units": units} | right))


def new_structure(name: str) -> dict[str, Any]:
    """An association that no other test has received: it has a RNA of its own, and no SIRET."""
    return {"name": name, "siret": None, "rna": f"W44{next(ASSOCIATIONS):07}"}


def play_case(world: World, **other: Any) -> str:
    """A structure is received and met; its diagnosis opens. `other`: what is otherwise of the structure."""
    adviser = world.intake.by("adviser")
    received = adviser.post("/api/v1/requests", REQUEST | {"structure": REQUEST["structure"] | other})
    assert received.status_code == 201, received.text
    case: str = received.json()["id"]
    for path, body in STORY:
        answer = adviser.post(f"/api/v1/requests/{case}{path}", body)
        assert answer.status_code == 200, answer.text
    app = world.diagnostic.application
    opening = OpenDiagnosis(UUID(int=9), "dla-44", adviser="some-adviser", admitted_at=app.clock.now(), headcount=12)
    app.handle(app.deciders[0], UUID(case), opening, app.context(UUID(case), Actor("ourselves", Role.SERVICE)))
    world.listed()
    return case


def settings(**deployed: Any) -> ConsoleSettings:
    usual: dict[str, Any] = {
        "mode": Mode.DEVELOPMENT,
        "feeds": {name: f"https://{name}.test" for name in SERVICES},
        "issuer": ISSUER,
        "address": ADDRESS,
        "key": SecretBytes(sha256(b"console").digest()),
        "sessions": deployed.get("sessions") or _new_folder(),
    }
    return ConsoleSettings(**(usual | deployed))


@cache
def _folder_of_this_run() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="dla-console-")


def _new_folder() -> Path:
    """Of ended sessions; removed when the tests end."""
    return Path(mkdtemp(dir=_folder_of_this_run().name))


class Browser:
    """What somebody does with the pages, without a screen: `get` follows where it is sent."""

    def __init__(self, http: InProcessClient) -> None:
        self.http = http

    def get(self, path: str, **headers: str) -> httpx.Response:
        shown: httpx.Response = self.http.get(path, headers=headers)
        return shown

    def submit(self, path: str, shown: httpx.Response, **fields: Any) -> httpx.Response:
        """A form of the page that is shown."""
        csrf = re.search(r'name="csrf" value="([^"]+)"', shown.text)
        assert csrf, shown.text
        data = {"csrf": csrf[1]} | fields
        answer: httpx.Response = self.http.post(path, data=data, headers={"Origin": str(self.http.base_url)})
        return answer

    def enter(self, token: str) -> httpx.Response:
        return self.submit("/connexion/jeton", self.get("/connexion"), jeton=token, vers="/")

    def open(self, case: str, then: str | None = None, reason: str = "Contrôle annuel de la région") -> httpx.Response:
        """A dossier, or a page of it, once the reason is told."""
        then = then or f"/dossiers/{case}"
        shown = self.get(then)
        if "Pourquoi consultez-vous" in shown.text:
            shown = self.submit(f"/dossiers/{case}/motif", shown, motif=reason, vers=then)
        return shown


def text(answer: httpx.Response) -> str:
    """What a person reads; no-break spaces count as spaces."""
    main = re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2].partition(">")[2])
    return re.sub(r"\s+", " ", html.unescape(main))
