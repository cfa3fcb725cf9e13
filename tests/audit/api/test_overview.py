"""Reading across the phases, from audit: merged, paged, as each service shows it, and told what is missing."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.support.checks.projection_waits import up_to_date
from tests.support.generated.golden_samples import service
from tests.support.histories import confidential_case
from tests.support.servers.all_services import House, reachable_house
from tests.support.servers.served_service import Client, Served, served

from audit.ledger.integrator import integrate
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from shared.access import AccessLogQuery
from shared.kernel import PHASE_SERVICES, SERVICES, Role

CASELOAD, CASES, ACCESS_LOGS = "/api/v1/caseload", "/api/v1/cases", "/api/v1/access-logs"
NUMBERS = iter(["73282932000074", "55208131766522", "35600000000048", "38012986646850", "30613890001294"])
NAMES = ("Les Jardins de l’Erdre", "La Ressourcerie du Vignoble", "L’Atelier du Marais")


@pytest.fixture(scope="module")
def services(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two admitted cases and one that has only been received."""

    def database(name: str) -> str:
        return postgres.ensure_database(f"overview_{name}", connections=-1)

    with reachable_house(database, nats, tmp_path_factory.mktemp("overview")) as running:
        adviser = running.by("intake", "adviser")
        for name in NAMES:
            structure = {"name": name, "legal_form": "association", "department": "44", "headcount": 4}
            body = {"structure": structure | {"siret": next(NUMBERS)}, "contact": {"name": "Nolwenn Pichon"}}
            where = f"/api/v1/requests/{done(adviser.post('/api/v1/requests', body | {'need': 'Consolider.'}))['id']}"
            if name == NAMES[-1]:
                continue
            done(
                adviser.post(
                    f"{where}/meetings", {"held_on": "2026-03-02", "participants": [{"name": "la présidente"}]}
                )
            )
            for criterion in ("existing", "employer", "ess"):
                judged = {"criterion": criterion, "verdict": "met", "evidence": "Vu sur pièces."}
                done(adviser.post(f"{where}/criteria", judged))
            done(adviser.post(f"{where}/admission", {}))
        running.carry()
        for name in PHASE_SERVICES:
            up_to_date(running[name], service(name))
        yield running


def done(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def pages(client: Client, path: str, **parameters: Any) -> Iterator[list[dict[str, Any]]]:
    after = None
    while True:
        page = done(client.get(path, **parameters, **({"after": after} if after else {})))
        assert page["unavailable"] == []
        yield page["items"]
        if not (after := page["next"]):
            return


@pytest.fixture
def without_followup(
    services: House, database: Callable[..., str], nats: Nats, tmp_path: Any, request: pytest.FixtureRequest
) -> Iterator[Served]:
    """Audit, to which follow-up does not answer: nothing listens at its address."""
    feeds = {name: str(services[name].http.base_url) for name in PHASE_SERVICES} | {"followup": "http://127.0.0.1:9"}
    with served(service("audit"), database, nats, tmp_path, jwks=services["audit"].settings.jwks, feeds=feeds) as audit:
        audit.issuer = services["audit"].issuer
        yield audit


def test_one_caseload_has_the_tasks_of_all_services_by_the_day_they_are_due(services: House) -> None:
    adviser = services.by("audit", "adviser")
    (everything,) = pages(adviser, CASELOAD, adviser="me", limit=200)
    assert {task["service"] for task in everything} >= {"intake", "diagnostic"}
    assert [task["due_on"] for task in everything] == sorted(task["due_on"] for task in everything)
    own = [
        {**task, "service": name}
        for name in PHASE_SERVICES
        for task in done(services.by(name, "adviser").get(CASELOAD, adviser="me"))["items"]
    ]
    assert sorted(everything, key=str) == sorted(own, key=str)
    assert {task["structure"]["name"] for task in everything} == {*NAMES}


def test_what_a_resource_centre_is_asked_comes_from_where_it_is_asked_alone(services: House) -> None:
    diagnosis, *_ = done(services.by("diagnostic", "adviser").get("/api/v1/diagnoses"))["items"]
    question = {"centre": "CRDLA Culture", "question": "Quels publics ?", "unit": "crdla-culture"}
    done(services.by("diagnostic", "adviser").post(f"/api/v1/diagnoses/{diagnosis['id']}/advice", question))
    services.carry()
    up_to_date(services["diagnostic"], service("diagnostic"))
    ((asked,),) = pages(services.by("audit", "resource_centre", unit="crdla-culture"), CASELOAD)
    assert (asked["service"], asked["what"], asked["case"]) == ("diagnostic", "advice_to_give", diagnosis["id"])
    assert [*pages(services.by("audit", "committee"), CASELOAD)] == [[]]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_its_pages_lose_and_repeat_nothing(services: House, limit: int) -> None:
    adviser = services.by("audit", "adviser")
    (everything,) = pages(adviser, CASELOAD, limit=200)
    paged = [*pages(adviser, CASELOAD, limit=limit)]
    assert len(everything) > limit
    assert [task for page in paged for task in page] == everything
    assert all(len(page) == limit for page in paged[:-1])


def test_a_case_is_found_with_where_it_stands_in_each_phase(services: House) -> None:
    adviser = services.by("audit", "adviser")
    ((found,),) = pages(adviser, CASES, q="ressourcerie vignoble")
    assert found["structure"]["name"] == NAMES[1]
    assert [(phase["service"], phase["status"]) for phase in found["phases"]][:2] == [
        ("intake", "admitted"),
        ("diagnostic", "open"),
    ]
    for phase in found["phases"]:
        assert services.by(phase["service"], "adviser").get(phase["href"]).status_code == 200
    ((by_number,),) = pages(adviser, CASES, siret=found["siret"])
    assert by_number == found
    ((received,),) = pages(adviser, CASES, q="atelier")
    assert [phase["service"] for phase in received["phases"]] == ["intake"]


def test_cases_come_page_by_page(services: House) -> None:
    names = [
        case["structure"]["name"] for page in pages(services.by("audit", "adviser"), CASES, limit=1) for case in page
    ]
    assert names == [*reversed(NAMES)]


def test_a_right_elsewhere_finds_nothing(services: House) -> None:
    elsewhere = services.by("audit", "adviser", unit="dla-75")
    assert [*pages(elsewhere, CASES)] == [[]]
    assert [*pages(elsewhere, CASELOAD)] == [[]]


def test_each_service_records_the_read_under_one_correlation(services: House) -> None:
    done(services.by("audit", "adviser", subject="Gaëlle").get(CASELOAD))
    who = services["audit"].id_of("Gaëlle")
    logs = {name: services[name].web.state.access_log for name in PHASE_SERVICES}
    reads = [read for log in logs.values() for read in log.entries(AccessLogQuery(None, who))]
    assert len(reads) == len(PHASE_SERVICES)
    assert len({read["correlation"] for read in reads}) == 1


def test_one_access_log_has_the_reads_of_all_services(services: House) -> None:
    done(services.by("audit", "adviser", subject="Ronan").get(CASELOAD))
    done(services.by("audit", "auditor", subject="Ronan").get(ACCESS_LOGS))
    who = services["audit"].id_of("Ronan")
    (everything,) = pages(services.by("audit", "auditor"), ACCESS_LOGS, actor=who, limit=200)
    assert {read["service"] for read in everything} == {*SERVICES}
    assert [read["id"] for read in everything] == sorted((read["id"] for read in everything), reverse=True)
    paged = [read for page in pages(services.by("audit", "auditor"), ACCESS_LOGS, actor=who, limit=2) for read in page]
    assert paged == everything


def test_a_service_that_does_not_answer_is_named_and_the_rest_is_given(
    services: House, without_followup: Served
) -> None:
    for path, role in ((CASELOAD, "adviser"), (CASES, "adviser"), (ACCESS_LOGS, "auditor")):
        answer = done(without_followup.by(role).get(path))
        assert [missing["service"] for missing in answer["unavailable"]] == ["followup"], path
        assert "ne répond pas" in answer["unavailable"][0]["reason"]
        assert answer["items"], path


def test_when_nobody_answers_the_whole_is_unavailable(
    services: House, tmp_path: Any, database: Any, nats: Nats
) -> None:
    feeds = dict.fromkeys(PHASE_SERVICES, "http://127.0.0.1:9")
    with served(service("audit"), database, nats, tmp_path, jwks=services["audit"].settings.jwks, feeds=feeds) as audit:
        audit.issuer = services["audit"].issuer
        for path in (CASELOAD, CASES):
            answer = audit.by("adviser").get(path)
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/service-unavailable")
            assert "Retry-After" in answer.headers


def test_what_all_services_refuse_is_refused_in_their_words(services: House) -> None:
    future = {"as_of": "2999-01-01T00:00:00Z"}
    answer, own = (services.by(name, "adviser").get(CASELOAD, **future) for name in ("audit", "intake"))
    assert 400 <= own.status_code < 500
    assert (answer.status_code, answer.json()) == (own.status_code, own.json())


@pytest.mark.parametrize("path", [CASELOAD, CASES, ACCESS_LOGS])
def test_a_role_that_the_services_refuse_is_refused_here(services: House, path: str) -> None:
    asked = () if path == CASELOAD else (Role.COMMITTEE, Role.RESOURCE_CENTRE)
    for role in (Role.PROVIDER, Role.PILOT, Role.OPS, *asked):
        assert services.by("audit", role).get(path).status_code == 403, role


@pytest.mark.parametrize(
    "after", ["x", "é", *(urlsafe_b64encode(raw).decode() for raw in (b"[1]", b'{"intake": 1}', b'{"audit": "x"}'))]
)
@pytest.mark.parametrize(("path", "role"), [(CASELOAD, "adviser"), (CASES, "adviser"), (ACCESS_LOGS, "auditor")])
def test_a_cursor_from_elsewhere_is_refused(services: House, path: str, role: str, after: str) -> None:
    answer = services.by("audit", role).get(path, after=after)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/wrong-cursor")


FEED = "/api/v1/feed"


def followed(client: Client, limit: int = 500) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    page = {"next": 0}
    while page["next"] is not None:
        page = done(client.get(FEED, after=page["next"], limit=limit))
        events += page["items"]
    return events


def committed(services: House) -> None:
    while integrate(services["audit"].application):
        pass


def test_one_feed_has_the_events_of_all_services_in_one_sequence(services: House) -> None:
    assert followed(services.by("audit", "adviser")) == [], "the ledger has committed to nothing yet"
    committed(services)
    cases = {case["id"] for page in pages(services.by("audit", "adviser"), CASES) for case in page}
    everything = followed(services.by("audit", "adviser"))
    assert {event["case"] for event in everything} == cases
    assert {event["service"] for event in everything} >= {"intake", "diagnostic"}
    assert [event["sequence"] for event in everything] == sorted({event["sequence"] for event in everything})
    for name in ("intake", "diagnostic"):
        feed = [event["header"]["id"] for event in services.by(name, "adviser").get("/events").json()["events"]]
        assert [event["id"] for event in everything if event["service"] == name] == feed
    assert followed(services.by("audit", "manager"), limit=3) == everything
    names = done(services.by("audit", "adviser").get(FEED))["names"]
    structures = {each["body"]["structure"] for each in everything if each["event"] == "request-admitted"}
    assert {names[each] for each in structures} == {*NAMES[:2]}
    assert followed(services.by("audit", "adviser", unit="dla-75")) == []


def test_the_feed_is_for_partners_and_refuses_a_cursor_that_it_never_gave(services: House) -> None:
    last = services["audit"].application.recorder.max_notification_id() or 0
    answer = services.by("audit", "adviser").get(FEED, after=last + 1)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/wrong-cursor")
    for role in (Role.LEADER, Role.PILOT, Role.OPS, Role.COMMITTEE):
        assert services.by("audit", role).get(FEED).status_code == 403


def test_a_partner_follows_the_cases_of_its_territory_and_reads_none(services: House) -> None:
    committed(services)
    partner = services.by("audit", "partner", unit=None, units=("dla-44",))
    elsewhere = services.by("audit", "partner", unit=None, units=("dla-75",))
    (found,) = pages(partner, CASES, limit=100)
    assert {case["structure"]["name"] for case in found} == {*NAMES}
    assert {case["adviser"]["name"] for case in found} == {None}
    (own,) = pages(services.by("audit", "adviser"), CASES, limit=100)
    assert [case["phases"] for case in found] == [case["phases"] for case in own], "and where each stands"
    rows = done(services.by("diagnostic", "partner", unit=None, units=("dla-44",)).get("/api/v1/diagnoses"))["items"]
    assert {row["structure"]["name"] for row in rows} == {None}, "there the name is encrypted"
    assert followed(partner) == followed(services.by("audit", "adviser"))
    assert (followed(elsewhere), [*pages(elsewhere, CASES)]) == ([], [[]])

    timeline = f"{CASES}/{found[-1]['id']}/timeline"
    headers = done(partner.get(timeline))
    whole = done(services.by("audit", "adviser").get(timeline))
    assert any(event["body"] for event in whole["events"])
    assert headers["events"] == [event | {"body": None, "contract": None} for event in whole["events"]]
    assert headers["names"] is None
    assert elsewhere.get(timeline).status_code == 404
    for path in (CASELOAD, ACCESS_LOGS, f"{CASES}/{found[-1]['id']}/bundle"):
        assert partner.get(path).json()["policy"] == "role"


def test_of_a_confidential_case_the_feed_gives_auditors_the_headers_alone(services: House) -> None:
    committed(services)
    ((case,),) = pages(services.by("audit", "adviser"), CASES, q="ressourcerie vignoble")
    where = f"/api/v1/requests/{case['id']}/confidentiality"
    done(services.by("intake", "adviser").post(where, confidential_case.REASONS))
    services.carry()
    committed(services)
    to_auditor = followed(services.by("audit", "auditor", unit=None, units=("dla-44",)))
    assert any(event["body"] for event in to_auditor)
    assert {event["body"] is None for event in to_auditor if event["case"] == case["id"]} == {True}
    to_colleague = followed(services.by("audit", "adviser", subject="somebody-else"))
    assert case["id"] not in {event["case"] for event in to_colleague}
    partner = services.by("audit", "partner", unit=None, units=("dla-44",))
    assert case["id"] not in {event["case"] for event in followed(partner)}
    assert case["id"] not in {found["id"] for page in pages(partner, CASES) for found in page}
    hidden = partner.get(f"{CASES}/{case['id']}/timeline")
    assert hidden.status_code == 404, "nor is it told that there is one"
    assert case["id"] in {event["case"] for event in followed(services.by("audit", "manager"))}


def test_a_transfer_reads_as_one_in_audit_once_the_other_unit_has_taken_it_over(services: House) -> None:
    giver, receiver = (services.by("intake", "adviser", unit=unit) for unit in ("dla-35", "dla-29"))
    structure = {"name": "Le Fournil partagé", "legal_form": "association", "department": "35", "headcount": 4}
    body = {"structure": structure | {"siret": next(NUMBERS)}, "contact": {"name": "Nolwenn Pichon"}}
    origin = done(giver.post("/api/v1/requests", body | {"need": "Consolider l’équipe."}))["id"]
    done(giver.post(f"/api/v1/requests/{origin}/transfer", {"to_unit": "dla-29", "reason": "Le siège a changé."}))
    case = done(receiver.post("/api/v1/requests/take-over", {"origin": origin}))["id"]
    services.carry()
    committed(services)
    known = done(services.by("audit", "adviser", unit="dla-29").get(f"{CASES}/{case}/timeline", transfers=True))
    assert [(each["case"], each["event"]) for each in known["events"]] == [
        (origin, "request-received"),
        (origin, "request-transferred"),
        (case, "transfer-received"),
        (origin, "transfer-taken-over"),
    ]
    assert [(each["relation"], each["id"]) for each in known["linked_cases"]] == [("transferred_from", origin)]
    given = done(services.by("audit", "adviser", unit="dla-35").get(f"{CASES}/{origin}/timeline", transfers=True))
    assert (given["linked_cases"], len(given["events"])) == ([], 3)
    assert case not in str(given)
