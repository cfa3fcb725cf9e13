"""Collective operations over HTTP: who left, falling short, carrying on, cancelling and closing, and who sees what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.checks.document_reading import text_of
from tests.support.checks.projection_waits import days_pass, tasks, up_to_date
from tests.support.histories.automatic_openings import opened_by_itself
from tests.support.histories.validated_parcours import given_signatures, validated_case
from tests.support.servers.served_service import Client, Serve, Served

from parcours.domain.state import ActionKind
from parcours.main import service
from shared.kernel import paris_date

TITLE = "Une comptable pour trois"
TODAY = paris_date(datetime.now(UTC)).isoformat()


@pytest.fixture
def running(serve: Serve) -> Served:
    return serve(service)


@pytest.fixture
def adviser(running: Served) -> Client:
    return running.by("adviser")


@pytest.fixture
def operation(adviser: Client) -> str:
    return str(done(adviser.post("/api/v1/operations", {"unit": "dla-44", "title": TITLE})).headers["Location"])


def done(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.json()
    return answer


def join(running: Served, operation: str) -> tuple[str, str]:
    """The path of a structure's parcours, and its action in the operation."""
    number = UUID(operation.rpartition("/")[2])
    case, action = validated_case(running.application, ActionKind.LOCAL_SUPPORT, number)
    return f"/api/v1/parcours/{case}", str(action)


def leave(adviser: Client, beneficiary: tuple[str, str]) -> None:
    path, action = beneficiary
    done(adviser.post(f"{path}/actions/{action}/abandonment", {"reason": "Motif confié à notre conseillère"}))


def mission() -> dict[str, Any]:
    return {
        "axis": "finance",
        "who": "À choisir",
        "starts_on": (paris_date(datetime.now(UTC)) + timedelta(days=20)).isoformat(),
        "ends_on": (paris_date(datetime.now(UTC)) + timedelta(days=90)).isoformat(),
        "planned_days": 5,
    }


def open_tender(running: Served, adviser: Client, operation: str) -> str:
    """A tender for all structures, awarded to one of the two that answered, both informed."""
    opened = {
        "action": operation.rpartition("/")[2],
        "terms_of_reference": "Tenir la comptabilité de trois associations.",
        "grid": [{"label": "Prix", "weight": 100}],
        "deadline": (running.application.clock.now() + timedelta(days=10)).isoformat(),
    }
    where = str(done(adviser.post(f"{operation}/tenders", opened)).headers["Location"])
    for name in ("Cabinet Armen", "Coopérative Sillon", "Atelier des Deux Rives"):
        done(adviser.post(f"{where}/providers", {"name": name}))
    armen, sillon, _ = adviser.get(where).json()["candidates"]
    for key, amount in ((armen, 1_000_00), (sillon, 1_200_00)):
        proposal = {"amount_cents": amount, "days": 5, "summary": "Deux jours par semaine."}
        done(adviser.post(f"{where}/providers/{key}/proposal", proposal))
    days_pass(running, 11)
    done(adviser.post(f"{where}/interests", {"conflict": False}))
    for key, score in ((armen, 18), (sillon, 12)):
        done(adviser.post(f"{where}/providers/{key}/scores", {"scores": [score]}))
    done(adviser.post(f"{where}/award", {"provider": armen}))
    for key in (armen, sillon):
        today = paris_date(running.application.clock.now()).isoformat()
        done(adviser.post(f"{where}/providers/{key}/information", {"informed_on": today}))
    return where


def waiting_tasks(running: Served, adviser: Client) -> set[tuple[str, str]]:
    up_to_date(running, service)
    return {(task["what"], task["href"]) for task in tasks(adviser)}


def rels(answer: Any) -> set[str]:
    return {link["rel"] for link in answer.json()["links"]}


def test_who_left_and_falling_short_are_shown_to_the_unit_and_to_the_survivor(
    running: Served, adviser: Client, operation: str
) -> None:
    staying, leaving = join(running, operation), join(running, operation)
    for path, action in (staying, leaving):
        done(adviser.post(f"{path}/actions/{action}/start"))
    leave(adviser, leaving)
    shown = adviser.get(operation).json()
    assert (shown["title"], shown["status"]) == (TITLE, "fell_short")
    gone = next(each for each in shown["beneficiaries"] if each["departure"])
    assert gone["case"] == leaving[0].rpartition("/")[2]
    assert gone["departure"] == {"left_on": TODAY, "reason": "action_abandoned", "share": "redistributed"}

    seen = adviser.get(staying[0])
    [collective] = seen.json()["extra"]["operations"]
    assert (collective["title"], collective["collective_status"], collective["may_start"]) == (
        TITLE,
        "fell_short",
        False,
    )
    assert {"continue-alone", "move-to-operation", "abandon-action"} <= rels(seen)
    assert "finish-action" not in rels(seen)
    road_map = text_of(adviser.get(f"{staying[0]}/documents/feuille-de-route.pdf").content)
    assert "à court de structures" in road_map

    waiting = {("operation_fell_short", operation), ("collective_action_to_decide", staying[0])}
    assert waiting <= waiting_tasks(running, adviser)
    done(adviser.post(f"{staying[0]}/actions/{staying[1]}/continuation", {"reason": "Nous continuons."}))
    assert not waiting & waiting_tasks(running, adviser)
    assert adviser.get(operation).json()["status"] == "started"
    assert "finish-action" in rels(adviser.get(staying[0]))


def test_a_leader_reads_the_title_and_the_standing_and_nothing_of_the_other_structure(
    running: Served, adviser: Client, operation: str
) -> None:
    staying, leaving = join(running, operation), join(running, operation)
    leave(adviser, leaving)
    case, other = (path.rpartition("/")[2] for path, _ in (staying, leaving))
    leader = running.by("leader", case=case, unit=None)
    seen = done(leader.get(staying[0]))
    assert seen.json()["extra"]["operations"][0]["title"] == TITLE
    told = seen.text + leader.get(f"{staying[0]}/history").text + leader.get(f"{staying[0]}/changes").text
    assert other not in told
    assert leaving[1] not in told
    assert "Motif confié" not in told
    assert leader.get(operation).status_code == 403


def test_an_operation_is_cancelled_with_a_reason_and_its_actions_are_released(
    running: Served, adviser: Client, operation: str
) -> None:
    beneficiaries = [join(running, operation) for _ in range(2)]
    assert "cancel-operation" in rels(adviser.get(operation))
    assert "close-operation" not in rels(adviser.get(operation))
    assert adviser.post(f"{operation}/cancellation", {"cancelled_on": TODAY}).status_code == 422
    cancellation = {"reason": "Le groupement d’employeurs se retire.", "cancelled_on": TODAY}
    done(adviser.post(f"{operation}/cancellation", cancellation))
    ended = adviser.get(operation)
    assert ended.json()["ending"] == {"kind": "cancelled", "on": TODAY, "reason": cancellation["reason"]}
    assert rels(ended) == {"add-attachment"}
    for path, action in beneficiaries:
        [collective] = adviser.get(path).json()["extra"]["operations"]
        assert (collective["collective_status"], collective["ended_on"]) == ("cancelled", TODAY)
        refused = adviser.post(f"{path}/actions/{action}/start")
        assert refused.json()["type"].endswith("/operation-ended")


def test_an_operation_is_closed_with_what_came_of_it_and_listed_so(
    running: Served, adviser: Client, operation: str
) -> None:
    for path, action in [join(running, operation) for _ in range(2)]:
        done(adviser.post(f"{path}/actions/{action}/start"))
    done(adviser.post(f"{operation}/closure", {"summary": "La comptable est en poste.", "closed_on": TODAY}))
    assert adviser.get(operation).json()["ending"]["kind"] == "closed"
    up_to_date(running, service)
    [row] = adviser.get("/api/v1/operations", status="closed").json()["items"]
    assert (row["beneficiaries"], row["ended_on"]) == (2, TODAY)


def test_a_structure_joins_another_operation_that_is_still_open(
    running: Served, adviser: Client, operation: str
) -> None:
    moving, _ = join(running, operation), join(running, operation)
    other = str(done(adviser.post("/api/v1/operations", {"unit": "dla-44", "title": "Au Mans"})).headers["Location"])
    move = {"operation": other.rpartition("/")[2], "reason": "Celle du département voisin."}
    holds = adviser.post(f"{moving[0]}/actions/{moving[1]}/operation", move)
    assert (holds.status_code, holds.json()["type"].rpartition("/")[2]) == (409, "operation-holds")
    done(adviser.post(f"{operation}/cancellation", {"reason": "Trop tôt.", "cancelled_on": TODAY}))
    done(adviser.post(f"{moving[0]}/actions/{moving[1]}/operation", move))
    [collective] = adviser.get(moving[0]).json()["extra"]["operations"]
    assert (collective["title"], collective["collective_status"]) == ("Au Mans", "together")


def test_one_tender_agreement_report_and_price_for_all_structures_with_a_share_for_each(
    running: Served, adviser: Client
) -> None:
    planned = {"unit": "dla-44", "title": TITLE, "mission": mission()}
    operation = str(done(adviser.post("/api/v1/operations", planned)).headers["Location"])
    number = operation.rpartition("/")[2]
    structures = [
        (f"/api/v1/parcours/{case}", str(action))
        for case, action in (validated_case(running.application, operation=UUID(number)) for _ in range(3))
    ]
    tender = open_tender(running, adviser, operation)
    today = paris_date(running.application.clock.now())
    envelope = {"unit": "dla-44", "year": today.year, "allocated_cents": 5_000_00}
    done(running.by("manager").post("/api/v1/funds", envelope))
    assert ("operation_funds_to_commit", operation) in waiting_tasks(running, adviser)
    mission_at = f"{operation}/missions/{number}"
    done(adviser.post(f"{mission_at}/funds"))
    for name in ("cahier-des-charges", "proces-verbal", "projet-de-convention"):
        page = done(adviser.get(f"{tender}/documents/{name}.html")).text
        assert TITLE in page
    signatures = given_signatures(today.isoformat(), *(each.rpartition("/")[2] for each, _ in structures))
    done(adviser.post(f"{mission_at}/agreement", {"signatures": signatures}))
    extra = adviser.get(operation).json()["extra"]
    assert extra["price_cents"] == 1_000_00
    assert sorted(each["share_cents"] for each in extra["shares"]) == [333_33, 333_33, 333_34]
    balance = adviser.get(f"/api/v1/funds/dla-44/{today.year}").json()
    assert balance["committed_cents"] == 1_000_00

    path, action = structures[0]
    leader = running.by("leader", case=path.rpartition("/")[2], unit=None)
    [own] = leader.get(path).json()["extra"]["operations"]
    assert (own["share_cents"], own["may_start"]) == (333_34, True)
    refused = adviser.post(f"{path}/actions/{action}/funds")
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "collective-action")
    for each, its_action in structures:
        done(adviser.post(f"{each}/actions/{its_action}/start"))
    early = adviser.post(f"{path}/actions/{action}/completion", {"summary": "Fait."})
    assert early.json()["type"].endswith("/no-final-report")
    leave(adviser, structures[2])
    done(adviser.post(f"{mission_at}/final-report/acceptance", {"received_on": today.isoformat()}))
    closure = {"summary": "La comptable est en poste.", "closed_on": today.isoformat()}
    undecided = adviser.post(f"{operation}/closure", closure)
    assert undecided.json()["type"].endswith("/shares-not-final")
    decision = {"case": structures[2][0].rpartition("/")[2], "share": "redistributed", "reason": "Elle n’a rien reçu."}
    done(adviser.post(f"{operation}/shares/departed", decision))
    shares = [each["share_cents"] for each in adviser.get(operation).json()["extra"]["shares"]]
    assert shares == [500_00, 500_00]
    assert ("operation_payment_to_authorise", operation) in waiting_tasks(running, adviser)
    done(adviser.post(f"{mission_at}/payments", {"amount_cents": 1_000_00, "last": True}))
    done(adviser.post(f"{operation}/closure", closure))
    done(adviser.post(f"{path}/actions/{action}/completion", {"summary": "Fait."}))
    up_to_date(running, service)
    [row] = adviser.get("/api/v1/operations", status="closed").json()["items"]
    assert (row["committed_cents"], row["paid_cents"]) == (1_000_00, 1_000_00)

    sheet = text_of(done(adviser.get(f"{operation}/documents/fiche-de-l-operation.pdf")).content)
    for words in (TITLE, "Structure 3", "action abandonnée", "500,00", "Cabinet Armen", "La comptable est en poste."):
        assert words in sheet
    agreement = text_of(done(adviser.get(f"{operation}/documents/convention.pdf")).content)
    assert "Les structures de l’opération" in agreement
    road_map = text_of(done(adviser.get(f"{path}/documents/feuille-de-route.pdf")).content)
    assert TITLE in road_map
    for paper in (sheet, agreement, road_map):
        assert not any(other.rpartition("/")[2] in paper for other, _ in structures[1:])


def test_a_region_joins_no_operation_that_it_only_reads(running: Served, operation: str) -> None:
    """It would change the operation of another unit by a case of its own."""
    number = operation.rpartition("/")[2]
    (case, *_) = opened_by_itself("parcours", running.application, unit="dla-pays-de-la-loire")["/api/v1/parcours"]
    regional = running.by("regional", unit="dla-pays-de-la-loire", units=["dla-44"])
    assert regional.get(operation).status_code == 200
    today = paris_date(datetime.now(UTC))
    action = {
        "kind": "local_support",
        "axis": "finance",
        "title": "Ensemble",
        "who": "Le réseau",
        "starts_on": (today + timedelta(days=20)).isoformat(),
        "ends_on": (today + timedelta(days=90)).isoformat(),
    }
    done(regional.post(f"/api/v1/parcours/{case}/ranking", {"ranking": ["finance", "strategy"]}))
    joining = regional.post(f"/api/v1/parcours/{case}/actions", action | {"collective_operation": number})
    assert joining.json()["type"].endswith("/unknown-operation"), joining.text
    assert case not in running.by("adviser").get(operation).text
    own = done(regional.post("/api/v1/operations", {"unit": "dla-pays-de-la-loire", "title": TITLE})).json()["id"]
    done(regional.post(f"/api/v1/parcours/{case}/actions", action | {"collective_operation": own}))
