"""A stand-in through the API: the manager appoints them, and the scheduler gives the case back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.support.checks.console_pages import REQUEST
from tests.support.servers.served_service import Serve, Served

from intake.main import service
from shared.kernel import paris_date
from shared.runtime.scheduler import Scheduler


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service)


def adviser_with_right(intake: Served, name: str) -> tuple[Any, str]:
    adviser = intake.by("adviser", subject=name)
    identity = str(adviser.get("/api/v1/me").json()["id"])
    right = {"identity": identity, "name": name, "role": "adviser", "unit": "dla-44", "reason": "Arrivée."}
    answer = intake.by("manager").post("/api/v1/identities/rights", right)
    assert answer.status_code in (200, 201), answer.text
    return adviser, identity


def test_a_case_goes_back_by_itself_the_day_after(intake: Served) -> None:
    clock, manager = intake.application.clock, intake.by("manager")
    away, of_away = adviser_with_right(intake, "away")
    _, of_stand_in = adviser_with_right(intake, "standing-in")
    case = away.post("/api/v1/requests", REQUEST).headers["Location"]
    until = paris_date(clock.now()) + timedelta(days=2)
    body = {"adviser": of_stand_in, "until": until.isoformat(), "reason": "Deux jours de formation."}
    assert away.post(f"{case}/stand-in", body).status_code == 403
    appointed = manager.post(f"{case}/stand-in", body)
    assert appointed.status_code == 200, appointed.text
    state = manager.get(case).json()
    assert (state["adviser"]["id"], state["stand_in"]["until"]) == (of_stand_in, until.isoformat())

    scheduler = Scheduler(intake.application)
    clock.set_forward(clock.now() + timedelta(days=1))
    assert scheduler.fire() == 0
    clock.set_forward(clock.now() + timedelta(days=2))
    assert scheduler.fire() == 1
    state = manager.get(case).json()
    assert (state["adviser"]["id"], state["stand_in"]) == (of_away, None)
    last = manager.get(f"{case}/history").json()[-1]
    assert (last["event"], last["role"]) == ("stand-in-ended", "service")
    assert scheduler.fire() == 0
