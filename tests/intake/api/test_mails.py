"""Mails over HTTP and SMTP: what a recipient, a leader and an adviser do, and what replicas and crashes do not."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage
from threading import Barrier
from typing import Any

import pytest
from tests.support.servers.mailed_intake import (
    MESSAGE,
    REQUEST,
    TARGET,
    TOKEN,
    MailedIntake,
    catch_up,
    mailed_intake,
    token_in,
)
from tests.support.servers.served_service import Client, Serve

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake import caseload
from intake.domain.mail import CLAIM, MailStatus
from intake.mail.mailer import Mailer, Post
from intake.mail.smtp import SmtpReply, SmtpServer
from intake.main import service as without_mail
from shared.eventlog import ServiceApplication
from shared.projections import Projector
from shared.runtime.scheduler import Scheduler


def slug(answer: Any) -> str:
    return str(answer.json()["type"]).rsplit("/", 1)[1]


@pytest.fixture(scope="module")
def house(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailedIntake]:
    with mailed_intake(postgres, nats, tmp_path_factory.mktemp("mails")) as house:
        yield house


# The recipient of an orientation


def test_a_recipient_reads_what_was_transmitted_and_answers_without_an_account(house: MailedIntake) -> None:
    adviser, case = house.intake.by("adviser"), house.case()
    agreed, other = (
        adviser.upload(f"{case}/attachments?kind=statutes", content, f'attachment; filename="{name}"').json()["id"]
        for name, content in (("statuts.txt", b"Les statuts."), ("autre.txt", b"Un autre papier."))
    )
    path = house.send(case, attachments=[agreed])
    (mail,) = house.deliver()
    assert mail["To"] == TARGET
    for secret in ("Jardins", "Maëlle", "Trésorerie", MESSAGE, "Kervella"):
        assert secret not in mail.as_string() and secret not in mail.get_content()

    recipient = house.bearer(mail)
    (right,) = recipient.get("/api/v1/me").json()["rights"]
    assert (right["role"], f"/api/v1/requests/{right['case']}") == ("recipient", case)
    read = recipient.get(f"{case}/transmission").json()
    assert (read["reason"], read["message"], read["status"]) == ("Trésorerie tendue.", MESSAGE, "sent")
    assert {"label": "Nom", "value": "Les Jardins de l’Erdre"} in read["structure"]
    assert {"label": "Courriel", "value": "maelle@jardins.example"} in read["contact"]
    (paper,) = read["attachments"]
    assert paper["id"] == agreed
    assert recipient.get(paper["href"]).content == b"Les statuts."
    assert recipient.get(paper["href"].replace(agreed, other)).status_code == 404
    for closed in ("", "/orientations", "/history", "/attachments", "/access-links", "/mails"):
        refused = recipient.get(f"{case}{closed}")
        assert (refused.status_code, refused.json()["policy"]) == (403, "role"), closed

    assert {link["rel"] for link in read["links"]} == {"acknowledge-orientation", "decline-orientation"}
    assert recipient.post(f"{path}/acknowledgment", {}).status_code == 200
    assert recipient.post(f"{path}/outcome", {"outcome": "Un rendez-vous est pris."}).status_code == 200
    shown = adviser.get(path).json()
    assert (shown["status"], shown["outcome"], shown["on_behalf"]) == ("concluded", "Un rendez-vous est pris.", [])
    after = recipient.get(f"{case}/transmission").json()
    assert (after["status"], after["message"], after["attachments"], after["contact"]) == ("concluded", None, [], [])
    assert recipient.get(paper["href"]).status_code == 404, "attachments are gone afterwards"
    (row,) = adviser.get(f"{case}/mails").json()
    assert (row["kind"], row["status"], row["code"], row["attempts"]) == ("orientation", "sent", 250, 1)
    assert row["opened_at"]


def test_the_answers_that_the_unit_types_are_marked_as_such(house: MailedIntake) -> None:
    adviser, path = house.intake.by("adviser"), house.send(house.case())
    house.deliver()
    adviser.post(f"{path}/acknowledgment", {})
    assert adviser.get(path).json()["on_behalf"] == ["acknowledged"]


def test_a_recipient_answers_no_other_orientation(house: MailedIntake) -> None:
    case = house.case()
    house.send(case)
    (mail,) = house.deliver()
    other = house.send(case, "autre@association.example")
    refused = house.bearer(mail).post(f"{other}/acknowledgment", {})
    assert (refused.status_code, slug(refused)) == (403, "not-your-orientation")


def test_a_recipient_is_reminded_twice_on_working_days_until_they_answer(house: MailedIntake) -> None:
    first, second = house.send(house.case(), "un@asso.example"), house.send(house.case(), "deux@asso.example")
    house.deliver()
    scheduler = Scheduler(house.app)
    house.later(days=12)
    scheduler.fire()
    both = ("un@asso.example", "deux@asso.example")
    reminders = house.deliver(*both)
    assert {mail["To"] for mail in reminders} == {"un@asso.example", "deux@asso.example"}
    mail = next(each for each in reminders if each["To"] == "un@asso.example")
    house.bearer(mail).post(f"{first}/refusal", {"reason": "Nous sommes complets."})
    adviser = house.intake.by("adviser")
    assert adviser.get(first).json()["on_behalf"] == [], "they declined by themselves"
    house.later(days=14)
    scheduler.fire()
    assert [mail["To"] for mail in house.deliver(*both)] == ["deux@asso.example"]
    assert len(adviser.get(second).json()["reminders"]) == 2
    house.later(days=200)
    scheduler.fire()
    assert house.deliver(*both) == []


def test_a_reminder_that_comes_too_late_is_not_sent(house: MailedIntake) -> None:
    path = house.send(house.case(), "trop-tard@asso.example")
    house.deliver()
    house.later(days=12)
    Scheduler(house.app).fire()
    house.intake.by("adviser").post(f"{path}/acknowledgment", {})
    assert house.deliver("trop-tard@asso.example") == []


# The link of a mail


def test_the_link_of_a_mail_opens_once_and_for_a_week_and_stands_nowhere(house: MailedIntake) -> None:
    case = house.case()
    house.send(case, "une@seule.example")
    (mail,) = house.deliver()
    opened = house.open(mail)
    assert opened.headers["Cache-Control"] == "no-store"
    again = house.open(mail)
    assert (again.status_code, slug(again)) == (410, "mailed-link-used")
    unknown = house.intake.anonymous().post("/api/v1/mailed-links", {"token": "t" * 64})
    assert (unknown.status_code, slug(unknown)) == (404, "unknown-mailed-link")
    stored = "\n".join(row for rows in house.intake.everything().values() for row in rows)
    for secret in (opened.json()["secret"], token_in(mail), "une@seule.example", MESSAGE):
        assert secret not in stored
    house.send(house.case())
    (late,) = house.deliver()
    house.later(days=8)
    expired = house.open(late)
    assert (expired.status_code, slug(expired)) == (410, "mailed-link-expired")


def test_a_revoked_link_opens_nothing_and_is_not_mailed(house: MailedIntake) -> None:
    case = house.case()
    house.send(case)
    (mail,) = house.deliver()
    adviser = house.intake.by("adviser")
    (link,) = adviser.get(f"{case}/access-links").json()
    revoked = adviser.post(f"{case}/access-links/{link['id']}/revocation", {"reason": "Mauvaise adresse."})
    assert revoked.status_code == 200
    ended = house.open(mail)
    assert (ended.status_code, slug(ended)) == (410, "mailed-link-ended")


# A lost link


def give(house: MailedIntake, case: str, address: str) -> Any:
    link = {"role": "leader", "name": "Maëlle Kerdoncuff", "reason": "Pour valider.", "email": address}
    given = house.intake.by("adviser").post(f"{case}/access-links", link)
    assert given.status_code == 201, given.text
    return given.json()


def test_a_lost_link_is_mailed_again_and_nobody_learns_who_has_one(house: MailedIntake) -> None:
    address, case = "maelle.k@jardins.example", house.case()
    given = give(house, case, address)
    assert [mail["To"] for mail in house.deliver()] == [address]
    house.later(hours=1)
    unknown, known = house.lose("personne@nulle-part.example"), house.lose("Maelle.K@jardins.example")
    assert (unknown.status_code, known.status_code) == (202, 202)
    assert (unknown.json(), {*unknown.headers}) == (known.json(), {*known.headers})
    mail = house.deliver_soon(address)
    assert (mail["To"], mail["Subject"]) == (address, "DLA\u00a0: le lien que vous avez demandé")
    former = Client(house.intake.http, given["secret"])
    assert former.get(case).status_code == 200, "asking for it closes nothing: anybody can ask"
    leader = house.bearer(mail)
    assert leader.get("/api/v1/me").json()["id"] == given["id"], "the same person"
    assert former.get(case).status_code == 200, "the code that was given holds as long as the link"


def test_opening_a_mailed_link_renews_it_only_where_its_code_was_made_at_random(house: MailedIntake) -> None:
    """The other services would refuse a new secret until they have received it."""
    address, case = "premier@jardins.example", house.case()
    given = give(house, case, address)
    (mail,) = house.deliver(address)
    assert house.open(mail).json()["secret"] == given["secret"]
    path = f"{case}/access-links/{given['id']}/renewal"
    renewed = house.intake.by("adviser").post(path, {"reason": "Elle a changé de téléphone."}).json()
    house.later(hours=1)
    house.lose(address)
    opened = house.open(house.deliver_soon(address)).json()["secret"]
    assert opened not in (given["secret"], renewed["secret"])
    assert Client(house.intake.http, renewed["secret"]).get(case).status_code == 401


def test_a_lost_link_is_mailed_once_an_hour(house: MailedIntake) -> None:
    address, case = "souvent@jardins.example", house.case()
    give(house, case, address)
    house.deliver()
    house.later(hours=1)
    for _ in range(3):
        house.lose(address)
    house.deliver_soon(address)
    rows = house.intake.by("adviser").get(f"{case}/mails").json()
    assert [row["kind"] for row in rows] == ["link", "link_again"]


def test_who_asks_for_a_link_that_has_ended_is_told_so_and_gets_none(house: MailedIntake) -> None:
    address = "tard@jardins.example"
    give(house, house.case(), address)
    house.deliver()
    house.later(days=40)
    house.lose(address)
    mail = house.deliver_soon(address)
    assert mail["To"] == address
    assert TOKEN.search(mail.get_content()) is None


def ended_links(house: MailedIntake, case: str) -> list[str]:
    """The addresses of the links that wait in the caseload of a case."""
    Projector(house.app, (caseload.projection,)).catch_up()
    tasks = house.intake.by("adviser").get("/api/v1/caseload", limit=200).json()["items"]
    wanted = (task for task in tasks if task["what"] == "ended_link_requested" and case.endswith(task["case"]))
    return [task["href"] for task in wanted]


@pytest.mark.parametrize("ending", ["renewal", "revocation"])
def test_an_ended_link_that_is_asked_for_waits_for_the_adviser_until_they_decide(
    house: MailedIntake, ending: str
) -> None:
    address, case = f"{ending}@jardins.example", house.case()
    give(house, case, address)
    house.deliver()
    house.later(days=40)
    assert ended_links(house, case) == [], "nobody has asked for it"
    for _ in range(2):
        house.lose(address)
        house.deliver_soon(address)
        house.later(hours=1)
    (link,) = ended_links(house, case)
    decided = house.intake.by("adviser").post(f"{link}/{ending}", {"reason": "Elle a écrit."})
    assert decided.status_code in (200, 201), decided.text
    assert ended_links(house, case) == []


@pytest.mark.parametrize("wrong", ["accueil", "a@b.example, c@d.example"])
def test_what_is_no_address_is_said_to_be_none(house: MailedIntake, wrong: str) -> None:
    answer = house.lose(wrong)
    assert (answer.status_code, slug(answer)) == (422, "address-to-correct")
    given = {"role": "leader", "name": "Un nom", "reason": "Pour valider.", "email": wrong}
    refused = house.intake.by("adviser").post(f"{house.case()}/access-links", given)
    assert (refused.status_code, slug(refused)) == (422, "link-address-to-correct")


# Replicas, crashes, and servers that refuse


def test_two_replicas_send_each_mail_once(house: MailedIntake) -> None:
    addresses = {f"un-{number}@asso.example" for number in range(8)}
    case = house.case()
    for address in sorted(addresses):
        house.send(case, address)
    before = len(house.server.received)
    catch_up(house.app)
    other = house.service.application(house.intake.settings)
    together = Barrier(2)

    def send(app: ServiceApplication) -> int:
        together.wait()
        return Mailer(app, house.post).send_due()

    try:
        with ThreadPoolExecutor(2) as pool:
            claimed = [*pool.map(send, (house.app, other))]
    finally:
        other.close()
    received = house.server.received[before:]
    assert sorted(mail["To"] for mail in received) == sorted(addresses)
    assert sum(claimed) == len(addresses)


class Died(BaseException):
    """Stands for a process that is killed: nothing handles it."""


@dataclass(frozen=True, slots=True)
class DyingServer:
    """Hands a mail over, and its process dies before it can record the reply."""

    server: SmtpServer

    def deliver(self, message: EmailMessage) -> SmtpReply:
        self.server.deliver(message)
        raise Died


def test_a_process_that_dies_after_the_reply_leads_to_the_same_message_id_and_to_no_third_mail(
    house: MailedIntake,
) -> None:
    house.send(house.case(), "mort@asso.example")
    before = len(house.server.received)
    catch_up(house.app)
    dying: Any = DyingServer(house.post.server)
    with pytest.raises(Died):
        Mailer(house.app, Post(dying, house.post.sender)).send_due()
    assert house.deliver() == [], "its claim holds: another process does not send it at once"
    house.later(seconds=CLAIM.total_seconds() + 1)
    house.deliver()
    first, second = house.server.received[before:]
    assert first["Message-ID"] == second["Message-ID"], "one mail for its reader"
    house.later(days=3)
    assert house.deliver() == []


def test_a_refused_mail_ends_and_one_that_is_delayed_is_sent_later(house: MailedIntake) -> None:
    case = house.case()
    house.send(case, "refus@asso.example")
    house.server.to_recipients.append("550 No such user")
    assert house.deliver() == []
    house.send(case, "plus-tard@asso.example")
    house.server.replies.append("451 Later")
    assert house.deliver() == []
    house.later(minutes=2)
    assert [mail["To"] for mail in house.deliver()] == ["plus-tard@asso.example"]
    rows = house.intake.by("adviser").get(f"{case}/mails").json()
    assert [(row["status"], row["code"], row["attempts"]) for row in rows] == [
        (MailStatus.REFUSED, 550, 1),
        (MailStatus.SENT, 250, 2),
    ]


# Without a mail server


def test_without_a_server_no_mail_is_queued_and_everything_says_so(serve: Serve) -> None:
    intake = serve(without_mail)
    adviser = intake.by("adviser")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    path = adviser.post(f"{case}/orientations", {"target": "La banque", "reason": "Trésorerie tendue."}).headers[
        "Location"
    ]
    adviser.post(f"{path}/consent", {})
    recipient = {"name": "Annaïg Kervella", "email": TARGET}
    link = {"role": "leader", "name": "Un nom", "reason": "Pour valider.", "email": TARGET}
    for answer in (
        adviser.post(f"{path}/sending", {"recipient": recipient}),
        adviser.post(f"{case}/access-links", link),
        intake.anonymous().post("/api/v1/lost-links", {"email": TARGET}),
        intake.anonymous().post("/api/v1/mailed-links", {"token": "t" * 64}),
    ):
        assert (answer.status_code, slug(answer)) == (409, "mail-off")
    assert adviser.post(f"{path}/sending", {}).status_code == 200
    assert adviser.get(f"{case}/mails").json() == []
