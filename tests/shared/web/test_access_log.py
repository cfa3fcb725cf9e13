"""The access log: each read of a dossier is recorded before it is answered, or is not answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from tests.support.generated.golden_samples import SERVICES
from tests.support.histories.automatic_openings import UNIT
from tests.support.samples.existing_resources import case_of, placed, standing
from tests.support.servers.served_service import REASON, Client, Serve, Served

from embedded.processes.nats import Nats
from intake.main import service as intake_service
from shared.access import AccessLog
from shared.access.access_log import EXPIRED_OPERATION
from shared.kernel import CASE_PATHS, Role, uuid7
from shared.web.http.openapi_responses import is_read_of_a_dossier

REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Un besoin.",
}
LOG = "/api/v1/access-log"
KEPT = timedelta(days=365)


def slug(answer: Any) -> str:
    return str(answer.json()["type"].rsplit("/", 1)[1])


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(intake_service)


@pytest.fixture
def case(intake: Served) -> str:
    return str(intake.by("adviser").post("/api/v1/requests", REQUEST).json()["id"])


def auditor(running: Served, *units: str) -> Client:
    return running.by("auditor", unit=None, units=units or (UNIT,))


def recorded(running: Served) -> list[dict[str, Any]]:
    """In the order of reading: of two ids of one millisecond either may come first."""
    return running.application.recorder.fetch("SELECT * FROM {schema}.access_log ORDER BY at, id")


def test_who_reads_a_dossier_is_recorded_with_what_when_and_by_which_right(intake: Served, case: str) -> None:
    before = intake.application.clock.now()
    adviser = intake.by("adviser")
    assert adviser.get(f"/api/v1/requests/{case}", version=1, q="Maëlle").status_code == 422
    assert adviser.get(f"/api/v1/requests/{case}", version=1).status_code == 200
    (read,) = recorded(intake)
    assert (read["actor"], read["role"], read["unit"]) == (intake.id_of("some-adviser"), "adviser", UNIT)
    assert (read["operation"], read["address"]) == ("requests_get", f"/api/v1/requests/{case}?version=1")
    assert (read["case_id"], read["units"], read["rows"]) == (UUID(case), [UNIT], None)
    assert before <= read["at"] <= intake.application.clock.now()
    adviser.post(
        f"/api/v1/requests/{case}/meetings", {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff"}]}
    )
    assert intake.by("adviser", unit="dla-75").get(f"/api/v1/requests/{case}").status_code == 404
    assert len(recorded(intake)) == 1, "a command and a refusal show nothing"


def test_a_list_is_recorded_with_how_many_and_not_with_whom(intake: Served, case: str) -> None:
    for path in ("/api/v1/requests", "/api/v1/caseload", "/api/v1/requests/chases"):
        assert intake.by("adviser").get(path).status_code == 200
    intake.by("adviser").get("/api/v1/requests", q="Jardins de l’Erdre")
    told = recorded(intake)
    assert [read["operation"] for read in told[:3]] == ["requests_list", "caseload_list_tasks", "requests_list_chases"]
    assert [(read["case_id"], read["units"]) for read in told] == [(None, [UNIT])] * 4
    assert all(read["rows"] is not None for read in told)
    assert "Jardins" not in str(told)


def test_what_is_held_of_a_person_and_a_partner_s_feed_are_reads_too(intake: Served, case: str) -> None:
    dpo = intake.by("dpo", unit=None, units=[UNIT])
    (somebody,) = dpo.post("/api/v1/people/search", {"words": "Kerdoncuff"}).json()
    assert dpo.get(f"/api/v1/people/{somebody['person']}").status_code == 200
    assert intake.by("adviser").get("/events").status_code == 200
    told = [(read["operation"], read["case_id"], read["rows"]) for read in recorded(intake)]
    assert told == [
        ("people_search", None, 1),
        ("people_search", UUID(somebody["person"]), None),
        ("people_get", UUID(somebody["person"]), None),
        ("events_list_events", None, 1),
    ]
    assert "Kerdoncuff" not in str(told)
    assert intake.by("service").get("/events").status_code == 200
    assert len(recorded(intake)) == 4, "a service of the deployment follows, and reads no dossier"


@pytest.mark.parametrize("role", ["auditor", "dpo"])
def test_an_auditor_and_the_dpo_say_why_first(intake: Served, case: str, role: str) -> None:
    reader = intake.by(role, unit=None, units=[UNIT])
    path = f"/api/v1/requests/{case}/access-links"
    without = reader.because(None).get(path)
    assert (without.status_code, slug(without)) == (428, "reason-needed")
    assert recorded(intake) == []
    assert reader.because("Contrôle à l’improviste").get(path).status_code == 200
    (read,) = intake.by("dpo").get(LOG).json()["items"]
    assert (read["reason"], read["role"], read["case"]) == ("Contrôle à l’improviste", role, case)


@pytest.mark.parametrize("wrong", [b"Contr\xf4le", b"%FF%FE%FD", b"oui%E2%80%AEoui", b"ab", b"a" * 501], ids=len)
def test_a_reason_that_cannot_be_read_is_told(intake: Served, case: str, wrong: bytes) -> None:
    headers = {name.encode(): told.encode() for name, told in auditor(intake)._headers.items()}
    answer = intake.http.get(f"/api/v1/requests/{case}", headers=[*(headers | {b"DLA-Reason": wrong}).items()])
    assert (answer.status_code, slug(answer)) == (400, "unreadable-reason")
    assert recorded(intake) == []


def test_a_reason_is_cleaned_as_any_text_is(intake: Served, case: str) -> None:
    assert auditor(intake).because(" Contrôle\0\r\nannuel ").get(f"/api/v1/requests/{case}").status_code == 200
    assert intake.by("dpo").get(LOG).json()["items"][-1]["reason"] == "Contrôle annuel"


def test_others_may_say_why(intake: Served, case: str) -> None:
    intake.by("manager").because("Comité de suivi").get(f"/api/v1/requests/{case}")
    intake.by("manager").get(f"/api/v1/requests/{case}")
    told = intake.by("dpo").get(LOG, case=case).json()["items"]
    assert [read["reason"] for read in told] == [REASON, None, "Comité de suivi"]


def test_what_nobody_could_record_is_not_shown(intake: Served, case: str) -> None:
    intake.application.recorder.fetch("ALTER TABLE {schema}.access_log RENAME TO hidden")
    for path in (f"/api/v1/requests/{case}", f"/api/v1/requests/{case}/history", "/api/v1/requests"):
        answer = intake.by("adviser").get(path)
        assert (answer.status_code, slug(answer)) == (503, "access-not-recorded")
        assert "Jardins" not in answer.text
    meeting = {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff"}]}
    assert intake.by("adviser").post(f"/api/v1/requests/{case}/meetings", meeting).status_code == 200


@pytest.mark.parametrize("name", SERVICES)
def test_every_operation_that_shows_a_dossier_records_it_first(
    name: str, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    """Of all that OpenAPI lists, dossiers, what stands within them and lists: one that answered while nothing can be
    recorded is seen here."""
    with standing(name, database, nats, tmp_path) as (running, known):
        running.application.recorder.fetch("ALTER TABLE {schema}.access_log RENAME TO hidden")
        asked = {path: told["get"] for path, told in running.web.openapi()["paths"].items() if "get" in told}
        tried = [path for path in asked if asked[path].get("security") and not SHOWS_NO_DOSSIER.search(path)]
        for path in tried:
            assert "428" in asked[path]["responses"] or not is_read_of_a_dossier(path, asked[path]), path
            address = f"{path.format(**placed(path, known))}{OF_A_YEAR if '/funds/figures/' in path else ''}"
            own = (
                case_of(f"GET {path}", known) if "{" in path else known[f"{CASE_PATHS.get(name, '/api/v1/cases')}/{{}}"]
            )
            answers = []
            for role, reader in everybody(running, own):
                if (path, role) not in WITHOUT_A_DOSSIER and (answer := reader.get(address)).status_code not in (
                    403,
                    404,
                ):
                    assert answer.status_code == 503, f"{role} {path}: {answer.status_code}"
                    if (name, path, role) in OF_OTHER_SERVICES:
                        assert slug(answer) == "service-unavailable"
                        continue
                    assert slug(answer) == "access-not-recorded", f"{role} {path}"
                    answers.append(answer)
            assert answers, f"nobody may: {path}"
        assert len(tried) >= 4, tried


OF_A_YEAR = "?year=2026"
SHOWS_NO_DOSSIER = re.compile(
    r"^/api/v1/(me|access-logs?|criteria|orientation-targets|communes|activities|units|reference|directory/\{siren\}|ledger/.*|mail-preferences|calendar-feed)$|/\{version\}$"
    r"|/(figures|statistics)(\.csv)?$"
)
"""Who one is and what one chose, reference data, sums; and the log itself, which is out of reach here."""
WITHOUT_A_DOSSIER = {("/events", Role.SERVICE), ("/api/v1/events/{id}/proof", Role.OPS)}
"""The deployment's own programs follow; operations are given the hashes of a proof, without the event."""

OF_OTHER_SERVICES = {("audit", "/api/v1/caseload", role) for role in (Role.COMMITTEE, Role.RESOURCE_CENTRE)}
"""Audit reaches none of them here: nothing is shown, recorded or not."""


def everybody(running: Served, own: str) -> Iterator[tuple[Role, Client]]:
    for role in Role:
        bound = role in (Role.LEADER, Role.PROVIDER, Role.RECIPIENT)
        unit = None if bound else UNIT
        reader = running.by(role, unit=unit, units=() if bound else (UNIT,), case=own if bound else None)
        yield role, reader.because(REASON)


def test_the_log_is_read_by_auditors_and_dpos_of_the_territory_and_that_is_recorded(intake: Served, case: str) -> None:
    intake.by("adviser").get(f"/api/v1/requests/{case}")
    intake.by("regional", unit="dla-pdl", units=["dla-49"]).get("/api/v1/requests")
    assert {read["role"] for read in auditor(intake).get(LOG).json()["items"]} == {"adviser"}
    assert {read["role"] for read in auditor(intake, "dla-75").get(LOG).json()["items"]} == set()
    assert intake.by("dpo", unit=None, units=["dla-22"]).get(LOG).json()["items"] == []
    everything = intake.by("dpo", unit=None, units=[UNIT, "dla-75", "dla-49"]).get(LOG).json()["items"]
    assert [read["role"] for read in everything] == ["auditor", "auditor", "regional", "adviser"]
    assert [read["rows"] for read in everything[:2]] == [0, 1]
    for elsewhere in (intake.by("dpo", unit=None, units=["dla-75"]), auditor(intake, "dla-75")):
        of_it, of_nothing = (elsewhere.get(LOG, case=each) for each in (case, str(uuid4())))
        assert (of_it.status_code, of_it.json()["items"], of_it.text) == (200, [], of_nothing.text)
    assert auditor(intake).because(None).get(LOG, case=case).status_code == 428
    of_the_case = auditor(intake).get(LOG, case=case).json()["items"]
    assert [(read["role"], read["operation"]) for read in of_the_case] == [
        ("auditor", "access_log_entries"),
        ("adviser", "requests_get"),
    ]
    for role in ("adviser", "manager", "regional", "ops", "service"):
        assert intake.by(role).get(LOG).status_code == 403


def test_of_a_confidential_dossier_too_an_auditor_reads_who_read_it_and_that_is_recorded(
    intake: Served, case: str
) -> None:
    reasons = {"ground": "mandat_ad_hoc", "reason": "Un mandataire vient d’être désigné."}
    assert intake.by("adviser").post(f"/api/v1/requests/{case}/confidentiality", reasons).status_code == 200
    assert intake.by("adviser").get(f"/api/v1/requests/{case}").status_code == 200
    assert auditor(intake).get(f"/api/v1/requests/{case}").json()["policy"] == "confidential"
    told = auditor(intake).get(LOG, case=case).json()["items"]
    assert [(read["role"], read["reason"]) for read in told] == [("auditor", REASON), ("adviser", None)]


def test_what_stands_within_a_dossier_is_recorded_as_a_read_of_it(intake: Served, case: str) -> None:
    adviser, path = intake.by("adviser"), f"/api/v1/requests/{case}"
    opened = [
        adviser.post(f"{path}/orientations", {"target": "CRESS", "reason": "Un appui à la gestion."}),
        adviser.post(
            f"{path}/access-links", {"role": "leader", "name": "Maëlle Kerdoncuff", "reason": "Pour valider."}
        ),
    ]
    inner = [answer.headers["Location"] for answer in opened]
    inner += [f"{inner[0]}/documents", f"{inner[0]}/changes"]
    assert [adviser.get(each).status_code for each in inner] == [200] * 4
    assert [(str(read["case_id"]), read["address"]) for read in recorded(intake)] == [(case, each) for each in inner]
    intake.application.recorder.fetch("ALTER TABLE {schema}.access_log RENAME TO hidden")
    assert [adviser.get(each).status_code for each in inner] == [503] * 4


def test_the_log_is_filtered_and_paged(intake: Served, case: str) -> None:
    path, dpo = f"/api/v1/requests/{case}", intake.by("dpo")
    for subject in ("une", "deux", "une"):
        intake.by("adviser", subject=subject).get(path)
    one = dpo.get(LOG, actor=intake.id_of("une")).json()["items"]
    assert [read["actor"] for read in one] == [intake.id_of("une")] * 2
    pages, after = [], None
    while True:
        page = dpo.get(LOG, actor=intake.id_of("une"), limit=1, **({"after": after} if after else {})).json()
        pages += page["items"]
        if (after := page["next"]) is None:
            break
    assert pages == one
    assert dpo.get(LOG, actor=intake.id_of("une"), since=one[0]["at"]).json()["items"] == one[:1]
    assert dpo.get(LOG, actor=intake.id_of("une"), until=one[0]["at"]).json()["items"] == one[1:]
    assert dpo.get(LOG, since="hier").status_code == 422


def test_a_leader_learns_when_and_as_what_the_own_dossier_was_read_and_not_by_whom(intake: Served, case: str) -> None:
    auditor(intake).get(f"/api/v1/requests/{case}")
    leader = intake.by("leader", unit=None, case=case)
    answer = leader.get(LOG, case=case)
    _, read = answer.json()["items"]
    assert (read["role"], read["operation"], read["case"]) == ("auditor", "requests_get", case)
    assert read["at"]
    assert [read[name] for name in ("actor", "right_id", "reason", "address", "correlation")] == [None] * 5
    assert intake.id_of("some-auditor") not in answer.text
    assert leader.get(LOG).status_code == 403
    assert leader.get(LOG, case=str(uuid4())).status_code == 403


def test_a_reason_is_sealed_and_goes_with_its_month(intake: Served, case: str) -> None:
    auditor(intake).because("Soupçon de double compte").get(f"/api/v1/requests/{case}")
    stored = str(intake.everything())
    (read,) = recorded(intake)
    assert read["reason"], "there is one"
    assert "Soupçon" not in stored
    assert "Soupçon".encode().hex() not in stored
    keys = "SELECT wrapped FROM {schema}.data_keys WHERE key_id = %s"
    assert intake.application.recorder.fetch(keys, (read["key_id"],))[0]["wrapped"]

    intake.by("ops").post("/api/v1/clock", {"now": (read["at"] + KEPT - timedelta(minutes=1)).isoformat()})
    log = AccessLog(intake.application, KEPT)
    log.expire()
    assert [each["id"] for each in recorded(intake)] == [read["id"]]
    intake.by("ops").post("/api/v1/clock", {"now": (read["at"] + KEPT + timedelta(minutes=1)).isoformat()})
    log.expire()
    (told,) = recorded(intake)
    assert (told["operation"], told["rows"], told["actor"]) == (EXPIRED_OPERATION, 1, "service:intake")
    assert intake.application.recorder.fetch(keys, (read["key_id"],)) == [{"wrapped": None}]
    log.expire()
    assert [each["id"] for each in recorded(intake)] == [told["id"]], "nothing more to tell"


def test_two_who_read_first_in_a_month_seal_under_one_key(intake: Served) -> None:
    """Each found no key: the second to store one takes the other's."""
    other, key = intake_service.application(intake.settings), uuid7()
    both = [AccessLog(app, KEPT) for app in (intake.application, other)]
    try:
        found = other.key_store.keys_for

        def together(key_ids: Any, new_ids: Any = ()) -> Any:
            data_keys = found(key_ids, new_ids)
            if data_keys.new:
                both[0]._month_keys(key)
            return data_keys

        other.key_store.keys_for = together  # type: ignore[method-assign]
        sealed = [log._month_keys(key).encrypt_bytes(key, b"Motif", "x") for log in reversed(both)]
        assert [intake.application.key_store.decrypt_bytes(key, each, "x") for each in sealed] == [b"Motif"] * 2
    finally:
        other.close()


def test_an_export_is_one_correlation_in_all_services(intake: Served, case: str) -> None:
    purpose = str(uuid4())
    headers = auditor(intake)._headers | {"DLA-Correlation": purpose, "DLA-Reason": quote("Contrôle sur pièces")}
    for path in ("", "/stored"):
        assert intake.http.get(f"/api/v1/requests/{case}{path}", headers=headers).status_code == 200
    intake.by("adviser").get(f"/api/v1/requests/{case}")
    told = [str(read["correlation"]) for read in recorded(intake)]
    assert told[:2] == [purpose] * 2
    assert told[2] != purpose
