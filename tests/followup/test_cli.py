"""The command `what-if` on a real log: it lists the dates that would differ, and writes nothing."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from tests.support.servers.served_service import Serve, Served
from typer.testing import CliRunner

from followup.domain.follow_up import decider
from followup.domain.opening import OpenFollowUp
from followup.main import cli, service
from shared.kernel import Actor, Role, add_months, paris_date, uuid7


@pytest.fixture
def followup(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Served:
    running = serve(service)
    running.speak_to(monkeypatch)
    return running


@pytest.fixture
def case(followup: Served) -> UUID:
    """A follow-up whose second review was moved by a month."""
    app, case = followup.application, uuid7()
    ourselves = Actor("service:followup", Role.SERVICE)
    command = OpenFollowUp(
        uuid7(),
        app.clock.now(),
        structure=UUID(int=8),
        unit="dla-44",
        adviser="some-adviser",
        baseline={},
        definitions={},
    )
    app.handle(decider, case, command, app.context(case, ourselves))
    moved = {"due_on": moved_to(paris_date(app.clock.now())).isoformat(), "reason": "Congés."}
    answer = followup.by("adviser").post(f"/api/v1/follow-ups/{case}/reviews/M6/planning", moved)
    assert answer.status_code == 200, answer.text
    return case


def moved_to(today: date) -> date:
    return add_months(today, 7)


def what_if(*arguments: object) -> Any:
    return CliRunner().invoke(cli, ["what-if", *map(str, arguments)])


def test_it_lists_the_dates_that_would_differ(followup: Served, case: UUID) -> None:
    result = what_if("--reviews", "0,12,18", "--format", "json")
    assert result.exit_code == 0, result.output
    today = paris_date(followup.application.clock.now())
    rows = json.loads(result.stdout)
    assert [(row["case"], row["review"], row["due_on"], row["effect"]) for row in rows] == [
        (str(case), "M12", add_months(today, 12).isoformat(), "serait prévu"),
        (str(case), "M6", add_months(today, 6).isoformat(), "ne serait pas prévu"),
    ]
    assert rows[1]["status"] == f"à venir, au {moved_to(today):%d/%m/%Y}"
    assert "1 fins de parcours, 2 différences" in result.stderr
    lines = what_if("--reviews", "0,12,18", "--format", "csv").stdout.removeprefix("\ufeff")
    assert [row[3] for row in csv.reader(io.StringIO(lines), delimiter=";")] == ["Bilan", "M12", "M6"]
    assert "Échéance" in what_if("--reviews", "0,6,18").stdout
    assert json.loads(what_if("--reviews", "3", "--since", "2999-01-01", "--format", "json").stdout) == []


def test_it_writes_nothing(followup: Served, case: UUID) -> None:
    before = followup.everything()
    assert what_if("--reviews", "3,9").exit_code == 0
    assert followup.everything() == before


@pytest.mark.parametrize("rule", ["", "six", "0,,6", "0,6,6", "61", "-1", "0;6", "9" * 400, ",".join("123456789") * 3])
def test_a_rule_that_is_none_is_said_plainly(followup: Served, rule: str) -> None:
    result = what_if("--reviews", rule)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "months" in result.stderr
