"""The digest of what waits, from the choice of a person to their mailbox and out of it again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.support.servers.mailed_intake import REQUEST, MailedIntake, catch_up, mailed_intake
from tests.support.servers.served_service import Client

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake import caseload
from intake.bootstrap import Deployment
from intake.domain.working_days import working_day_from
from intake.mail.digests import DigestWorker, find_people_with_preferences
from intake.mail.waiting_tasks import WaitingTasks
from intake.settings import IntakeSettings
from shared.kernel import PARIS, PHASE_SERVICES, paris_date
from shared.messaging.service_token import FixedToken
from shared.projections import Projector

OTHERS = tuple(name for name in PHASE_SERVICES if name != "intake")
PREFERENCES, OUT = "/api/v1/mail-preferences", re.compile(r"<https://dla\.example/desabonnement/([^>]+)>")


@dataclass
class OtherServices(httpx.BaseTransport):
    """What the services of the other phases answer. `tasks`: by the person or the unit; `silent`: those that do not
    answer."""

    tasks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    requests: list[httpx.Request] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        service, whose = request.url.host, request.url.params
        if service in self.silent:
            raise httpx.ConnectError("silent", request=request)
        found = self.tasks.get(f"{service} {whose.get('adviser') or whose['unit']}", [])
        return httpx.Response(200, json={"items": found, "next": None})


@dataclass
class Digests:
    """Intake with a mail server, on the next working day in the morning."""

    house: MailedIntake
    others: OtherServices = field(default_factory=OtherServices)

    def worker(self) -> DigestWorker:
        own = caseload.caseload_of(Deployment(lambda: IntakeSettings(mode="development")))  # type: ignore[arg-type]
        addresses = {name: f"http://{name}" for name in OTHERS}
        return DigestWorker(
            self.house.app, WaitingTasks(own, addresses, token=FixedToken("ours"), transport=self.others), 7
        )

    def next_morning(self, hour: int = 7, minute: int = 30) -> None:
        clock = self.house.app.clock
        day = working_day_from(paris_date(clock.now()) + timedelta(days=1))
        clock.set_forward(datetime.combine(day, time(hour, minute), PARIS))

    def somebody(
        self, role: str = "adviser", unit: str = "dla-44", subject: str | None = None, **chosen: Any
    ) -> tuple[Client, str, str]:
        """A person with a right of the register, who chose their mails. Returns their id and their address too."""
        subject = subject or f"person-{uuid4().hex[:8]}"
        person, identity = self.house.intake.by(role, subject=subject, unit=unit), self.house.intake.id_of(subject)
        granted = self.house.intake.by("manager", subject="the-manager", unit=unit).post(
            "/api/v1/identities/rights",
            {"identity": identity, "role": role, "unit": unit, "reason": "Prise de poste.", "name": "Tanguy Abgrall"},
        )
        assert granted.status_code == 201, granted.text
        address = f"{subject}@dla.example"
        answer = person.post(PREFERENCES, {"email": address, "digest": "daily", "at_once": False} | chosen)
        assert answer.status_code == 200, answer.text
        return person, identity, address

    def first_subject(self) -> str:
        """Of somebody whose digest is prepared before that of everybody else here: in the order of their ids."""
        others = [str(identity) for identity in find_people_with_preferences(self.house.app)]
        subjects = (f"first-{number}" for number in count())
        return next(each for each in subjects if all(self.house.intake.id_of(each) < other for other in others))

    def waits(self, service: str, whose: str, *days: int) -> None:
        """Tasks due so many days from today."""
        today = paris_date(self.house.app.clock.now())
        self.others.tasks[f"{service} {whose}"] = [
            {
                "id": f"{service}/{number}",
                "case": str(uuid4()),
                "what": "session_to_hold",
                "label": "Première séance de diagnostic à tenir",
                "due_on": (today + timedelta(days=days_from_now)).isoformat(),
            }
            for number, days_from_now in enumerate(days)
        ]

    def mailed(self, *addresses: str) -> list[Any]:
        self.worker().prepare_due()
        return self.house.deliver(*addresses)


@pytest.fixture(scope="module")
def house(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailedIntake]:
    with mailed_intake(postgres, nats, tmp_path_factory.mktemp("digests")) as house:
        yield house


@pytest.fixture
def digests(house: MailedIntake) -> Digests:
    digests = Digests(house)
    digests.next_morning()
    return digests


def lines(mail: Any) -> list[str]:
    return [line.removeprefix("- ") for line in mail.get_content().splitlines() if line.startswith("- ")]


def test_what_waits_in_all_services_is_mailed_once_a_working_day_and_names_nobody(digests: Digests) -> None:
    adviser, identity, address = digests.somebody()
    assert adviser.post("/api/v1/requests", REQUEST).status_code == 201
    digests.house.later(days=3)
    digests.next_morning()
    Projector(digests.house.app, (caseload.projection,)).catch_up()
    digests.waits("diagnostic", identity, -2, 0)
    digests.waits("parcours", identity, 5)
    (mail,) = digests.mailed(address)
    assert mail["Subject"] == "DLA\u00a0: ce qui vous attend"
    assert lines(mail) == [
        "2\u00a0échéances dépassées",
        "1\u00a0échéance aujourd’hui",
        "1\u00a0échéance dans les sept jours",
    ], "one of the late ones is the triage that waits here"
    for secret in ("Jardins", "Maëlle", "fournisseurs", "séance", "Tanguy"):
        assert secret not in mail.as_string() and secret not in mail.get_content()
    assert {each.headers["Authorization"] for each in digests.others.requests} == {"Bearer ours"}
    assert digests.mailed(address) == [], "once a day, whatever process runs again"
    digests.next_morning()
    digests.waits("diagnostic", identity, 0)
    assert len(digests.mailed(address)) == 1


def test_nothing_is_mailed_when_nothing_waits_before_the_hour_or_to_whoever_has_left(digests: Digests) -> None:
    _, idle, nothing = digests.somebody()
    digests.waits("parcours", idle, 3)
    assert digests.mailed(nothing) == []
    digests.next_morning(hour=6)
    _, busy, address = digests.somebody()
    digests.waits("parcours", busy, 0)
    assert digests.mailed(address) == []
    right = digests.house.intake.by("manager", subject="the-manager").get(f"/api/v1/identities/{busy}").json()
    (held,) = right["rights"]
    revoked = digests.house.intake.by("manager", subject="the-manager").post(
        f"/api/v1/identities/{busy}/rights/{held['id']}/revocation", {"reason": "Départ de l’unité."}
    )
    assert revoked.status_code == 200, revoked.text
    digests.next_morning()
    assert digests.mailed(address) == []


def test_a_manager_reads_of_the_unit(digests: Digests) -> None:
    _, _, address = digests.somebody("manager", unit="dla-35")
    digests.waits("followup", "dla-35", -1, -1, 0)
    (mail,) = digests.mailed(address)
    assert lines(mail) == ["2\u00a0échéances dépassées", "1\u00a0échéance aujourd’hui"]


def test_a_silent_service_is_waited_for_an_hour_and_then_named(digests: Digests) -> None:
    _, identity, address = digests.somebody(subject=digests.first_subject())
    digests.waits("diagnostic", identity, 0)
    digests.others.silent = {"followup"}
    assert digests.mailed() == [], "nobody is sent an incomplete one yet"
    digests.house.later(hours=1)
    (mail,) = digests.mailed(address)
    assert "dans «\u202fSuivi et consolidation\u202f»." in mail.get_content()


def test_replicas_prepare_and_send_one_digest(digests: Digests) -> None:
    _, identity, address = digests.somebody()
    digests.waits("diagnostic", identity, 0)
    start = Barrier(2)

    def prepare(_: int) -> int:
        worker = digests.worker()
        start.wait()
        return worker.prepare_due()

    with ThreadPoolExecutor(2) as pool:
        prepared = sum(pool.map(prepare, range(2)))
    delivered = digests.house.deliver()
    assert [mail["To"] for mail in delivered].count(address) == 1
    assert len(delivered) == prepared, "each is counted by the replica that prepared it"
    assert digests.house.deliver(address) == []


def test_one_click_ends_the_mails_and_a_mail_that_was_queued_is_not_sent(digests: Digests) -> None:
    person, identity, address = digests.somebody(at_once=True)
    digests.waits("diagnostic", identity, 0)
    (mail,) = digests.mailed(address)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = OUT.fullmatch(mail["List-Unsubscribe"])
    assert found
    digests.next_morning()
    digests.waits("diagnostic", identity, 0)
    digests.worker().prepare_due()
    anybody = digests.house.intake.anonymous()
    for _ in range(2):
        assert anybody.post("/api/v1/unsubscriptions", {"token": found[1]}).status_code == 200
    assert digests.house.deliver(address) == []
    chosen = person.get(PREFERENCES).json()
    assert (chosen["digest"], chosen["at_once"], chosen["email"]) == ("never", False, address)
    for wrong in ("t" * 64, found[1][:-4] + "AAAA"):
        assert anybody.post("/api/v1/unsubscriptions", {"token": wrong}).status_code == 404


def test_preferences_are_ones_own_and_their_address_is_stored_encrypted(digests: Digests) -> None:
    person, identity, address = digests.somebody()
    assert person.get(PREFERENCES).json() == {
        "email": address,
        "digest": "daily",
        "digest_label": "chaque jour ouvré où quelque chose vous attend",
        "at_once": False,
        "hour": 7,
        "sends_mail": True,
    }
    assert digests.house.intake.by("adviser", subject="another").get(PREFERENCES).json()["email"] is None
    assert digests.house.intake.by("leader", case=str(UUID(int=1))).get(PREFERENCES).status_code == 403
    wrong = person.post(PREFERENCES, {"email": "moi", "digest": "daily", "at_once": False})
    assert (wrong.status_code, wrong.json()["type"].rsplit("/", 1)[1]) == (422, "digest-address-to-correct")
    catch_up(digests.house.app)
    assert address not in str(digests.house.intake.everything())
    assert identity in str(digests.house.intake.everything())


def test_the_services_of_the_deployment_read_tasks_without_names(digests: Digests) -> None:
    case = digests.house.case().rsplit("/", 1)[1]
    Projector(digests.house.app, (caseload.projection,)).catch_up()
    program = digests.house.intake.by("service", unit=None)
    tasks = program.get("/api/v1/caseload", adviser=digests.house.intake.id_of("some-adviser"), limit=200).json()
    mine = [task for task in tasks["items"] if task["case"] == case]
    assert mine and all(task["structure"] is None and task["adviser"] is None for task in mine)
