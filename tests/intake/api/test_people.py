"""The DPO over HTTP: search for a person, what is stored of them, and an erasure that every service confirms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from stdnum import luhn
from tests.support.histories import confidential_case
from tests.support.histories.automatic_openings import opened_by_itself
from tests.support.servers.all_services import House, house
from tests.support.servers.served_service import Client

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.main import service as intake
from shared.crypto import ERASED_TEXT, ErasureList
from shared.erasure.after_restore import repeat_lost_erasures
from shared.kernel import PHASE_SERVICES, Role, paris_date

REQUEST: dict[str, Any] = {
    "structure": {"name": "Les Jardins de l’Erdre", "legal_form": "association", "department": "44"},
    "contact": {"name": "Maëlle Kerdoncuff", "function": "Présidente", "email": "maelle@example.org"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}
REASON = {"reason": "Demande reçue par courrier, identité vérifiée."}


def valid_sirets() -> Iterator[str]:
    """Each with its two control digits."""
    for number in count(73_282_932):
        siren = next(digits for last in range(10) if luhn.is_valid(digits := f"{number}{last}"))
        yield next(digits for last in range(10) if luhn.is_valid(digits := f"{siren}0000{last}"))


NUMBERS = valid_sirets()


@pytest.fixture(scope="module")
def services(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    def database(name: str) -> str:
        return postgres.ensure_database(f"people_{name}", connections=-1)

    with house(database, nats, tmp_path_factory.mktemp("people")) as running:
        yield running


def received(services: House, name: str, **changes: Any) -> str:
    """The address of a request of a structure of its own, whose contact has this name."""
    body = REQUEST | {"structure": REQUEST["structure"] | {"siret": next(NUMBERS)}}
    body |= {"contact": REQUEST["contact"] | {"name": name}} | changes
    answer = services.by("intake", "adviser").post("/api/v1/requests", body)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def withdrawn(services: House, path: str) -> None:
    answer = services.by("intake", "adviser").post(f"{path}/withdrawal", {"reason": "Elle n’en a plus besoin."})
    assert answer.status_code == 200, answer.text


def search(services: House, service: str, words: str) -> list[dict[str, Any]]:
    answer = services.by(service, "dpo").post("/api/v1/people/search", {"words": words})
    assert answer.status_code == 200, answer.text
    people: list[dict[str, Any]] = answer.json()
    return people


def erase(services: House, person: str) -> Any:
    return services.by("intake", "dpo").delete(f"/api/v1/people/{person}", REASON)


def slug(answer: Any) -> str:
    return str(answer.json()["type"].rsplit("/", 1)[1])


def test_a_person_is_found_by_name_and_told_everything_that_is_held(services: House) -> None:
    path = received(services, "Soazig Le Bihan")
    (somebody,) = search(services, "intake", "le bihan")
    assert somebody["cases"] == [path.rpartition("/")[2]]
    body = services.by("intake", "dpo").get(f"/api/v1/people/{somebody['person']}").json()
    assert {(each["path"], each["value"], each["event"]) for each in body["values"]} == {
        ("contact.name", "Soazig Le Bihan", "request-received"),
        ("contact.function", "Présidente", "request-received"),
        ("contact.email", "maelle@example.org", "request-received"),
    }
    assert all(datetime.fromisoformat(each["recorded_at"]).tzinfo for each in body["values"])
    assert (body["service"], body["erased"]) == ("intake", False)


@pytest.mark.parametrize("name", PHASE_SERVICES)
def test_only_the_dpo_asks_who_somebody_is(services: House, name: str) -> None:
    for role in set(Role) - {Role.DPO}:
        for answer in (
            services.by(name, role).post("/api/v1/people/search", {"words": "Kerdoncuff"}),
            services.by(name, role).get(f"/api/v1/people/{uuid4()}"),
            services.by("intake", role).delete(f"/api/v1/people/{uuid4()}", REASON),
            services.by("intake", role).get(f"/api/v1/people/{uuid4()}/erasure"),
        ):
            assert answer.status_code == 403, f"{role}: {answer.text}"


@pytest.mark.parametrize("words", ["", "a", "  ", "?!", 7, "x" * 201])
def test_words_that_cannot_name_anybody_are_refused(services: House, words: Any) -> None:
    answer = services.by("intake", "dpo").post("/api/v1/people/search", {"words": words})
    assert (answer.status_code, slug(answer)) == (422, "invalid-request")


def test_a_person_is_forgotten_by_every_service_and_the_certificate_says_by_whom_and_when(services: House) -> None:
    path = received(services, "Maëlle Kerdoncuff")
    withdrawn(services, path)
    before = services.by("intake", "adviser").get(f"{path}/stored").json()["events"]
    person = search(services, "intake", "Maëlle Kerdoncuff")[0]["person"]

    ordered = erase(services, person)
    assert ordered.status_code == 202, ordered.text
    assert ordered.json()["outstanding"] == ["diagnostic", "parcours", "followup"]
    assert (ordered.json()["complete_at"], ordered.json()["backups_until"]) == (None, None)
    assert ordered.json()["services"][0] | {"confirmed_at": None} == {
        "service": "intake",
        "confirmed_at": None,
        "values": 3,
        "elsewhere": False,
    }

    services.carry("parcours")
    halfway = services.by("intake", "dpo").get(f"/api/v1/people/{person}/erasure").json()
    assert halfway["outstanding"] == ["parcours"]
    services.carry()
    certificate = services.by("intake", "dpo").get(f"/api/v1/people/{person}/erasure").json()
    assert certificate["outstanding"] == []
    assert [each["service"] for each in certificate["services"]] == list(PHASE_SERVICES)
    assert all(each["confirmed_at"] for each in certificate["services"])
    complete = paris_date(datetime.fromisoformat(certificate["complete_at"]))
    assert date.fromisoformat(certificate["backups_until"]) == complete + timedelta(days=36)
    assert certificate["reason"] == REASON["reason"]

    document = services.by("intake", "dpo").get(f"/api/v1/people/{person}/erasure/certificate.html")
    for expected in ("Certificat d’effacement", "achevé le", "Suivi et consolidation", REASON["reason"], "sauvegardes"):
        assert expected in document.text
    assert "pas encore" not in document.text
    assert "Kerdoncuff" not in document.text
    pdf = services.by("intake", "dpo").get(f"/api/v1/people/{person}/erasure/certificate.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert services.by("intake", "adviser").get(f"/api/v1/people/{person}/erasure/certificate.pdf").status_code == 403

    shown = services.by("intake", "adviser").get(path).json()["contact"]
    assert (shown["name"], shown["email"]) == (ERASED_TEXT, ERASED_TEXT)
    stored = services.by("intake", "adviser").get(f"{path}/stored").json()["events"]
    assert [each["stored"] for each in stored] == [each["stored"] for each in before]
    assert {None} == {expected for where, expected in stored[0]["shown"].items() if where.startswith("contact.")}
    assert search(services, "intake", "Kerdoncuff") == []
    body = services.by("intake", "dpo").get(f"/api/v1/people/{person}").json()
    assert (body["erased"], body["values"]) == (True, [])
    replayed = services.by("intake", "adviser").get(path, version=1).json()
    assert replayed["contact"]["name"] == ERASED_TEXT
    assert replayed["replayed"]["erased"] == [person]


def test_what_another_service_knows_of_a_person_is_forgotten_there(services: House) -> None:
    (case,) = opened_by_itself("diagnostic", services["diagnostic"].application)["/api/v1/diagnoses"]
    session = {"held_on": "2026-03-02", "participants": [{"name": "Tanguy Abgrall", "quality": "employee"}]}
    path = f"/api/v1/diagnoses/{case}"
    assert services.by("diagnostic", "adviser").post(f"{path}/sessions", session).status_code == 200
    (somebody,) = search(services, "diagnostic", "Abgrall")
    assert erase(services, somebody["person"]).status_code == 202
    services.carry()
    (attendee,) = services.by("diagnostic", "adviser").get(path).json()["content"]["sessions"][0]["participants"]
    assert attendee["name"] == ERASED_TEXT
    certificate = services.by("intake", "dpo").get(f"/api/v1/people/{somebody['person']}/erasure").json()
    assert {each["service"]: each["values"] for each in certificate["services"]} == {
        "intake": 0,
        "diagnostic": 1,
        "parcours": 0,
        "followup": 0,
    }


def test_the_contact_of_an_open_dossier_is_replaced_first(services: House) -> None:
    path = received(services, "Youenn Marchand")
    (somebody,) = search(services, "intake", "Youenn")
    refused = erase(services, somebody["person"])
    assert (refused.status_code, slug(refused)) == (409, "person-still-needed")
    assert refused.json()["cases"] == [path.rpartition("/")[2]]
    another = {"contact": {"name": "Rozenn Tanguy"}, "reason": "Le trésorier a quitté l’association."}
    assert services.by("intake", "adviser").post(f"{path}/contact", another).status_code == 200
    assert erase(services, somebody["person"]).status_code == 202
    assert services.by("intake", "adviser").get(path).json()["contact"]["name"] == "Rozenn Tanguy"
    history = services.by("intake", "adviser").get(f"{path}/history").json()
    assert history[0]["data"]["contact"]["name"] == ERASED_TEXT


def test_whoever_holds_a_right_loses_it_first_and_a_dossier_is_no_person(services: House) -> None:
    identity = services["intake"].id_of("gwenn")
    right = {
        "identity": identity,
        "role": "adviser",
        "unit": "dla-44",
        "reason": "Arrivée dans l’équipe.",
        "name": "Gwenn Riou",
    }
    given = services.by("intake", "manager").post("/api/v1/identities/rights", right)
    assert given.status_code == 201, given.text
    refused = erase(services, identity)
    assert (refused.status_code, slug(refused)) == (409, "person-holds-rights")
    right_id = services.by("intake", "manager").get(f"/api/v1/identities/{identity}").json()["rights"][0]["id"]
    revoked = {"reason": "Départ de l’équipe."}
    answer = services.by("intake", "manager").post(
        f"/api/v1/identities/{identity}/rights/{right_id}/revocation", revoked
    )
    assert answer.status_code == 200, answer.text
    assert erase(services, identity).status_code == 202
    assert services.by("intake", "manager").get(f"/api/v1/identities/{identity}").json()["name"] == ERASED_TEXT
    path = received(services, "Nolwenn Pichon")
    refused = erase(services, path.rpartition("/")[2])
    assert (refused.status_code, slug(refused)) == (422, "not-a-person")


def test_the_id_of_a_dossier_of_another_service_keeps_its_key(services: House) -> None:
    (case,) = opened_by_itself("diagnostic", services["diagnostic"].application)["/api/v1/diagnoses"]
    path = f"/api/v1/diagnoses/{case}"
    session = {
        "held_on": "2026-03-02",
        "participants": [{"name": "Enora", "quality": "employee"}],
        "notes": "Dit ceci.",
    }
    assert services.by("diagnostic", "adviser").post(f"{path}/sessions", session).status_code == 200
    assert erase(services, case).status_code == 202
    services.carry()
    body = services.by("diagnostic", "adviser").get(path).json()["content"]["sessions"][0]
    assert body["notes"] == "Dit ceci."


def test_an_erasure_that_a_restored_back_up_of_intake_lost_is_ordered_again_and_certified(
    services: House, tmp_path: Path
) -> None:
    """As at its start: what the list outside remembers, and the restored log does not."""
    path, spared = received(services, "Aziliz Prigent"), received(services, "Erwan Prigent")
    (somebody,) = search(services, "intake", "Aziliz")
    person, app = somebody["person"], services["intake"].application
    app.erasure_list = ErasureList(tmp_path / "erased")
    app.erasure_list.add([UUID(person), UUID(spared_case := spared.rpartition("/")[2])])
    try:
        assert set(repeat_lost_erasures(app, intake.erases_again)) == {UUID(person), UUID(spared_case)}
        assert repeat_lost_erasures(app, intake.erases_again) == []
    finally:
        app.erasure_list = None
    assert services.by("intake", "adviser").get(path).json()["contact"]["name"] == ERASED_TEXT
    certified = f"/api/v1/people/{person}/erasure"
    assert services.by("intake", "dpo").get(certified).json()["outstanding"] == ["diagnostic", "parcours", "followup"]
    services.carry()
    certificate = services.by("intake", "dpo").get(certified).json()
    assert (certificate["outstanding"], certificate["ordered_by"]) == ([], "service:intake")
    assert "sauvegarde restaurée" in certificate["reason"]
    paper = services.by("intake", "dpo").get(f"{certified}/certificate.html").text
    assert "le programme, après la restauration d’une sauvegarde" in paper
    assert services.by("intake", "dpo").get(f"/api/v1/people/{spared_case}/erasure").status_code == 404


def test_a_certificate_is_read_for_a_reason_and_that_is_recorded(services: House) -> None:
    withdrawn(services, received(services, "Klervi Le Goff"))
    (somebody,) = search(services, "intake", "Klervi")
    assert erase(services, somebody["person"]).status_code == 202
    dpo, certified = services.by("intake", "dpo"), f"/api/v1/people/{somebody['person']}/erasure"
    for path in (certified, f"{certified}/certificate.html"):
        assert dpo.because(None).get(path).status_code == 428
        assert dpo.because("La personne demande où en est son effacement.").get(path).status_code == 200
        read = dpo.get("/api/v1/access-log", limit=1).json()["items"][0]
        assert (read["case"], read["reason"]) == (somebody["person"], "La personne demande où en est son effacement.")
    assert dpo.get("/api/v1/retention").status_code == 200
    assert dpo.get("/api/v1/access-log", limit=1).json()["items"][0]["operation"] == "retention_list_terms"


def test_the_dpo_finds_a_person_in_a_confidential_dossier_which_stays_closed(services: House) -> None:
    """Article 15: what is held of a person is told to them, wherever it stands; the dossier is another matter."""
    path = received(services, "Tifenn Guillou")
    case = path.rpartition("/")[2]
    assert (
        services.by("intake", "adviser").post(f"{path}/confidentiality", confidential_case.REASONS).status_code == 200
    )
    (somebody,) = search(services, "intake", "Guillou")
    assert somebody["cases"] == [case]
    dpo, extract = services.by("intake", "dpo", units=["dla-44"]), f"/api/v1/people/{somebody['person']}"
    assert dpo.because(None).get(extract).status_code == 428
    body = dpo.because("Demande d’accès de l’intéressée, du 3 septembre.").get(extract).json()["values"]
    assert {each["value"] for each in body} == {"Tifenn Guillou", "Présidente", "maelle@example.org"}
    assert {each["case"] for each in body} == {case}
    read = dpo.get("/api/v1/access-log", limit=1).json()["items"][0]
    assert (read["case"], read["reason"]) == (somebody["person"], "Demande d’accès de l’intéressée, du 3 septembre.")
    assert case not in {row["id"] for row in dpo.get("/api/v1/requests").json()["items"]}
    assert dpo.get(f"{path}/access-links").json()["policy"] == "confidential"


def test_nobody_certifies_what_was_not_ordered(services: House) -> None:
    assert services.by("intake", "dpo").get(f"/api/v1/people/{uuid4()}/erasure").status_code == 404


def test_audit_hears_of_the_erasure_and_has_nothing_to_forget(services: House) -> None:
    path = received(services, "Bleuenn Cariou")
    withdrawn(services, path)
    (somebody,) = search(services, "intake", "Cariou")
    erase(services, somebody["person"])
    services.carry()
    rows = services["audit"].application.recorder.fetch("SELECT count(*) AS n FROM {schema}.data_keys")
    assert rows == [{"n": 0}]
    assert "Cariou" not in str(services["audit"].everything())
    entries = services["audit"].application.recorder.entries_of_case(
        UUID(services.by("intake", "dpo").get(f"/api/v1/people/{somebody['person']}/erasure").json()["erasure"])
    )
    assert len(entries) == 8, "the order, what each of four forgot, and three confirmations"


# The territory of a DPO


def elsewhere(services: House, name: str) -> Client:
    """The DPO of another unit."""
    return services.by(name, "dpo", unit=None, units=["dla-22"])


def test_a_dpo_reads_holds_and_erases_nobody_of_another_territory(services: House) -> None:
    path = received(services, "Perig Lozac’h")
    case = path.rpartition("/")[2]
    withdrawn(services, path)
    (somebody,) = search(services, "intake", "lozac’h")
    dpo, person = elsewhere(services, "intake"), somebody["person"]
    assert dpo.post("/api/v1/people/search", {"words": "Lozac’h"}).json() == []
    read = dpo.get(f"/api/v1/people/{person}")
    assert (read.status_code, slug(read)) == (403, "forbidden")
    for command in ("hold", "release", "unarchiving"):
        answer = dpo.post(f"/api/v1/retention/{case}/{command}", REASON)
        assert (answer.status_code, slug(answer)) == (404, "unknown-case")
    refused = dpo.delete(f"/api/v1/people/{person}", REASON)
    assert (refused.status_code, slug(refused)) == (403, "person-known-elsewhere")
    assert not {"dla-44", case, "Lozac’h"} & set(refused.text.split('"'))
    assert dpo.get(f"/api/v1/people/{person}/erasure").status_code == 404
    assert dpo.get("/api/v1/access-log", case=case).json()["items"] == []
    assert services.by("intake", "adviser").get(path).json()["contact"]["name"] == "Perig Lozac’h"

    assert erase(services, person).status_code == 202
    certificate = dpo.get(f"/api/v1/people/{person}/erasure")
    assert (certificate.status_code, slug(certificate)) == (403, "person-known-elsewhere")
    assert dpo.get(f"/api/v1/people/{person}/erasure/certificate.html").status_code == 403
    reads = dpo.get("/api/v1/access-log", limit=200).json()["items"]
    assert person not in {each["case"] for each in reads}


def test_who_several_units_know_is_erased_by_a_dpo_of_all_of_them(services: House) -> None:
    there = {"identity": str(uuid4()), "role": "adviser", "unit": "dla-22", "reason": "Arrivée dans l’équipe."}
    answer = services.by("intake", "manager", unit="dla-22").post("/api/v1/identities/rights", there)
    assert answer.status_code == 201, "a unit that the register knows"
    path = received(services, "Katell Ropars")
    case = path.rpartition("/")[2]
    transfer = {"to_unit": "dla-22", "reason": "Le siège est dans les Côtes-d’Armor."}
    assert services.by("intake", "adviser").post(f"{path}/transfer", transfer).status_code == 200
    for units in (["dla-44"], ["dla-22"]):
        dpo = services.by("intake", "dpo", unit=None, units=units)
        (somebody,) = dpo.post("/api/v1/people/search", {"words": "Ropars"}).json()
        assert (somebody["cases"], somebody["elsewhere"]) == ([case], False), "a transferred case is of both units"

    identity = services["intake"].id_of("katell")
    for unit in ("dla-44", "dla-22"):
        right = {"identity": identity, "role": "adviser", "unit": unit, "reason": "Renfort.", "name": "Katell Ropars"}
        manager = services.by("intake", "manager", unit=unit)
        assert manager.post("/api/v1/identities/rights", right).status_code == 201
        read = manager.get(f"/api/v1/identities/{identity}").json()["rights"][-1]["id"]
        of_the_right = f"/api/v1/identities/{identity}/rights/{read}"
        assert manager.post(f"{of_the_right}/revocation", {"reason": "Fin du renfort."}).status_code == 200
    for units in (["dla-44"], ["dla-22"], ["dla-22", "dla-44"]):
        dpo = services.by("intake", "dpo", unit=None, units=units)
        assert dpo.get(f"/api/v1/people/{identity}").json()["values"]
    assert (
        services.by("intake", "dpo", unit=None, units=["dla-75"]).get(f"/api/v1/people/{identity}").status_code == 403
    )


def test_a_service_that_knows_somebody_elsewhere_erases_nothing_and_the_certificate_says_so(services: House) -> None:
    """Intake does not know them: the service that does decides, on the territory that the order carries."""
    (case,) = opened_by_itself("diagnostic", services["diagnostic"].application)["/api/v1/diagnoses"]
    session = {"held_on": "2026-03-02", "participants": [{"name": "Goulven Tanguy", "quality": "employee"}]}
    path = f"/api/v1/diagnoses/{case}"
    assert services.by("diagnostic", "adviser").post(f"{path}/sessions", session).status_code == 200
    (somebody,) = search(services, "diagnostic", "Goulven")
    person, dpo = somebody["person"], elsewhere(services, "intake")
    assert elsewhere(services, "diagnostic").get(f"/api/v1/people/{person}").status_code == 403
    assert elsewhere(services, "diagnostic").post("/api/v1/people/search", {"words": "Goulven"}).json() == []
    assert dpo.delete(f"/api/v1/people/{person}", REASON).status_code == 202
    services.carry()

    def shown() -> Any:
        (session,) = services.by("diagnostic", "adviser").get(path).json()["content"]["sessions"]
        return session["participants"][0]["name"]

    assert shown() == "Goulven Tanguy"
    certificate = dpo.get(f"/api/v1/people/{person}/erasure").json()
    assert {each["service"] for each in certificate["services"] if each["elsewhere"]} == {"diagnostic"}
    assert (certificate["complete_at"], certificate["outstanding"]) == (None, [])
    paper = dpo.get(f"/api/v1/people/{person}/erasure/certificate.html").text
    assert "connue hors du territoire" in paper

    wider = services.by("intake", "dpo", unit=None, units=["dla-22", "dla-44"])
    assert wider.delete(f"/api/v1/people/{person}", REASON).json()["outstanding"] == ["diagnostic"]
    services.carry()
    assert shown() == ERASED_TEXT
    certificate = wider.get(f"/api/v1/people/{person}/erasure").json()
    assert {each["elsewhere"] for each in certificate["services"]} == {False}
    assert certificate["complete_at"]


# One human under several ids


def test_one_order_erases_a_human_known_under_several_ids_and_one_certificate_covers_them(services: House) -> None:
    path = received(services, "Jeanne Martin")
    (contact,) = search(services, "intake", "Jeanne Martin")
    received(services, "Jeanne Martin", need="Une autre personne.")
    (same_name, _) = search(services, "intake", "Jeanne Martin")
    (case,) = opened_by_itself("diagnostic", services["diagnostic"].application)["/api/v1/diagnoses"]
    session = {"held_on": "2026-03-02", "participants": [{"name": "Jeanne Martin", "quality": "leader"}]}
    diagnosis = f"/api/v1/diagnoses/{case}"
    assert services.by("diagnostic", "adviser").post(f"{diagnosis}/sessions", session).status_code == 200
    (participant,) = search(services, "diagnostic", "Jeanne Martin")
    withdrawn(services, path)

    order = REASON | {"also": [participant["person"]]}
    ordered = services.by("intake", "dpo").delete(f"/api/v1/people/{contact['person']}", order)
    assert ordered.status_code == 202, ordered.text
    assert ordered.json()["persons"] == [contact["person"], participant["person"]]
    services.carry()
    assert services.by("intake", "adviser").get(path).json()["contact"]["name"] == ERASED_TEXT
    (held,) = services.by("diagnostic", "adviser").get(diagnosis).json()["content"]["sessions"]
    assert held["participants"][0]["name"] == ERASED_TEXT
    certificates = [
        services.by("intake", "dpo").get(f"/api/v1/people/{each['person']}/erasure").json()
        for each in (contact, participant)
    ]
    assert certificates[0] == certificates[1]
    assert {each["service"]: each["values"] for each in certificates[0]["services"]} == {
        "intake": 3,
        "diagnostic": 1,
        "parcours": 0,
        "followup": 0,
    }
    assert certificates[0]["complete_at"]
    paper = services.by("intake", "dpo").get(f"/api/v1/people/{participant['person']}/erasure/certificate.html").text
    assert participant["person"] in paper
    assert [each["person"] for each in search(services, "intake", "Jeanne Martin")] == [same_name["person"]]


def test_the_search_tells_one_martin_from_another(services: House) -> None:
    """Who an id is: the name as it was recorded, in which field of which event of which case."""
    received(services, "Annick Martin")
    identity = services["intake"].id_of("annick")
    right = {"identity": identity, "role": "adviser", "unit": "dla-44", "reason": "Arrivée.", "name": "Annick Martin"}
    assert services.by("intake", "manager").post("/api/v1/identities/rights", right).status_code == 201
    found = search(services, "intake", "annick martin")
    assert {(each["values"][0]["value"], each["values"][0]["label"], each["values"][0]["path"]) for each in found} == {
        ("Annick Martin", "Demande reçue", "contact.name"),
        ("Annick Martin", "Droit donné", "name"),
    }
    dpo = services.by("intake", "dpo").because(None)
    assert dpo.post("/api/v1/people/search", {"words": "Annick"}).status_code == 428
    shown = services.by("intake", "dpo").get("/api/v1/access-log", limit=5).json()["items"]
    assert {each["person"] for each in found} <= {each["case"] for each in shown}


def test_the_copy_of_a_name_in_another_service_is_of_the_units_of_its_rights(services: House) -> None:
    identity = services["intake"].id_of("bleuenn")
    right = {"identity": identity, "role": "adviser", "unit": "dla-44", "reason": "Arrivée.", "name": "Bleuenn Cadiou"}
    assert services.by("intake", "manager").post("/api/v1/identities/rights", right).status_code == 201
    received(services, "Enora Cadiou")
    leader = {"identity": str(uuid4()), "role": "leader", "reason": "Pour valider.", "name": "Enora Cadiou"}
    case = search(services, "intake", "Enora Cadiou")[0]["cases"][0]
    granted = services.by("intake", "adviser").post("/api/v1/identities/rights", leader | {"case": case})
    assert granted.status_code == 201, granted.text
    services.carry()
    for name in ("diagnostic", "parcours", "followup"):
        (copy,) = search(services, name, "Cadiou")
        assert copy["person"] == identity, "the leader's is intake's to show, which knows the unit of the case"
        assert elsewhere(services, name).post("/api/v1/people/search", {"words": "Cadiou"}).json() == []
        assert elsewhere(services, name).get(f"/api/v1/people/{identity}").status_code == 403
        assert elsewhere(services, name).get(f"/api/v1/people/{leader['identity']}").status_code == 403
    assert len(search(services, "intake", "Cadiou")) == 3
    assert elsewhere(services, "intake").post("/api/v1/people/search", {"words": "Cadiou"}).json() == []
