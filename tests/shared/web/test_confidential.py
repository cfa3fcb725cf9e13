"""Confidential cases: seen by the adviser in charge and the manager, in every service and by every operation."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.support.generated.api_surface import REQUEST, ask, one_of, operations
from tests.support.generated.golden_samples import SERVICES, service
from tests.support.histories import confidential_case
from tests.support.histories.automatic_openings import UNIT, opened_by_itself
from tests.support.samples.existing_resources import placed, standing
from tests.support.samples.sample_services import eventually
from tests.support.servers.served_service import Client, Serve, Served, served

from embedded.processes.nats import Nats
from parcours.domain.collective import membership, operation, shares
from parcours.domain.funding import fund
from shared.kernel import Actor, Role, uuid7
from shared.runtime.process_role import ProcessRole

INES = "ines"
NOT_FOR = (
    Role.ADVISER,
    Role.REGIONAL,
    Role.COMMITTEE,
    Role.RESOURCE_CENTRE,
    Role.PILOT,
    Role.PARTNER,
    Role.AUDITOR,
    Role.DPO,
    Role.OPS,
)
PATHS = {"diagnostic": "/api/v1/diagnoses", "parcours": "/api/v1/parcours", "followup": "/api/v1/follow-ups"}


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service("intake"), ProcessRole.ALL)


def ines(running: Served) -> Client:
    return running.by("adviser", subject=INES)


def received(running: Served, **structure: str) -> str:
    answer = ines(running).post("/api/v1/requests", REQUEST | {"structure": REQUEST["structure"] | structure})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def confidential(running: Served, name: str) -> tuple[str, str]:
    """The collection, and a case of it that Inès is in charge of."""
    if name == "intake":
        confidential_case.make_confidential(running, name, case := received(running), INES)
        return "/api/v1/requests", case
    ((collection, (case, *_)),) = opened_by_itself(name, running.application).items()
    confidential_case.make_confidential(running, name, case, INES)
    return collection, case


# One by one


@pytest.mark.parametrize("name", [each for each in SERVICES if each != "audit"])
def test_every_operation_that_names_it_is_for_who_is_in_charge_and_the_manager_alone(
    name: str, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    """Each that OpenAPI lists: whoever adds one that shows a dossier without asking is told here."""
    with standing(name, database, nats, tmp_path) as (running, known):
        collection, case = next((kind[:-3], known[kind]) for kind in confidential_case.CASES if kind in known)
        if name == "intake":
            entrusted = {"adviser": Served.id_of(INES), "reason": "Une absence de trois mois."}
            running.by("manager").post(f"{collection}/{case}/assignment", entrusted)
        confidential_case.make_confidential(running, name, case, INES)
        tried, examples = 0, []
        for operation in operations(name):
            if not operation.path.startswith((f"{collection}/{{id}}", f"{collection}/{{case}}")):
                continue
            tried, example = tried + 1, one_of(operation)
            if operation.path.endswith("/emergency-access"):
                continue  # it opens the case to a colleague: see tests/shared/access/test_emergency_access.py
            example.path_parameters = placed(operation.path, known)
            examples.append((operation.method.upper() == "GET", example))
            for role in NOT_FOR:
                token = running.issuer.mint(role, subject=f"other-{role}", unit=UNIT, units=[UNIT])
                answer = ask(running, token, example)
                assert is_kept_from(role, answer, "confidential"), f"{role} {example.path}: {answer.text}"
            if operation.method.upper() != "GET":
                continue  # a manager who may would lift it
            for role, subject in ((Role.ADVISER, INES), (Role.MANAGER, "some-manager")):
                answer = ask(running, running.issuer.mint(role, subject=subject, unit=UNIT), example)
                assert refusal_policy(answer) != "confidential", answer.text
        assert tried > 5
        check_archived(running, case, examples)


KNOWING = frozenset({Role.AUDITOR, Role.DPO})
"""Who controls reads in audit that something was recorded."""


def is_kept_from(role: Role, answer: Any, rule: str) -> bool:
    """Whether nothing is said of the case: by the role, or as of what does not exist; by its rule to those who know."""
    if answer.status_code == 404:
        return role not in KNOWING and is_unknown(answer)
    policy = refusal_policy(answer)
    return policy == "role" or (role in KNOWING and policy in (rule, "no-rule"))


def is_unknown(answer: Any) -> bool:
    return bool((answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "unknown-case"))


def refusal_policy(answer: Any) -> str | None:
    """The rule that refused; null for whatever was not refused: a document, a table, a JSON answer."""
    return answer.json()["policy"] if answer.status_code == 403 else None


def check_archived(running: Served, case: str, examples: list[tuple[bool, Any]]) -> None:
    """The same operations once the case is an archive: who worked on it, and whoever would change it, is refused."""
    running.application.recorder.fetch("UPDATE {schema}.case_access SET confidential = false, archived = true")
    for reads, example in examples:
        for role in Role:
            bound = role in (Role.LEADER, Role.PROVIDER, Role.RECIPIENT)
            told = {"case": case} if bound else {"units": [UNIT]}
            token = running.issuer.mint(role, subject=INES, unit=None if bound else UNIT, **told)
            answer = ask(running, token, example)
            if role is Role.SERVICE or (reads and role in (Role.MANAGER, Role.AUDITOR, Role.DPO)):
                assert refusal_policy(answer) != "archived", f"{role} {example.path}: {answer.text}"
            elif bound or role is Role.MANAGER:
                assert refusal_policy(answer) in ("role", "archived"), f"{role} {example.path}: {answer.text}"
            else:
                assert is_kept_from(role, answer, "archived"), f"{role} {example.path}: {answer.text}"


@pytest.mark.parametrize(("name", "path"), PATHS.items())
def test_every_phase_shows_it_to_its_adviser_its_manager_its_leader_and_its_provider(
    name: str, path: str, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service(name), database, nats, tmp_path) as running:
        _, case = confidential(running, name)
        here = f"{path}/{case}"
        for client in (ines(running), running.by("manager"), running.by("leader", unit=None, case=case)):
            assert client.get(here).status_code == 200
        refused = running.by("adviser").get(here)
        assert is_unknown(refused)
        assert "responsable" in refused.json()["detail"]
        assert running.by("manager", unit="dla-75").get(here).text == refused.text, "nor is it told elsewhere"

        confidential_case.replicate_case_access(running.application, case, Served.id_of("some-adviser"))
        assert is_unknown(ines(running).get(here)), "it was entrusted to somebody else"
        now, then = (running.by("adviser").get(here, **asked).text for asked in ({}, {"version": 1}))
        entrusted = f'"adviser":{{"id":"{Served.id_of("some-adviser")}"'
        assert entrusted in now and '"adviser":{"id":"some-adviser"' not in now, "who is in charge today"
        assert entrusted not in then and '"adviser":{"id":"some-adviser"' in then, "as it was"
        confidential_case.replicate_case_access(running.application, case, None, confidential=False)
        assert ines(running).get(here).status_code == 200, "it is no longer confidential"


def test_a_regional_adviser_who_is_in_charge_of_it_sees_it_and_the_same_person_as_auditor_does_not(
    intake: Served,
) -> None:
    regional = intake.by("regional", subject=INES, unit=UNIT, units=[UNIT])
    path = regional.post("/api/v1/requests", REQUEST).headers["Location"]
    assert regional.post(f"{path}/confidentiality", confidential_case.REASONS).status_code == 200
    assert regional.get(path).status_code == 200
    answer = intake.by("auditor", subject=INES, units=[UNIT]).get(path)
    assert (answer.status_code, answer.json()["policy"]) == (403, "confidential")


def test_nobody_else_gives_a_leader_the_right_to_it(intake: Served) -> None:
    _, case = confidential(intake, "intake")
    right = {"identity": str(uuid7()), "role": "leader", "case": case, "reason": "Présidente de la structure."}
    refused = intake.by("adviser").post("/api/v1/identities/rights", right)
    assert (refused.status_code, refused.json()["type"].rsplit("/")[-1]) == (403, "right-beyond-yours")
    assert ines(intake).post("/api/v1/identities/rights", right).status_code == 201


def test_one_that_was_transferred_is_taken_over_by_the_manager_and_stays_confidential(intake: Served) -> None:
    _, case = confidential(intake, "intake")
    there = {"to_unit": "dla-75", "reason": "Le siège est dans l’autre département."}
    assert ines(intake).post(f"/api/v1/requests/{case}/transfer", there).status_code == 200
    taking = {"origin": case}
    assert is_unknown(intake.by("adviser", unit="dla-75").post("/api/v1/requests/take-over", taking))
    taken = intake.by("manager", unit="dla-75").post("/api/v1/requests/take-over", taking)
    assert taken.status_code == 201, taken.text
    path = taken.headers["Location"]
    assert is_unknown(intake.by("adviser", unit="dla-75").get(path))
    entrusted = {"adviser": Served.id_of("some-adviser"), "reason": "Elle connaît ces procédures."}
    manager = intake.by("manager", unit="dla-75")
    assert manager.post(f"{path}/assignment", entrusted).status_code == 200
    assert intake.by("adviser", unit="dla-75").get(path).json()["confidential"]["ground"] == "mandat_ad_hoc"


def test_a_second_dossier_is_refused_in_the_same_words_whatever_the_first_one_is(intake: Served) -> None:
    case = received(intake)
    colleague, path = intake.by("adviser"), f"/api/v1/requests/{case}"
    ordinary = colleague.post("/api/v1/requests", REQUEST)
    assert ines(intake).post(f"{path}/confidentiality", confidential_case.REASONS).status_code == 200
    refused = colleague.post("/api/v1/requests", REQUEST)
    assert (refused.status_code, refused.json()["type"].rsplit("/")[-1]) == (409, "case-already-open")
    assert refused.text == ordinary.text == ines(intake).post("/api/v1/requests", REQUEST).text
    assert case not in refused.text
    assert intake.by("manager").post("/api/v1/requests", REQUEST).json()["case"] == case


def test_a_log_that_somebody_altered_keeps_its_secret(intake: Served) -> None:
    _, case = confidential(intake, "intake")
    table = "UPDATE {events} SET state = %s WHERE originator_id = %s AND originator_version = 2"
    intake.application.recorder.fetch(table, (b"{}", UUID(case)))
    assert is_unknown(intake.by("adviser").get(f"/api/v1/requests/{case}"))
    assert intake.by("manager").get(f"/api/v1/requests/{case}/stored").status_code == 200


@pytest.mark.parametrize(("name", "path"), PATHS.items())
def test_a_service_that_heard_of_it_before_its_own_part_opens_keeps_it_from_the_first_event(
    name: str, path: str, intake: Served, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    _, case = confidential(intake, "intake")
    folder = tmp_path / name
    folder.mkdir()
    with served(service(name), database, nats, folder) as running:
        confidential_case.relay_case(intake, case, name, running.application)
        for shown in ("", "/history", "/stored"):
            for reader in (running.by("adviser"), running.by("adviser", unit="dla-75"), running.by("manager")):
                assert is_unknown(reader.get(f"{path}/{case}{shown}")), "of which unit it is, nobody said yet"
        opened_by_itself(name, running.application, UUID(case))
        assert is_unknown(running.by("adviser").get(f"{path}/{case}"))
        assert ines(running).get(f"{path}/{case}").status_code == 200


# Among others


def test_lists_searches_counts_and_cursors_know_nothing_of_it(intake: Served) -> None:
    shown = received(intake, siret="55208131766522", name="Structure ordinaire")
    hidden = received(intake, name="Structure secrète")
    colleague, path = intake.by("adviser"), f"/api/v1/requests/{hidden}"

    def seen(client: Client, **asked: Any) -> set[str]:
        return {row["id"] for row in client.get("/api/v1/requests", **asked).json()["items"]}

    eventually(lambda: seen(colleague) == {shown, hidden})
    assert ines(intake).post(f"{path}/confidentiality", confidential_case.REASONS).status_code == 200
    for client in (colleague, intake.by("regional", units=[UNIT])):
        assert seen(client) == seen(client, q="structure") == {shown}
        assert seen(client, q="secrète") == seen(client, sort="structure", adviser=Served.id_of(INES), q="sec") == set()
        page = client.get("/api/v1/requests", limit=1, count=True).json()
        assert (page["total"], [row["id"] for row in page["items"]]) == (1, [shown])
        following = client.get("/api/v1/requests", limit=1, after=page["next"]).json()
        assert following["items"] == []
        waiting = client.get("/api/v1/caseload").json()["items"]
        assert {task["case"] for task in waiting} == {shown}
    for client in (ines(intake), intake.by("manager")):
        assert seen(client) == {shown, hidden}
        assert client.get("/api/v1/requests", count=True).json()["total"] == 2
        assert {task["case"] for task in client.get("/api/v1/caseload").json()["items"]} == {shown, hidden}


def test_whoever_it_is_entrusted_to_finds_it_among_their_own(intake: Served) -> None:
    _, case = confidential(intake, "intake")
    entrusted = {"adviser": Served.id_of("some-adviser"), "reason": "Une absence de trois mois."}
    assert intake.by("manager").post(f"/api/v1/requests/{case}/assignment", entrusted).status_code == 200

    def own(client: Client) -> tuple[set[str], set[str]]:
        rows = client.get("/api/v1/requests", adviser="me").json()["items"]
        tasks = client.get("/api/v1/caseload", adviser="me").json()["items"]
        return {row["adviser"]["id"] for row in rows}, {task["adviser"]["id"] for task in tasks}

    mine = {Served.id_of("some-adviser")}
    eventually(lambda: own(intake.by("adviser")) == (mine, mine))
    assert own(ines(intake)) == (set(), set())


def test_figures_count_it_for_who_sees_it_and_for_nobody_else(intake: Served) -> None:
    """What is counted and not listed would tell a colleague that there is one."""
    _, case = confidential(intake, "intake")

    def requests(client: Client) -> dict[str, Any]:
        found = client.get("/api/v1/requests/figures").json()["figures"]
        return dict(next(each for each in found if each["code"] == "requests"))

    eventually(lambda: requests(ines(intake))["value"] == 1)
    behind, colleague = "/api/v1/requests/figures/requests/events", intake.by("adviser")
    for client in (colleague, intake.by("regional", units=[UNIT])):
        assert (requests(client)["value"], requests(client)["cases"]) == (0, [])
    assert colleague.get(behind).json()["items"] == []
    auditor = requests(intake.by("auditor", units=[UNIT]))
    assert (auditor["value"], auditor["cases"]) == (1, []), "who controls knows of it"
    assert requests(ines(intake))["cases"] == [case] == requests(intake.by("manager"))["cases"]
    assert [each["case"] for each in ines(intake).get(behind).json()["items"]] == [case]


def test_a_structure_that_comes_back_is_not_linked_to_what_the_adviser_does_not_see(intake: Served) -> None:
    hidden = received(intake)
    withdrawn = {"reason": "La structure préfère attendre."}
    assert ines(intake).post(f"/api/v1/requests/{hidden}/confidentiality", confidential_case.REASONS).status_code == 200
    assert ines(intake).post(f"/api/v1/requests/{hidden}/withdrawal", withdrawn).status_code == 200
    eventually(lambda: ines(intake).get("/api/v1/requests", status="withdrawn").json()["items"] != [])
    path = intake.by("adviser").post("/api/v1/requests", REQUEST).headers["Location"]
    assert intake.by("adviser").get(path).json()["earlier"] == []
    assert intake.by("adviser").post(f"{path}/withdrawal", withdrawn).status_code == 200
    path = ines(intake).post("/api/v1/requests", REQUEST).headers["Location"]
    assert hidden in ines(intake).get(path).json()["earlier"]


def test_a_fund_and_an_operation_name_no_confidential_case_to_the_rest_of_the_unit(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service("parcours"), database, nats, tmp_path) as running:
        app, case, other = running.application, str(uuid7()), str(uuid7())
        fund_of = {"unit": UNIT, "year": 2026, "allocated_cents": 100_000}
        funds = running.by("manager").post("/api/v1/funds", fund_of).headers["Location"]
        planned = running.by("adviser").post("/api/v1/operations", {"unit": UNIT, "title": "Mutualiser"})
        shared = planned.headers["Location"]
        for named in (case, other):
            engaging: list[tuple[Any, str, Any]] = [
                (fund.decider, funds, fund.EngageAmount(UUID(named), uuid7(), amount_cents=1_000)),
                (operation.decider, shared, membership.JoinOperation(UUID(named), uuid7())),
            ]
            for decider, path, command in engaging:
                stream = UUID(path.rsplit("/")[-1])
                app.handle(decider, stream, command, app.context(stream, Actor("ourselves", Role.SERVICE)))
        weights = (shares.ShareWeight(UUID(case), 60), shares.ShareWeight(UUID(other), 40))
        planner = app.context(UUID(shared.rsplit("/")[-1]), Actor("some-adviser", Role.ADVISER, unit=UNIT))
        app.handle(operation.decider, planner.case, shares.SetShares(weights, "Selon le temps passé."), planner)
        confidential_case.replicate_case_access(app, case, Served.id_of(INES))
        for path in (funds, shared):
            for asked in ("", "?version=3", "/history", "/changes"):
                told = running.by("adviser").get(f"{path}{asked}").text
                assert case not in told and "non communiqué" in told and other in told, f"{path}{asked}"
                assert case in ines(running).get(f"{path}{asked}").text
                assert case in running.by("manager").get(f"{path}{asked}").text
            assert refusal_policy(running.by("auditor", units=[UNIT]).get(f"{path}/stored")) == "linked-case"
            assert running.by("manager").get(f"{path}/stored").status_code == 200


# Audit


def test_auditors_read_its_headers_and_nothing_that_they_say(
    intake: Served, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    _, case = confidential(intake, "intake")
    audit, folder = service("audit"), tmp_path / "audit"
    folder.mkdir()
    with served(audit, database, nats, folder) as running:
        confidential_case.relay_case(intake, case, "audit", running.application)
        timeline = f"/api/v1/cases/{case}/timeline"
        for role in ("auditor", "dpo"):
            controller = running.by(role, unit=None, units=[UNIT])
            events = controller.get(timeline).json()["events"]
            assert [each["event"] for each in events] == ["request-received", "case-made-confidential"]
            assert all(each["body"] is None and each["payload_hash"] for each in events)
            answer = controller.get(f"/api/v1/cases/{case}/changes")
            assert (answer.status_code, answer.json()["policy"]) == (403, "confidential")
        assert is_unknown(running.by("auditor", units=["dla-75"], unit=None).get(timeline))
        for role in ("adviser", "regional"):
            assert is_unknown(running.by(role, units=[UNIT]).get(timeline))
        shown = ines(running).get(timeline).json()["events"]
        assert shown[1]["body"] == {
            "adviser": Served.id_of(INES),
            "confidential": True,
            "archived": False,
        }
        assert "mandat" not in json.dumps(shown), "why it is so stays at intake"
