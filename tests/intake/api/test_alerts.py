"""What is mailed at once, because it cannot wait for a digest: to whoever is in charge, if they chose so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from tests.support.histories import confidential_case
from tests.support.servers.integration import integration_header
from tests.support.servers.mailed_intake import REQUEST, MailedIntake, mailed_intake
from tests.support.servers.served_service import Client

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake import projections
from intake.reactions import announce_contested_diagnosis, announce_contested_parcours
from shared.contracts.diagnostic import DiagnosisContested
from shared.contracts.parcours import ParcoursContested
from shared.kernel import Actor, Role
from shared.messaging import CommandDispatch
from shared.projections import Projector

ALERT = "DLA\u00a0: un dossier vous attend aujourd’hui"
INSOLVENT = {"level": "insolvent", "nature": "one_off", "causes": ["cash"], "cessation_on": None}


@pytest.fixture(scope="module")
def house(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailedIntake]:
    with mailed_intake(postgres, nats, tmp_path_factory.mktemp("alerts")) as house:
        yield house


def chosen(house: MailedIntake, subject: str, *, at_once: bool = True) -> tuple[Client, str]:
    """An adviser who chose their mails, and their address."""
    adviser, address = house.intake.by("adviser", subject=subject), f"{subject}@dla.example"
    answer = adviser.post("/api/v1/mail-preferences", {"email": address, "digest": "never", "at_once": at_once})
    assert answer.status_code == 200, answer.text
    return adviser, address


def case_of(house: MailedIntake, adviser: Client) -> str:
    structure = REQUEST["structure"] | {"siret": None, "rna": f"W{next(house.numbers)}"}
    return str(adviser.post("/api/v1/requests", REQUEST | {"structure": structure}).headers["Location"])


def sent_orientation(adviser: Client, case: str, to: str) -> str:
    path = str(
        adviser.post(f"{case}/orientations", {"target": "La banque", "reason": "Trésorerie."}).headers["Location"]
    )
    assert adviser.post(f"{path}/consent", {}).status_code == 200
    sent = adviser.post(f"{path}/sending", {"recipient": {"name": "Annaïg Kervella", "email": to}})
    assert sent.status_code == 200, sent.text
    return path


def assign(house: MailedIntake, case: str, subject: str) -> None:
    manager, identity = house.intake.by("manager"), house.intake.id_of(subject)
    right = {"identity": identity, "role": "adviser", "unit": "dla-44", "reason": "Prise de poste."}
    assert manager.post("/api/v1/identities/rights", right).status_code in (200, 201)
    named = manager.post(f"{case}/assignment", {"adviser": identity, "reason": "Répartition."})
    assert named.status_code == 200, named.text


def delivered(house: MailedIntake, address: str) -> list[Any]:
    Projector(house.app, (projections.requests,)).catch_up()
    return house.deliver(address)


def test_a_recipient_who_declines_is_announced_once_and_neither_they_nor_the_structure_is_named(
    house: MailedIntake,
) -> None:
    adviser, address = chosen(house, "in-charge")
    case = case_of(house, adviser)
    path = sent_orientation(adviser, case, "decline@banque.example")
    (invited,) = house.deliver("decline@banque.example")
    house.bearer(invited).post(f"{path}/refusal", {"reason": "Nous sommes complets."})
    (mail,) = delivered(house, address)
    assert mail["Subject"] == ALERT
    assert f"https://dla.example/dossiers/{case.rsplit('/', 1)[1]}/travail" in mail.get_content()
    for secret in ("Jardins", "banque", "Kervella", "complets", "orientation", "déclin"):
        assert secret not in mail.as_string() and secret not in mail.get_content()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert delivered(house, address) == []
    kinds = {row["kind"]: row["status"] for row in adviser.get(f"{case}/mails").json()}
    assert kinds["orientation_declined"] == "sent", "its delivery is recorded"


def test_what_the_adviser_declines_themself_or_chose_not_to_learn_at_once_is_not_mailed(house: MailedIntake) -> None:
    adviser, address = chosen(house, "by-oneself")
    path = sent_orientation(adviser, case_of(house, adviser), "accueil@banque.example")
    adviser.post(f"{path}/refusal", {"reason": "Ils ont téléphoné."})
    assert delivered(house, address) == []
    calm, calm_address = chosen(house, "calm", at_once=False)
    path = sent_orientation(calm, case_of(house, calm), "calme@banque.example")
    (invited,) = house.deliver("calme@banque.example")
    house.bearer(invited).post(f"{path}/refusal", {"reason": "Nous sommes complets."})
    assert delivered(house, calm_address) == []


def test_an_insolvency_that_somebody_else_records_is_announced(house: MailedIntake) -> None:
    adviser, address = chosen(house, "assigned")
    case = case_of(house, adviser)
    assign(house, case, "assigned")
    other = house.intake.by("adviser", subject="on-duty")
    assert other.post(f"{case}/difficulty", INSOLVENT).status_code == 200
    assert [mail["Subject"] for mail in delivered(house, address)] == [ALERT]
    assert other.post(f"{case}/difficulty", INSOLVENT | {"days_left": 10}).status_code == 200
    assert delivered(house, address) == [], "it was known"
    mine = case_of(house, adviser)
    assign(house, mine, "assigned")
    assert adviser.post(f"{mine}/difficulty", INSOLVENT).status_code == 200
    assert delivered(house, address) == [], "they recorded it themself"


def test_an_emergency_access_is_announced_without_a_word_of_it(house: MailedIntake) -> None:
    adviser, address = chosen(house, "followed")
    case = case_of(house, adviser)
    assert adviser.post(f"{case}/confidentiality", confidential_case.REASONS).status_code == 200
    colleague = house.intake.by("adviser", subject="on-duty")
    reason = {"reason": "La banque bloque les comptes."}
    assert colleague.post(f"{case}/emergency-access", reason).status_code == 200
    (mail,) = delivered(house, address)
    assert mail["Subject"] == ALERT and "banque" not in mail.get_content()
    assert colleague.post(f"{case}/emergency-access", reason).status_code == 200
    assert delivered(house, address) == [], "the same access, which lasts"


def test_a_contestation_in_another_service_is_announced_to_whoever_chose_so(house: MailedIntake) -> None:
    adviser, address = chosen(house, "contested")
    case = UUID(case_of(house, adviser).rsplit("/", 1)[1])
    Projector(house.app, (projections.requests,)).catch_up()
    for publisher, react, payload in (
        ("diagnostic", announce_contested_diagnosis, DiagnosisContested(contested_version=2)),
        ("parcours", announce_contested_parcours, ParcoursContested(contested_version=1)),
    ):
        header = integration_header(publisher, payload.name, case)
        to = react(payload, header, house.app)  # type: ignore[arg-type]
        assert isinstance(to, CommandDispatch)
        house.app.handle(to.decider, to.stream, to.command, house.app.context(case, Actor("service", Role.SERVICE)))
        assert [mail["Subject"] for mail in delivered(house, address)] == [ALERT], publisher
    chosen(house, "contested", at_once=False)
    header = integration_header("diagnostic", DiagnosisContested.name, case)
    assert announce_contested_diagnosis(DiagnosisContested(contested_version=3), header, house.app) is None
    unknown = integration_header("diagnostic", DiagnosisContested.name, UUID(int=77))
    assert announce_contested_diagnosis(DiagnosisContested(contested_version=1), unknown, house.app) is None
