"""Figures of parcours and funds: structures accompanied, with consulting or not, and sums engaged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.checks.projection_waits import up_to_date
from tests.support.histories.validated_parcours import validated_case
from tests.support.servers.served_service import Serve, Served

from parcours.domain.funding.fund import fund_id
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.parcours import decider
from parcours.domain.state import ReceivedPlan
from parcours.main import service
from shared.kernel import Actor, Role, uuid7

PATH, FUNDS = "/api/v1/parcours", "/api/v1/funds"


@pytest.fixture
def parcours(serve: Serve) -> Served:
    return serve(service)


def opened(parcours: Served, unit: str) -> None:
    app, case = parcours.application, uuid7()
    plan = ReceivedPlan(uuid7(), unit, adviser="some-adviser", admitted_at=datetime.now(UTC), axes=("finance",))
    app.handle(decider, case, OpenParcours(plan), app.context(case, Actor("diagnostic", Role.SERVICE)))


def posted(parcours: Served, path: str, by: str = "adviser", **body: Any) -> None:
    answer = parcours.by(by).post(path, body)
    assert answer.status_code in (200, 201), answer.text


def figures(parcours: Served, of: str = PATH, **asked: Any) -> dict[str, Any]:
    up_to_date(parcours, service)
    answer = parcours.by("adviser").get(f"{of}/figures", **asked)
    assert answer.status_code == 200, answer.text
    return {each["code"] + (f"/{each['key']}" if each["key"] else ""): each for each in answer.json()["figures"]}


def retained(parcours: Served, case: Any, action: Any, amount: int) -> None:
    proposed: dict[str, Any] = {"amount_cents": amount, "days": 5}
    proposed |= {"provider": "Cabinet Loire", "exception": "Seul cabinet du territoire."}
    posted(parcours, f"{PATH}/{case}/actions/{action}/provider", **proposed)


def test_structures_accompanied_are_told_apart_from_those_with_consulting(parcours: Served) -> None:
    case, action = validated_case(parcours.application)
    opened(parcours, "dla-44")
    opened(parcours, "dla-35")
    found = figures(parcours)
    assert [found[code]["value"] for code in ("parcours", "accompanied", "with_consulting")] == [2, 1, 1]
    assert found["by_theme/finance"]["value"] == 1
    assert found["days_to_validation"]["counted"] == 1
    for each in found.values():
        assert parcours.by("adviser").get(each["events"]).status_code == 200
    posted(parcours, f"{PATH}/{case}/actions/{action}/abandonment", reason="Prestataire introuvable.")
    posted(parcours, f"{PATH}/{case}/abandonment", reason="La structure renonce.")
    found = figures(parcours)
    assert (found["accompanied"]["value"], found["abandoned"]["value"], found["completed"]["value"]) == (1, 1, 0)


def test_what_the_fund_has_engaged_is_told_beside_what_it_was_allocated_year_by_year(parcours: Served) -> None:
    case, action = validated_case(parcours.application)
    year = parcours.application.clock.now().year
    posted(parcours, FUNDS, "manager", unit="dla-44", year=year, allocated_cents=1_000_000)
    posted(parcours, FUNDS, "manager", unit="dla-44", year=year + 1, allocated_cents=2_000_000)
    retained(parcours, case, action, 400_000)
    instant = parcours.application.recorder.position_at()[1]
    assert instant is not None
    posted(parcours, f"{PATH}/{case}/actions/{action}/funds", amount_cents=250_000)
    found = figures(parcours, FUNDS)
    share = found[f"engaged_share/{year}"]
    assert (share["value"], share["counted"], share["among"]) == (0.25, 250_000, 1_000_000)
    assert share["cases"] == [str(fund_id("dla-44", year))]
    assert (found[f"engaged_cents/{year}"]["value"], found[f"engaged_share/{year + 1}"]["value"]) == (250_000, 0)
    behind = parcours.by("adviser").get(share["events"]).json()["items"]
    assert [each["event"] for each in behind] == ["fund-opened", "fund-engaged"]
    assert figures(parcours)["committed_cents"]["value"] == 250_000
    assert figures(parcours, FUNDS, as_of=instant.isoformat())[f"engaged_share/{year}"]["value"] == 0
    assert parcours.by("provider", case=str(case)).get(f"{FUNDS}/figures").status_code == 403
