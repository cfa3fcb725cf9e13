"""Personal links over HTTP: what they open and for how long, and where their secret never is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.histories.audit_events import commit_to_ledger
from tests.support.samples import sample_files
from tests.support.servers.intake_deployments import intake_service
from tests.support.servers.served_service import Client, Served, served

from audit.main import service as audit
from diagnostic.domain import diagnosis
from diagnostic.domain.lifecycle import OpenDiagnosis
from diagnostic.main import service as diagnostic
from embedded.processes.nats import Nats
from followup.main import service as followup
from intake.domain import personal_link
from intake.domain.register import register, rights
from intake.domain.register.link_rights import RevokeLinkRights
from intake.integration_events import to_integration_event
from parcours.domain import parcours as accompaniment
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.state import ReceivedPlan
from parcours.domain.tender import tender
from parcours.domain.tender.proposals import GridLine, InviteProvider, OpenTender
from parcours.main import service as parcours
from shared.attachments import AddAttachment, attachment
from shared.kernel import Actor, Context, Encrypted, Right, Role, paris_date, uuid7
from shared.messaging import Feed, Inbox, messages_of
from shared.runtime import Service

UNIT = "dla-44"
REASON = "Présidente, qui validera le diagnostic."
NAME = "Maëlle Kerdoncuff"
REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
    },
    "contact": {"name": NAME},
    "need": "Un besoin.",
}


def slug(answer: Any) -> str:
    return str(answer.json()["type"].rsplit("/", 1)[1])


class House:
    """Intake, and whichever other services a test opens."""

    def __init__(self, served: Served, opening: Callable[[Service], Served]) -> None:
        self.intake, self._opening = served, opening
        self.adviser = served.by("adviser")
        self.case = self.adviser.post("/api/v1/requests", REQUEST).json()["id"]
        self.path = f"/api/v1/requests/{self.case}/access-links"

    def give(self, role: str = "leader", name: str = NAME, **fields: Any) -> dict[str, Any]:
        answer = self.adviser.post(self.path, {"role": role, "name": name, "reason": REASON} | fields)
        assert answer.status_code == 201, answer.text
        given: dict[str, Any] = answer.json()
        return given

    def open(self, service: Service) -> Served:
        """Another service, which has heard what the register says so far."""
        running = self._opening(service)
        self.tell(service, running)
        return running

    def tell(self, service: Service, running: Served) -> None:
        log, inbox = self.intake.application, Inbox(running.application, service.reactions, Feed({}, ""))
        for message in messages_of(log, to_integration_event, log.recorder.select_notifications(None, 1000)):
            inbox.receive(message, "intake")
        commit_to_ledger(running.application)


def bearer(running: Served, secret: str) -> Client:
    return Client(running.http, secret)


@pytest.fixture
def house(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[House]:
    intake = intake_service(console_url="https://dla.example/")
    with ExitStack() as leaving:

        def opening(service: Service) -> Served:
            folder = tmp_path / service.name
            folder.mkdir()
            return leaving.enter_context(served(service, database, nats, folder))

        yield House(opening(intake), opening)


def test_a_leader_comes_in_by_a_link_to_one_dossier_and_to_no_other(house: House) -> None:
    given = house.give()
    assert given["address"] == "https://dla.example/acces", "no browser's history gets the secret"
    leader = bearer(house.intake, given["secret"])
    me = leader.get("/api/v1/me").json()
    (right,) = me["rights"]
    assert (me["id"], right["role"], right["case"]) == (given["id"], "leader", house.case)
    assert right["until"] == given["until"]
    assert leader.get(f"/api/v1/requests/{house.case}").status_code == 200
    assert leader.get(f"/api/v1/requests/{uuid4()}").json()["policy"] == "own-case"
    assert leader.get("/api/v1/requests").status_code == 403
    assert leader.get(house.path).status_code == 403, "who else has a link is not a leader's to read"
    withdrawn = leader.post(f"/api/v1/requests/{house.case}/withdrawal", {"reason": "Nous renonçons."})
    assert withdrawn.status_code == 200
    last = house.adviser.get(f"/api/v1/requests/{house.case}/history").json()[-1]
    assert (last["event"], last["actor"], last["role"]) == ("request-withdrawn", given["id"], "leader")


def test_the_unit_reads_who_has_a_link_until_when_and_who_gave_it(house: House) -> None:
    given, other = house.give(), house.give("provider", "Cabinet Vilaine")
    listed = house.adviser.get(house.path).json()
    assert [(row["id"], row["role"], row["name"], row["until"], row["revoked"]) for row in listed] == [
        (given["id"], "leader", NAME, given["until"], False),
        (other["id"], "provider", "Cabinet Vilaine", other["until"], False),
    ]
    assert {row["given_by"] for row in listed} == {house.intake.id_of("some-adviser")}
    assert {link["rel"] for link in listed[0]["links"]} == {"renew-access-link", "revoke-access-link"}
    assert house.intake.by("adviser", unit="dla-75").get(house.path).status_code == 404
    offered = {link["rel"] for link in house.adviser.get(f"/api/v1/requests/{house.case}").json()["links"]}
    assert "give-access-link" in offered
    first_given = house.adviser.get(f"{house.path}/{given['id']}", version=1).json()["replayed"]["recorded_at"]
    (then,) = house.adviser.get(house.path, as_of=first_given).json()
    assert (then["id"], then["links"]) == (given["id"], [])
    assert house.adviser.get(house.path, version=1).json() == [], "nobody had one when the request was received"


def test_a_new_link_for_the_same_person_ends_the_one_before(house: House) -> None:
    first = house.give()
    again = house.adviser.post(house.path, {"role": "leader", "name": NAME.upper(), "reason": REASON})
    assert (slug(again), again.json()["link"]) == ("link-already-given", first["id"])
    renewal = house.adviser.post(f"{house.path}/{first['id']}/renewal", {"reason": "Lien égaré."})
    assert renewal.status_code == 200, renewal.text
    second = renewal.json()
    assert second["id"] == first["id"]
    assert bearer(house.intake, second["secret"]).get("/api/v1/me").json()["id"] == first["id"]
    gone = bearer(house.intake, first["secret"]).get("/api/v1/me")
    assert gone.status_code == 401
    assert "demandez-en un nouveau à la personne du DLA" in gone.json()["detail"]


def test_a_link_is_taken_back_by_the_unit_alone(house: House) -> None:
    given = house.give()
    revocation, reason = f"{house.path}/{given['id']}/revocation", {"reason": "Fin de mandat."}
    assert bearer(house.intake, given["secret"]).post(revocation, reason).status_code == 403
    assert house.intake.by("manager", unit="dla-75").post(revocation, reason).status_code == 404
    assert house.intake.by("manager").post(revocation, reason).status_code == 200
    assert bearer(house.intake, given["secret"]).get("/api/v1/me").status_code == 401
    (row,) = house.adviser.get(house.path).json()
    assert row["revoked"]
    assert {link["rel"] for link in row["links"]} == {"renew-access-link"}


def test_a_link_receives_no_other_right(house: House) -> None:
    given = house.give()
    leader, manager = bearer(house.intake, given["secret"]), house.intake.by("manager")
    identity = house.intake.application.load(personal_link.decider, UUID(given["id"])).state.identity
    (right,) = leader.get("/api/v1/me").json()["rights"]
    other = {"identity": str(identity), "role": "adviser", "unit": UNIT, "reason": "Essai."}
    assert slug(manager.post("/api/v1/identities/rights", other)) == "identity-of-a-link"
    another_case = other | {"role": "leader", "unit": None, "case": house.case}
    assert slug(house.adviser.post("/api/v1/identities/rights", another_case)) == "identity-of-a-link"
    revocation = f"/api/v1/identities/{identity}/rights/{right['id']}/revocation"
    assert slug(house.adviser.post(revocation, {"reason": "Essai."})) == "identity-of-a-link"
    assert leader.get(f"/api/v1/requests/{house.case}").status_code == 200
    assert house.adviser.post(f"{house.path}/{given['id']}/revocation", {"reason": "Fin."}).status_code == 200
    assert slug(manager.post("/api/v1/identities/rights", other)) == "identity-of-a-link"
    assert leader.get("/api/v1/me").status_code == 401


def test_a_right_that_a_link_received_before_this_was_refused_opens_nothing(house: House) -> None:
    """A log may hold one: the bearer has the right of the link alone, and none once it is revoked."""
    given = house.give()
    leader, app = bearer(house.intake, given["secret"]), house.intake.application
    identity = app.load(personal_link.decider, UUID(given["id"])).state.identity
    assert identity is not None
    granted = rights.RightGranted(Right(uuid4(), Role.ADVISER, unit=UNIT), Encrypted(identity, "Essai."))
    unguarded = replace(register.decider, decide=lambda *_: [granted])
    context = Context(identity, app.clock.now(), actor=Actor("some-manager", Role.MANAGER, unit=UNIT))
    app.handle(unguarded, identity, RevokeLinkRights(), context)
    assert [right["role"] for right in leader.get("/api/v1/me").json()["rights"]] == ["leader"]
    assert leader.get("/api/v1/requests").status_code == 403
    assert house.adviser.post(f"{house.path}/{given['id']}/revocation", {"reason": "Fin."}).status_code == 200
    assert leader.get("/api/v1/me").status_code == 401
    assert leader.get("/api/v1/requests").status_code == 401


def test_a_link_is_over_the_day_after_its_last_one(house: House) -> None:
    today = paris_date(house.intake.application.clock.now())
    too_long = {"role": "leader", "name": NAME, "reason": REASON, "until": str(today + timedelta(days=31))}
    assert slug(house.adviser.post(house.path, too_long)) == "link-too-long"
    given = house.give()
    assert given["until"] == str(today + timedelta(days=30))
    ops, leader, answers = house.intake.by("ops"), bearer(house.intake, given["secret"]), []
    for day in (30, 31):
        noon = f"{today + timedelta(days=day)}T12:00:00Z"
        assert ops.post("/api/v1/clock", {"now": noon}).status_code == 200
        answers.append(leader.get(f"/api/v1/requests/{house.case}"))
    assert [answer.status_code for answer in answers] == [200, 403]
    assert slug(answers[1]) == "link-expired"
    assert "demandez-en un nouveau" in answers[1].json()["detail"]


@pytest.mark.parametrize("guess", ["", "A" * 43, "é" * 43, "A" * 9000], ids=len)
def test_a_guess_opens_nothing(house: House, guess: str) -> None:
    house.give()
    token = f"AccessLinkRole dla_link_{guess}".encode("latin-1")
    answer = house.intake.http.get("/api/v1/me", headers=[(b"Authorization", token)])
    assert (answer.status_code, slug(answer)) == (401, "unauthenticated")


def test_the_secret_is_told_once_and_kept_nowhere(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = {"role": "leader", "name": NAME, "reason": REASON}
    first = house.adviser.post(house.path, body, Idempotency_Key="une-fois")
    secret = first.json()["secret"]
    assert first.headers["Cache-Control"] == "no-store"
    again = house.adviser.post(house.path, body, Idempotency_Key="une-fois")
    assert again.json() == first.json() | {"secret": None, "address": None}
    bearer(house.intake, secret).get(f"/api/v1/requests/{house.case}")
    stored_rows = [row for rows in house.intake.everything().values() for row in rows]
    assert not [row for row in stored_rows if secret.removeprefix("dla_link_") in row]
    assert any(first.json()["id"] in row for row in stored_rows), "what is kept was looked at"
    assert secret not in caplog.text
    assert NAME not in str(stored_rows)


@pytest.mark.parametrize("service", [diagnostic, parcours, followup, audit], ids=lambda service: service.name)
def test_every_service_takes_the_link_and_refuses_it_once_it_is_over(house: House, service: Service) -> None:
    first = house.give()
    elsewhere = house.open(service)
    me = bearer(elsewhere, first["secret"]).get("/api/v1/me").json()
    assert (me["id"], me["rights"][0]["case"]) == (first["id"], house.case)
    second = house.adviser.post(f"{house.path}/{first['id']}/renewal", {"reason": "Lien égaré."}).json()
    assert bearer(elsewhere, second["secret"]).get("/api/v1/me").status_code == 401, "it was not heard here yet"
    house.tell(service, elsewhere)
    assert bearer(elsewhere, first["secret"]).get("/api/v1/me").status_code == 401
    assert bearer(elsewhere, second["secret"]).get("/api/v1/me").json()["id"] == first["id"]


def test_a_provider_reads_its_own_tenders_in_parcours_and_nothing_else(house: House) -> None:
    given, rival = house.give("provider", "Cabinet Vilaine"), house.give("provider", "Cabinet Loire")
    running = house.open(parcours)
    app, case = running.application, UUID(house.case)
    plan = ReceivedPlan(
        uuid7(), UNIT, adviser="some-adviser", admitted_at=app.clock.now(), axes=("strategy",), baseline={}
    )
    unit = app.context(case, Actor("some-adviser", Role.ADVISER, unit=UNIT))
    app.handle(accompaniment.decider, case, OpenParcours(plan), unit)
    number, deadline = uuid7(), app.clock.now() + timedelta(days=9)
    opening = OpenTender(uuid7(), "Refondre le budget", grid=(GridLine("Méthode", 100),), deadline=deadline)
    app.handle(tender.decider, number, opening, unit)
    for name, account in (("Cabinet Vilaine", given["id"]), ("Cabinet Loire", rival["id"])):
        app.handle(tender.decider, number, InviteProvider(name, account), unit)
    key, other = app.load_existing(tender.decider, number).state.candidates

    provider = bearer(running, given["secret"])
    page = provider.get(f"/api/v1/parcours/{case}/provider").json()
    assert [(each["id"], each["provider"]) for each in page["tenders"]] == [(str(number), str(key))]
    providers = f"/api/v1/parcours/{case}/tenders/{number}/providers"
    proposal = {"amount_cents": 250_000, "days": 4, "summary": "Quatre journées."}
    assert slug(provider.post(f"{providers}/{other}/proposal", proposal)) == "not-your-proposal"
    assert provider.post(f"{providers}/{key}/proposal", proposal).status_code == 200
    assert "Quatre journées." in provider.get(f"/api/v1/parcours/{case}/provider").text
    assert "Quatre journées." not in bearer(running, rival["secret"]).get(f"/api/v1/parcours/{case}/provider").text

    for path in ("", "/history", "/stored", "/changes", "/versions", "/documents"):
        assert provider.get(f"/api/v1/parcours/{case}{path}").json()["policy"] == "role"
    for path in ("/tenders", f"/tenders/{number}"):
        assert provider.get(f"/api/v1/parcours/{case}{path}").json()["policy"] == "role"
    attachments = f"/api/v1/parcours/{case}/attachments"
    named = "attachment; filename=feuille.pdf"
    of_the_unit = running.by("adviser").upload(f"{attachments}?kind=minutes", sample_files.pdf(), named).json()["id"]
    assert slug(provider.get(f"{attachments}/{of_the_unit}")) == "unknown-case"
    handed_in = {}
    for account in (given["id"], rival["id"]):
        delivered = AddAttachment(
            "deliverable",
            "Livrable",
            file_name="livrable.pdf",
            media_type="application/pdf",
            size=10,
            content_hash=64 * "a",
            salt=32 * "b",
        )
        context = app.context(case, Actor(account, Role.PROVIDER))
        handed_in[account] = str(app.handle(attachment.decider, uuid7(), delivered, context).id)
    assert len(running.by("adviser").get(attachments).json()) == 3
    assert [each["id"] for each in provider.get(attachments).json()] == [handed_in[given["id"]]], "its own alone"
    assert slug(provider.get(f"{attachments}/{handed_in[rival['id']]}")) == "unknown-case"
    assert bearer(house.intake, given["secret"]).get(f"/api/v1/requests/{case}").json()["policy"] == "role"


def test_a_mandate_is_that_of_the_person_whichever_link_they_came_in_by(house: House) -> None:
    first = house.give()
    running = house.open(diagnostic)
    app, case = running.application, UUID(house.case)
    opening = OpenDiagnosis(uuid7(), UNIT, adviser="some-adviser", admitted_at=app.clock.now(), headcount=12)
    app.handle(diagnosis.decider, case, opening, app.context(case, Actor("ourselves", Role.SERVICE)))
    path, word = f"/api/v1/diagnoses/{case}", {"version": 1, "content_hash": "0" * 64}

    def refusal(secret: str) -> str:
        return slug(bearer(running, secret).post(f"{path}/validation", word))

    assert refusal(first["secret"]) == "stale-content", "let in: what was read is judged"
    over = {"leader": first["id"], "starts_on": "2025-01-01", "ends_on": "2025-12-31"}
    assert running.by("adviser").post(f"{path}/mandates", over).status_code == 200
    assert refusal(first["secret"]) == "no-mandate"
    second = house.adviser.post(f"{house.path}/{first['id']}/renewal", {"reason": "Lien égaré."}).json()
    house.tell(diagnostic, running)
    assert refusal(second["secret"]) == "no-mandate"
