"""Parcours over HTTP: built by the adviser, validated by the leader as it was read, and begun."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.support.servers.served_service import Serve, Served

from parcours.domain.lifecycle import OpenParcours
from parcours.domain.parcours import decider
from parcours.domain.state import ReceivedPlan
from parcours.main import service
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role, uuid7

NOW = datetime.now(UTC)
PLAN = ReceivedPlan(
    uuid7(),
    "dla-44",
    adviser="some-adviser",
    admitted_at=NOW - timedelta(days=40),
    axes=("strategy", "finance"),
    baseline={"fte": 9.5},
)


def day(ahead: int) -> str:
    return (NOW.date() + timedelta(days=ahead)).isoformat()


@pytest.fixture
def running(serve: Serve) -> Served:
    return serve(service)


@pytest.fixture
def case(running: Served) -> UUID:
    case = uuid7()
    app: ServiceApplication = running.http.app.state.application  # type: ignore[attr-defined]
    app.handle(decider, case, OpenParcours(PLAN), app.context(case, Actor("diagnostic", Role.SERVICE)))
    return case


def test_a_parcours_is_built_shared_validated_and_begun(running: Served, case: UUID) -> None:
    adviser, leader = running.by("adviser"), running.by("leader", case=str(case))
    path = f"/api/v1/parcours/{case}"
    action = {
        "kind": "own_action",
        "axis": "finance",
        "title": "Tenir un tableau de bord",
        "who": "Maëlle Kerdoncuff",
        "starts_on": day(10),
        "ends_on": day(90),
    }
    assert adviser.post(f"{path}/ranking", {"ranking": ["finance", "strategy"]}).status_code == 200
    assert adviser.post(f"{path}/actions", action).status_code == 200
    unfinished = adviser.post(f"{path}/sharing", {"starts_on": day(1), "ends_on": day(180)})
    assert unfinished.status_code == 409
    assert unfinished.json()["type"].endswith("/axes-without-action")
    assert adviser.post(f"{path}/deferrals", {"axis": "strategy", "reason": "Après l’élection"}).status_code == 200
    assert adviser.post(f"{path}/sharing", {"starts_on": day(1), "ends_on": day(180)}).status_code == 200

    seen = leader.get(path).json()["shared"]
    answer = {"version": seen["version"], "content_hash": seen["content_hash"]}
    assert adviser.post(f"{path}/validation", answer).status_code == 403
    stale = leader.post(f"{path}/validation", answer | {"content_hash": "0" * 64}).json()
    assert (stale["version"], "content_hash" in stale) == (seen["version"], False)
    assert leader.post(f"{path}/validation", answer).json()["events"] == ["parcours-validated"]
    again = leader.post(f"{path}/validation", answer)
    assert (again.status_code, again.json()["events"]) == (200, [])

    read = adviser.get(path)
    named = {"structure": {"id": str(PLAN.structure), "name": None}, "adviser": {"id": PLAN.adviser, "name": None}}
    for shown in (read.json(), read.json()["plan"], adviser.get(path, version=1).json()["plan"]):
        assert {name: shown[name] for name in named} == named, "whom nobody has named yet"
    [(number, planned)] = read.json()["actions"].items()
    assert planned["planned"]["who"] == "Maëlle Kerdoncuff"
    assert adviser.post(f"{path}/actions/{number}/start", If_Match=read.headers["ETag"]).status_code == 200
    assert adviser.get(path).json()["actions"][number]["status"] == "started"


def test_a_longer_support_takes_the_derogation_of_a_manager(running: Served, case: UUID) -> None:
    adviser, manager, path = running.by("adviser"), running.by("manager"), f"/api/v1/parcours/{case}"
    action = {"kind": "own_action", "axis": "finance", "title": "Suivi", "who": "Le bureau", "starts_on": day(10)}
    adviser.post(f"{path}/ranking", {"ranking": ["finance", "strategy"]})
    adviser.post(f"{path}/deferrals", {"axis": "strategy", "reason": "Après l’élection"})
    assert adviser.post(f"{path}/actions", action | {"ends_on": day(90)}).status_code == 200
    too_long = adviser.post(f"{path}/sharing", {"starts_on": day(1), "ends_on": day(900)})
    assert (too_long.status_code, too_long.json()["type"].rsplit("/", 1)[1]) == (409, "wrong-duration")
    reason = {"reason": "Fusion en cours"}
    assert adviser.post(f"{path}/duration-derogation", reason).status_code == 403
    assert manager.post(f"{path}/duration-derogation", reason).json()["events"] == ["duration-derogation-granted"]
    assert adviser.post(f"{path}/sharing", {"starts_on": day(1), "ends_on": day(900)}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "magic", "axis": "finance", "title": "Titre", "who": "Qui", "starts_on": day(1), "ends_on": day(2)},
        {"kind": "own_action", "axis": "finance", "title": "", "who": "Qui", "starts_on": day(1), "ends_on": day(2)},
        {"kind": "own_action", "axis": "finance", "title": "Titre", "who": "Qui", "starts_on": "demain"},
    ],
)
def test_an_action_that_makes_no_sense_is_refused_and_nothing_is_recorded(
    running: Served, case: UUID, body: dict[str, str]
) -> None:
    adviser = running.by("adviser")
    assert adviser.post(f"/api/v1/parcours/{case}/actions", body).status_code == 422
    assert adviser.get(f"/api/v1/parcours/{case}").json()["actions"] == {}
