"""Names from intake to the services that show them, and the text of a need from follow-up to intake: encrypted on their
way, corrected, erased, and never lost."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretBytes
from tests.support.checks.document_reading import text_of
from tests.support.generated.golden_samples import service
from tests.support.servers.all_services import House, house
from tests.support.servers.served_service import Serve, Served

from diagnostic.main import service as diagnostic
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from followup.domain.follow_up import decider as follow_up
from followup.domain.opening import OpenFollowUp
from intake.main import service as intake
from shared.crypto import ERASED_TEXT, UNREADABLE_TEXT, TransitCipher
from shared.erasure import EraseCase, case_erasure_id
from shared.erasure.erasure import decider as erasures
from shared.kernel import Actor, Role, uuid7
from shared.messaging import Feed, Inbox, encode, messages_of
from shared.names.lookup import find_person_names, find_structures
from shared.projections import Projector
from shared.web.collections import name_rows

RECEIVERS = ("diagnostic", "parcours", "followup")
LEADER = "Maëlle Kerdoncuff"
NEED = "Un emprunt à négocier pour l’atelier de tonnellerie."
OURSELVES = Actor("service:followup", Role.SERVICE)
NUMBERS = iter(["73282932000074", "55208131766522", "35600000000048", "38012986646850", "30613890001294"])


@pytest.fixture(scope="module")
def services(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    def database(name: str) -> str:
        return postgres.ensure_database(f"names_{name}", connections=-1)

    with house(database, nats, tmp_path_factory.mktemp("names")) as running:
        yield running


def done(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def structure(name: str) -> dict[str, Any]:
    return {"name": name, "legal_form": "association", "department": "44", "siret": next(NUMBERS), "headcount": 4}


def admitted(running: Served, named: dict[str, Any]) -> UUID:
    adviser = running.by("adviser")
    body = {"structure": named, "contact": {"name": "Nolwenn Pichon"}, "need": "Consolider l’équipe."}
    case = done(adviser.post("/api/v1/requests", body))["id"]
    where = f"/api/v1/requests/{case}"
    done(adviser.post(f"{where}/meetings", {"held_on": "2026-03-02", "participants": [{"name": "la présidente"}]}))
    for criterion in ("existing", "employer", "ess"):
        judged = {"criterion": criterion, "verdict": "met", "evidence": "Vu sur pièces."}
        done(adviser.post(f"{where}/criteria", judged))
    done(adviser.post(f"{where}/admission", {}))
    return UUID(case)


def linked(running: Served, case: UUID, name: str = LEADER) -> str:
    """The id of a leader who was given a personal link."""
    asked = {"role": "leader", "name": name, "reason": "Elle dirige l’association."}
    given = done(running.by("adviser").post(f"/api/v1/requests/{case}/access-links", asked))
    return str(given["id"])


def name_in(running: Served, case: UUID) -> str | None:
    found = find_structures(running.application, [case]).get(case)
    return found.name if found else None


def papers(running: Served, case: UUID) -> str:
    adviser, where = running.by("adviser"), f"/api/v1/diagnoses/{case}"
    done(adviser.post(f"{where}/problem", {"problem": "Tout repose sur une subvention."}))
    return text_of(adviser.get(f"{where}/documents/diagnostic-partage.pdf").content)


def wire(running: Served) -> bytes:
    """What JetStream and the feed carry of this service."""
    entries = running.application.recorder.select_notifications(0, 10_000, inclusive_of_start=False)
    bridge = service(running.application.service).to_integration_event
    return b"\n".join(encode(each) for each in messages_of(running.application, bridge, entries))


def test_a_service_prints_the_structure_that_intake_admitted(services: House) -> None:
    named = structure("Les Jardins de l’Erdre")
    case = admitted(services["intake"], named)
    services.carry()
    assert [name_in(services[name], case) for name in RECEIVERS] == ["Les Jardins de l’Erdre"] * 3
    assert "Les Jardins de l’Erdre" in papers(services["diagnostic"], case)

    before = services.by("diagnostic", "adviser").get(f"/api/v1/diagnoses/{case}/documents/diagnostic-partage.pdf")
    corrected = {
        "structure": named | {"name": "Les Jardins de Mauves"},
        "effective_on": "2026-01-01",
        "reason": "Erreur.",
    }
    done(services.by("intake", "adviser").post(f"/api/v1/requests/{case}/corrections", corrected))
    services.carry()
    now = services.by("diagnostic", "adviser").get(f"/api/v1/diagnoses/{case}/documents/diagnostic-partage.pdf")
    assert "Les Jardins de Mauves" in text_of(now.content)
    assert "Les Jardins de Mauves" not in text_of(before.content)


def test_nothing_that_travels_can_be_read_without_the_key(services: House) -> None:
    case = admitted(services["intake"], structure("La Ressourcerie du Vignoble"))
    linked(services["intake"], case, "Azilis Quemener")
    services.carry()
    carried = wire(services["intake"])
    assert b"name-recorded:v1" in carried
    for word in ("Ressourcerie", "Vignoble", "Azilis", "Quemener"):
        assert word.encode() not in carried
        assert word not in "".join(line for rows in services["audit"].everything().values() for line in rows)
    assert wire(services["intake"]) == carried, "a message that is sent again has equal bytes"


def test_lists_states_histories_and_timelines_name_structure_and_people(services: House) -> None:
    intake_service, adviser = services["intake"], Served.id_of("some-adviser")
    case = admitted(intake_service, structure("La Cantine solidaire"))
    leader = linked(intake_service, case, "Soizic Morvan")
    grant = {"identity": adviser, "role": "adviser", "unit": "dla-44", "name": "Claire Le Goff", "reason": "Arrivée."}
    done(intake_service.by("regional", units=["dla-44"]).post("/api/v1/identities/rights", grant))
    services.carry()
    for name in ("intake", "diagnostic"):
        projector = Projector(services[name].application, service(name).projections)
        for projection in service(name).projections:
            while projector.advance(projection):
                pass
    named, named_alone = {"id": adviser, "name": "Claire Le Goff"}, {adviser: "Claire Le Goff"}
    for name, path in (("intake", "requests"), ("diagnostic", "diagnoses")):
        client = services.by(name, "adviser")
        state = client.get(f"/api/v1/{path}/{case}").json()
        (row,) = [each for each in client.get(f"/api/v1/{path}").json()["items"] if each["id"] == str(case)]
        tasks = [each for each in client.get("/api/v1/caseload").json()["items"] if each["case"] == str(case)]
        for shown in (state, row, *tasks):
            assert shown["structure"]["name"] == "La Cantine solidaire"
            assert shown["structure"]["id"] == state["structure"]["id"]
            assert shown["adviser"] == named
        assert name == "intake" or tasks
        assert state["names"][adviser] == "Claire Le Goff"
        entries = client.get(f"/api/v1/{path}/{case}/history").json()
        assert {"Soizic Morvan", "Claire Le Goff"} <= {each for entry in entries for each in entry["names"].values()}
        changes = client.get(f"/api/v1/{path}/{case}/changes").json()
        assert "Claire Le Goff" in {each for change in changes for each in change["names"].values()}
        replayed = client.get(f"/api/v1/{path}/{case}", version=1).json()
        assert replayed["structure"]["name"] == "La Cantine solidaire"
        log = services.by(name, "auditor", unit=None, units=["dla-44"]).get("/api/v1/access-log", case=str(case)).json()
        assert log["names"] == named_alone
        assert (
            services.by(name, "leader", case=str(case)).get("/api/v1/access-log", case=str(case)).json()["names"] == {}
        )
    history = services.by("diagnostic", "adviser").get(f"/api/v1/diagnoses/{case}/history").json()
    (opened,) = [each for each in history if each["event"] == "diagnosis-opened"]
    assert opened["names"] == named_alone | {opened["data"]["structure"]: "La Cantine solidaire"}
    (link,) = services.by("intake", "adviser").get(f"/api/v1/requests/{case}/access-links").json()
    assert (link["given_by"], link["names"]) == (adviser, named_alone)
    papers(services["diagnostic"], case)
    (version,) = services.by("diagnostic", "adviser").get(f"/api/v1/diagnoses/{case}/versions").json()
    assert (version["made_by"], version["names"]) == (adviser, named_alone)
    agreed = {"id": str(case), "validated_by": [leader]}
    (row,) = name_rows(services["diagnostic"].application, [agreed], lambda row: row["id"])
    assert row["names"] == {leader: "Soizic Morvan"}

    shown = (
        services.by("intake", "leader", case=str(case)).get(f"/api/v1/requests/{case}/names", person=[leader]).json()
    )
    assert shown["names"] == {leader: "Soizic Morvan"}
    assert services.by("intake", "ops").get(f"/api/v1/requests/{case}/names").status_code == 403

    several = {"person": [leader, adviser], "case": [str(case)]}
    by_id = services.by("intake", "adviser").get("/api/v1/names", **several).json()["names"]
    assert by_id == named_alone | {leader: "Soizic Morvan", opened["data"]["structure"]: "La Cantine solidaire"}
    elsewhere = services.by("intake", "adviser", unit="dla-75").get("/api/v1/names", case=[str(case)]).json()
    assert elsewhere["names"] == {}, "of a case that is not theirs"
    for role in ("leader", "provider", "pilot", "ops"):
        assert services.by("intake", role, case=str(case)).get("/api/v1/names", **several).status_code == 403


def test_who_is_erased_is_named_nowhere_and_a_replay_brings_nobody_back(services: House) -> None:
    intake_service = services["intake"]
    case = admitted(intake_service, structure("Le Fournil partagé"))
    leader, late = linked(intake_service, case), linked(intake_service, case, "Yuna Abgrall")
    services.carry("followup")
    assert find_person_names(services["diagnostic"].application, [leader]) == {leader: LEADER}
    found = services.by("diagnostic", "dpo").post("/api/v1/people/search", {"words": "kerdoncuff"}).json()
    assert [each["person"] for each in found] == [leader]

    for person in (leader, late):
        link = f"/api/v1/requests/{case}/access-links/{person}"
        done(services.by("intake", "adviser").post(f"{link}/revocation", {"reason": "Elle quitte l’association."}))
        answer = services.by("intake", "dpo").delete(f"/api/v1/people/{person}", {"reason": "Demande par courrier."})
        assert answer.status_code in (200, 202), answer.text
    services.carry()
    for name in ("intake", *RECEIVERS):
        app = services[name].application
        assert find_person_names(app, [leader, late]) == {leader: ERASED_TEXT, late: ERASED_TEXT}
        held = "".join(line for rows in services[name].everything().values() for line in rows)
        assert "Kerdoncuff" not in held
        assert "Abgrall" not in held
    assert b'"ciphertext":null' in wire(intake_service)
    certificate = services.by("intake", "dpo").get(f"/api/v1/people/{leader}/erasure").json()
    assert certificate["names"] == {leader: ERASED_TEXT}, "nobody has named who ordered it"


def test_a_wrong_key_loses_no_name_and_stops_no_case(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    right, wrong = SecretBytes(bytes(range(32))), SecretBytes(bytes(range(32, 64)))
    source, target = serve(intake, transit_keys=(right,)), serve(diagnostic, transit_keys=(wrong,))
    case = admitted(source, structure("L’Atelier du Marais"))
    leader = linked(source, case)
    inbox = Inbox(target.application, diagnostic.reactions, Feed({}, ""))
    entries = source.application.recorder.select_notifications(0, 1000, inclusive_of_start=False)
    with caplog.at_level(logging.WARNING):
        for message in messages_of(source.application, intake.to_integration_event, entries):
            inbox.receive(message, "intake")
    assert "DLA_TRANSIT_KEYS" in caplog.text
    assert "Atelier" not in caplog.text
    assert name_in(target, case) is None
    assert find_person_names(target.application, [leader]) == {}
    assert f"Dossier {case}" in papers(target, case)

    # The operator adds the key that was missing.
    target.application.key_store.transit = source.application.key_store.transit
    assert name_in(target, case) == "L’Atelier du Marais"
    assert find_person_names(target.application, [leader]) == {leader: LEADER}
    assert "L’Atelier du Marais" in papers(target, case)


# The text of a need


def follow_up_of(services: House, rna: str) -> UUID:
    """A case whose follow-up has opened, as the end of its parcours does it."""
    named = {"name": "La Tonnellerie", "legal_form": "association", "department": "44", "rna": rna}
    body = {"structure": named, "contact": {"name": "Nolwenn Pichon"}, "need": "Consolider l’équipe."}
    case = UUID(done(services.by("intake", "adviser").post("/api/v1/requests", body))["id"])
    app = services["followup"].application
    opening = OpenFollowUp(
        uuid7(), app.clock.now(), structure=uuid7(), unit="dla-44", adviser="ines", baseline={}, definitions={}
    )
    app.handle(follow_up, case, opening, app.context(case, OURSELVES))
    return case


def request_opened_for_need(services: House, case: UUID) -> str:
    """The address of the request that the need opens."""
    adviser, where = services.by("followup", "adviser"), f"/api/v1/follow-ups/{case}"
    done(adviser.post(f"{where}/needs", {"theme": "finance", "description": NEED}))
    (opened,) = done(adviser.get(where))["extra"]["requests"]
    services.carry()
    return str(opened["href"])


def erase(running: Served, case: UUID) -> None:
    app = running.application
    app.handle(erasures, case_erasure_id(case), EraseCase(case, (), values=0), app.context(case, OURSELVES))


def said_in_intake(services: House, request: str) -> dict[str, str]:
    adviser = services.by("intake", "adviser")
    paths = {"state": "", "history": "/history", "paper": "/documents/fiche-d-accueil.html"}
    return {what: adviser.get(f"{request}{path}").text for what, path in paths.items()}


def test_a_request_says_which_need_opened_it_and_nothing_that_travels_does(services: House) -> None:
    request = request_opened_for_need(services, follow_up_of(services, "W441000001"))
    shown = said_in_intake(services, request)
    carried = {name: wire(services[name]) for name in ("intake", "followup")}
    stored = {
        name: "".join(line for rows in services[name].everything().values() for line in rows)
        for name in (*carried, "audit")
    }
    assert b"need-found:v1" in carried["followup"]
    assert request.rpartition("/")[2] in stored["audit"]
    assert "ciphertext" not in stored["audit"]
    for word in ("emprunt", "négocier", "tonnellerie"):
        assert [what for what, text in shown.items() if word not in text] == [], "the control: it is found"
        assert [name for name, content in carried.items() if word.encode() in content] == []
        assert [name for name, content in stored.items() if word in content] == []
    assert wire(services["followup"]) == carried["followup"], "a message that is sent again has equal bytes"


def test_the_text_of_a_need_ends_with_each_case_that_has_it(services: House) -> None:
    case = follow_up_of(services, "W441000002")
    request = request_opened_for_need(services, case)
    assert b'"ciphertext":null' not in wire(services["followup"])
    erase(services["followup"], case)
    assert b'"ciphertext":null' in wire(services["followup"])
    assert NEED in said_in_intake(services, request)["state"], "which is another case, kept for as long as its own term"
    erase(services["intake"], UUID(request.rpartition("/")[2]))
    for what, text in said_in_intake(services, request).items():
        assert ("tonnellerie" in text, ERASED_TEXT in text) == (False, True), what


def test_a_need_under_a_key_that_intake_lacks_is_read_once_it_has_it(
    services: House, caplog: pytest.LogCaptureFixture
) -> None:
    keys = services["intake"].application.key_store
    keys.transit, right = TransitCipher([bytes(32)]), keys.transit
    try:
        request = request_opened_for_need(services, follow_up_of(services, "W441000003"))
        assert "DLA_TRANSIT_KEYS" in caplog.text
        for what, text in said_in_intake(services, request).items():
            assert ("tonnellerie" in text, UNREADABLE_TEXT in text) == (False, True), what
        assert "transit" not in services.by("intake", "adviser").get(f"{request}/stored").text
    finally:
        keys.transit = right
    for what, text in said_in_intake(services, request).items():
        assert NEED in text, what
