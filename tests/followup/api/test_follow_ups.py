"""The follow-up over HTTP, in its real log: reviews held as their dates come, until it is concluded."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.servers.served_service import Serve, Served

from followup.domain.follow_up import decider
from followup.domain.opening import OpenFollowUp
from followup.main import service
from shared.kernel import Actor, Role, paris_date, uuid7

UNIT = "dla-44"


@pytest.fixture
def followup(serve: Serve) -> Served:
    return serve(service)


@pytest.fixture
def path(followup: Served) -> str:
    """A follow-up opens by itself: here by the command that the parcours' end leads to."""
    application: Any = followup.http.app.state.application  # type: ignore[attr-defined]
    case, ourselves = uuid7(), Actor("service:followup", Role.SERVICE)
    now = application.clock.now()
    command = OpenFollowUp(
        uuid7(), now, structure=UUID(int=8), unit=UNIT, adviser="some-adviser", baseline={"fte": 10.5}, definitions={}
    )
    application.handle(decider, case, command, application.context(case, ourselves))
    return f"/api/v1/follow-ups/{case}"


def review_of(followup: Served, **more: Any) -> dict[str, Any]:
    application: Any = followup.http.app.state.application  # type: ignore[attr-defined]
    held_on = paris_date(application.clock.now()).isoformat()
    return {"held_on": held_on, "appropriation": 4, "summary": "Tout est en place."} | more


def test_a_follow_up_goes_from_review_to_review_to_its_conclusion(followup: Served, path: str) -> None:
    adviser = followup.by("adviser", unit=UNIT)
    clock = followup.http.app.state.application.clock  # type: ignore[attr-defined]
    first = review_of(followup, indicators={"fte": {"value": 12}}, satisfaction=5)
    assert adviser.post(f"{path}/reviews/M0/report", first).json()["events"] == ["review-recorded"]
    too_soon = adviser.post(f"{path}/reviews/M6/report", review_of(followup))
    assert (too_soon.status_code, too_soon.json()["type"].rsplit("/", 1)[1]) == (409, "review-not-due")

    clock.set_forward(clock.now() + timedelta(days=560))
    absent = {"attempts": 3, "notes": "Deux appels, un courrier."}
    assert adviser.post(f"{path}/reviews/M6/unreachable", absent).json()["events"] == ["review-unreachable"]
    need = {"theme": "finance", "description": "Trésorerie tendue."}
    assert adviser.post(f"{path}/needs", need).json()["events"] == ["need-found"]
    (opened,) = adviser.get(path).json()["extra"]["requests"]
    assert (opened["need"], opened["href"]) == (1, f"/api/v1/requests/{opened['request']}")
    left = adviser.post(f"{path}/closure", {"conclusion": "Les effets durent."})
    assert (left.status_code, left.json()["reviews"]) == (409, ["M18"])
    assert adviser.post(f"{path}/reviews/M18/report", review_of(followup)).status_code == 200
    assert adviser.post(f"{path}/closure", {"conclusion": "Les effets durent."}).json()["events"] == [
        "follow-up-closed"
    ]

    read = adviser.get(path).json()
    assert (read["status"], read["ending"]["kind"], read["conclusion"]) == (
        "closed",
        "followed_up",
        "Les effets durent.",
    )
    report = read["reviews"]["M0"]["report"]
    assert report["summary"] == "Tout est en place."
    assert report["indicators"] == {"fte": {"value": 12.0, "comparability": "comparable", "definition": None}}


def test_what_is_unknown_or_out_of_bounds_is_refused(followup: Served, path: str) -> None:
    adviser = followup.by("adviser", unit=UNIT)
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("reviews/M0/report", review_of(followup, appropriation=6)),
        ("reviews/M0/report", review_of(followup, satisfaction=0)),
        ("reviews/M0/report", review_of(followup, indicators={"fte": {"value": "NaN"}})),
        ("reviews/M0/report", review_of(followup, indicators={"fte": {"value": 12, "unit": "ETP"}})),
        ("reviews/M0/report", review_of(followup, indicators={"f\0te": {"value": 12}})),
        ("reviews/M0/report", review_of(followup) | {"review": "M12"}),
        ("reviews/M0/report", review_of(followup) | {"held_on": "1999-01-01"}),
        ("reviews/M0/unreachable", {"attempts": 0}),
        ("needs", {"theme": "everything", "description": "Tout."}),
    ]
    for step, body in wrong:
        assert adviser.post(f"{path}/{step}", body).status_code == 422, body
    unknown = adviser.post(f"{path}/reviews/M12/report", review_of(followup))
    assert (unknown.status_code, unknown.json()["type"].rsplit("/", 1)[1]) == (404, "unknown-review")
    assert adviser.get(path).json()["version"] == 1


def test_follow_ups_are_the_work_of_the_unit(followup: Served, path: str) -> None:
    case = path.rsplit("/", 1)[1]
    leader = followup.by("leader", unit=None, case=case)
    assert leader.get(path).status_code == 200
    assert leader.post(f"{path}/reviews/M0/report", review_of(followup)).status_code == 403
    nowhere = f"/api/v1/follow-ups/{uuid7()}/closure"
    assert followup.by("adviser", unit=UNIT).post(nowhere, {"conclusion": "Rien."}).status_code == 404
