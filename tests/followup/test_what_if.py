"""With other numbers of months, which review dates would follow-ups have? And does asking change nothing?"""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.served_service import Serve, Served
from typer.testing import CliRunner

from followup.domain.follow_up import decider
from followup.domain.opening import OpenFollowUp
from followup.domain.reviews.review import REVIEWS, schedule
from followup.domain.reviews.schedule_simulation import MAX_DELAY_DAYS, compare_schedules, find_parcours_end
from followup.main import cli, service
from shared.kernel import Actor, Role, RuleDifference, add_months, uuid7

ENDED = date(2026, 3, 2)
PLANNED = schedule(ENDED, REVIEWS, 1)


def found(months: set[int], planned: dict[str, date] = PLANNED, completions: int = 1) -> list[tuple[Any, ...]]:
    told = compare_schedules(planned, ENDED + timedelta(days=2), completions, REVIEWS, months)
    return [(each.review, each.due_on, each.effect) for each in told]


def test_the_same_rule_makes_no_difference() -> None:
    assert found({0, 6, 18}) == []


def test_a_review_more_and_a_review_less() -> None:
    assert found({0, 12, 18}) == [
        ("M12", date(2027, 3, 2), RuleDifference.MORE),
        ("M6", date(2026, 9, 2), RuleDifference.LESS),
    ]


def test_the_reviews_after_an_update_bear_their_own_codes() -> None:
    again = schedule(ENDED, REVIEWS, 2)
    assert found({0, 18}, again, 2) == [("M6-2", date(2026, 9, 2), RuleDifference.LESS)]


def test_nobody_can_tell_when_the_rule_of_then_was_another() -> None:
    ((review, day, would),) = found({0, 12}, {"M0": ENDED, "M3": date(2026, 6, 2)})
    assert (review, day, would) == ("", None, RuleDifference.CANNOT_TELL)


@given(
    ended=st.dates(date(2003, 1, 1), date(2090, 1, 1)),
    late=st.integers(0, MAX_DELAY_DAYS),
    rule=st.dictionaries(st.sampled_from(["A", "B", "C", "D"]), st.integers(1, 60), min_size=1),
    at_once=st.booleans(),
)
def test_the_end_of_a_parcours_is_found_again_or_nothing_is_said(
    ended: date, late: int, rule: dict[str, int], at_once: bool
) -> None:
    """Never another day: two last days of months may lead to the same dates, and then nobody can tell."""
    rule = rule | ({"Z": 0} if at_once else {})
    end = find_parcours_end(schedule(ended, rule, 1), ended + timedelta(days=late), 1, rule)
    assert end in ((ended,) if at_once else (ended, None))
    if end is None:
        days = [ended + timedelta(days=n) for n in range(-MAX_DELAY_DAYS, MAX_DELAY_DAYS + 1)]
        assert len([day for day in days if schedule(day, rule, 1) == schedule(ended, rule, 1)]) > 1


# -- the command, on a real log


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
    moved = {"review": "M6", "due_on": moved_to(app.clock.now().date()).isoformat(), "reason": "Congés."}
    answer = followup.by("adviser").post(f"/api/v1/follow-ups/{case}/reviews/planning", moved)
    assert answer.status_code == 200, answer.text
    return case


def moved_to(today: date) -> date:
    return add_months(today, 7)


def asked(*arguments: object) -> Any:
    return CliRunner().invoke(cli, ["what-if", *map(str, arguments)])


def test_it_lists_the_dates_that_would_differ(followup: Served, case: UUID) -> None:
    said = asked("--reviews", "0,12,18", "--format", "json")
    assert said.exit_code == 0, said.output
    today = followup.application.clock.now().date()
    rows = json.loads(said.stdout)
    assert [(row["case"], row["review"], row["due_on"], row["effect"]) for row in rows] == [
        (str(case), "M12", add_months(today, 12).isoformat(), "serait prévu"),
        (str(case), "M6", add_months(today, 6).isoformat(), "ne serait pas prévu"),
    ]
    assert rows[1]["status"] == f"à venir, au {moved_to(today):%d/%m/%Y}"
    assert "1 fins de parcours, 2 différences" in said.stderr
    lines = asked("--reviews", "0,12,18", "--format", "csv").stdout.removeprefix("\ufeff")
    assert [row[3] for row in csv.reader(io.StringIO(lines), delimiter=";")] == ["Bilan", "M12", "M6"]
    assert "Échéance" in asked("--reviews", "0,6,18").stdout
    assert json.loads(asked("--reviews", "3", "--since", "2999-01-01", "--format", "json").stdout) == []


def test_it_writes_nothing(followup: Served, case: UUID) -> None:
    before = followup.everything()
    assert asked("--reviews", "3,9").exit_code == 0
    assert followup.everything() == before


@pytest.mark.parametrize("rule", ["", "six", "0,,6", "0,6,6", "61", "-1", "0;6", "9" * 400, ",".join("123456789") * 3])
def test_a_rule_that_is_none_is_said_plainly(followup: Served, rule: str) -> None:
    said = asked("--reviews", rule)
    assert said.exit_code == 2
    assert said.stdout == ""
    assert "months" in said.stderr
