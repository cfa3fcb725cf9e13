"""Collective operations over HTTP: who left, falling short, carrying on, cancelling and closing, and who sees what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from tests.support.checks.document_reading import text_of
from tests.support.checks.projection_waits import tasks, up_to_date
from tests.support.histories.validated_parcours import validated_case
from tests.support.servers.served_service import Client, Serve, Served

from parcours.domain.state import ActionKind
from parcours.main import service

TITLE = "Une comptable pour trois"
TODAY = datetime.now(UTC).date().isoformat()


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
    assert gone["departure"] == {"left_on": TODAY, "reason": "action_abandoned"}

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
    assert rels(ended) == set()
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
